import { expect, test } from "vitest";
import type { PageRequest } from "../../lib/actions/handle-answer.ts";
import { pageResponse } from "../../lib/actions/page-response.ts";
import { takeAnswer } from "../../lib/app/take-answer.ts";

const token = "k".repeat(60);

function aRequest(method: string): PageRequest {
	return { method, token, header: () => undefined, body: async () => "" };
}

const broken = (error: Error) => () => ({ answer: () => Promise.reject(error) });

test("who looks while the table is away reads that nothing was changed, and the log names neither link nor token", async () => {
	const lost = new Error(`GET /api/answer/${token} failed`, { cause: Object.assign(new Error("no way"), { code: "ECONNREFUSED" }) });
	const { response, line } = await takeAnswer(broken(lost), aRequest("GET"));

	expect(response).toMatchObject({ status: 503, headers: { "cache-control": "no-store", "retry-after": "60" } });
	expect(response.headers["content-security-policy"]).toContain("default-src 'none'");
	expect(response.body).toContain("Nothing was changed.");
	expect(line).toEqual({ event: "error", what: "answer page (refused): GET /api/answer/[removed] failed: no way" });
	expect(JSON.stringify([response, line])).not.toContain(token);
});

test("a long message that is cut in the middle of the token shows nothing of it", async () => {
	const long = new Error(`${"word ".repeat(94)}${token}-and ${token} ${"word ".repeat(20)}`);
	const { line } = await takeAnswer(broken(long), aRequest("GET"));
	expect(JSON.stringify(line)).toContain("word [removed]");
	expect(JSON.stringify(line)).not.toContain("kkk");
});

test("what cannot be a link takes nothing out of the message", async () => {
	const { line } = await takeAnswer(broken(new Error("no end within 12 s")), { ...aRequest("GET"), token: "n" });
	expect(line).toEqual({ event: "error", what: "answer page (unknown): no end within 12 s" });
});

test("who sent an answer that may have been stored is told to look, and not that nothing was changed", async () => {
	const { response } = await takeAnswer(broken(new Error("no end within 12 s")), aRequest("POST"));

	expect(response.status).toBe(503);
	expect(response.body).toContain("It may have been recorded");
	expect(response.body).not.toContain("Nothing was changed");
});

test("with wrong settings nothing is read and nothing is changed, whatever is sent", async () => {
	const wrong = () => {
		throw new Error("Wrong settings: ACTIONS_KEY: set it, or set ACTIONS to off");
	};
	for (const method of ["GET", "POST"]) {
		const { response, line } = await takeAnswer(wrong, aRequest(method));
		expect(response).toMatchObject({ status: 503, body: expect.stringContaining("Nothing was changed.") });
		expect(response.body).not.toContain("ACTIONS_KEY");
		expect(line).toEqual({
			event: "error",
			what: "answer page (settings-wrong): Wrong settings: ACTIONS_KEY: set it, or set ACTIONS to off",
		});
	}
});

test("an answer that was recorded is one line that names nobody, and a look is none", async () => {
	const recorded = { finding: "3f9c2a7d5110", answer: "silence", verified: true } as const;
	const page = pageResponse(303, "");
	const answering = (response: typeof page) => takeAnswer(() => ({ answer: async () => response }), aRequest("POST"));

	expect(await answering({ ...page, recorded })).toEqual({ response: { ...page, recorded }, line: { event: "answer", ...recorded } });
	expect(await answering(page)).toEqual({ response: page, line: undefined });
});
