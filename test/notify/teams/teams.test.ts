import { describe, expect, test } from "vitest";
import { createPost } from "../../../lib/notify/http/http.ts";
import { createTeams } from "../../../lib/notify/teams/teams.ts";
import { at } from "../../builders.ts";
import { receiver, status } from "../loopback.ts";
import { aNotice, knowledge } from "../samples.ts";

const never = new AbortController().signal;

function teamsAt(url: string, body: "message" | "card" = "message") {
	return createTeams({ url, body, post: createPost({ timeoutMs: 60_000 }), knowledge, clock: () => at("21T19:36:12") });
}

describe.each([400, 413])("a card answered with %i", (code) => {
	test("is sent once more as the smallest one", async () => {
		const { base, received } = await receiver(status(code), status(202));
		expect(await teamsAt(base).send(aNotice(), never)).toEqual({ ok: true, proof: "queued" });
		expect(received).toHaveLength(2);
		const [first, second] = received.map(({ body }) => body);
		expect(second?.length).toBeLessThan((first?.length ?? 0) / 2);
		for (const body of [first, second]) expect(body).toContain("Cloudflare tunnel on fin-lt-0142");
	});

	test("is given up when the smallest one is refused too", async () => {
		const { base, received } = await receiver(status(code));
		expect(await teamsAt(base).send(aNotice(), never)).toMatchObject({ ok: false, scope: "dead", status: code });
		expect(received).toHaveLength(2);
	});
});

test.each([401, 415, 429, 500])("an answer %i is not about the card: nothing is sent twice", async (code) => {
	const { base, received } = await receiver(status(code));
	await teamsAt(base).send(aNotice(), never);
	expect(received).toHaveLength(1);
});

test("a flow that is switched off takes the destination down", async () => {
	const { base, received } = await receiver(status(400, {}, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}'));
	expect(await teamsAt(base).send(aNotice(), never)).toMatchObject({ reason: "moved", scope: "down" });
	expect(received).toHaveLength(1);
});

test("the message has the form that Workflows asks for", async () => {
	const { base, received } = await receiver(status(202));
	await teamsAt(base).send(aNotice(), never);
	const message = JSON.parse(received[0]?.body ?? "");
	expect(message).toMatchObject({
		type: "message",
		summary: "MEDIUM: Cloudflare tunnel on fin-lt-0142. Owner unknown.",
		attachments: [
			{
				contentType: "application/vnd.microsoft.card.adaptive",
				contentUrl: null,
				content: { type: "AdaptiveCard", version: "1.4", msteams: { width: "full" } },
			},
		],
	});
	expect(message.attachments[0]).toHaveProperty("contentUrl", null);
});

test("a flow that posts the body itself gets the bare card", async () => {
	const { base, received } = await receiver(status(202));
	await teamsAt(base, "card").send(aNotice(), never);
	const card = JSON.parse(received[0]?.body ?? "");
	expect(card).toMatchObject({ type: "AdaptiveCard", version: "1.4" });
	expect(card).not.toHaveProperty("attachments");
});
