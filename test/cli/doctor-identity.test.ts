import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { checkIdentity } from "../../cli/doctor/identity.ts";
import { createAnswerPage } from "../../lib/actions/handle-answer.ts";
import { key, responders, tenantId } from "../actions/visitor.ts";
import { closedPort, listen } from "../notify/loopback.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

/** What stands between the internet and the app: drops headers of a request, or answers it. */
type Front = (request: IncomingMessage, response: ServerResponse) => void;

/** What doctor says of the real page behind this front, and which requests arrived. */
async function examine(front: Front) {
	const asked: string[] = [];
	const page = createAnswerPage({
		table: createMemoryTable(() => new Date("2026-11-21T20:00:00Z")),
		random: () => 0.5,
		sleep: () => Promise.resolve(),
		newId: () => "id",
		clock: () => new Date("2026-11-21T20:00:00Z"),
		bytes: (count) => Buffer.alloc(count),
		keys: [key],
		origin: "https://tunnelwatch.example.net",
		signIn: { tenantId, responders },
	});
	const base = await listen(async (request, response) => {
		asked.push(`${request.method} ${request.url}${request.headers["x-ms-client-principal"] === undefined ? "" : " as somebody"}`);
		front(request, response);
		if (response.writableEnded) return;
		const answer = await page({
			method: request.method ?? "",
			token: request.url?.split("/").at(-1) ?? "",
			header: (name) => request.headers[name]?.toString(),
			body: () => Promise.resolve(""),
		});
		response.writeHead(answer.status, answer.headers).end(answer.body);
	});
	return { asked, results: await checkIdentity({ ACTIONS: "entra", ACTIONS_URL: base }) };
}

const isForged = ({ headers }: IncomingMessage) => headers["x-ms-client-principal"] !== undefined;
const letsThrough: Front = () => undefined;
const strips: Front = ({ headers }) => {
	delete headers["x-ms-client-principal"];
};

test("an app that believes a forged identity is a failure that says what to do", async () => {
	expect((await examine(letsThrough)).results).toMatchObject([
		{
			check: "identity",
			verdict: "failure",
			says: "The app believes a forged identity.",
			fix: expect.stringContaining("Switch on the sign-in of App Service"),
		},
	]);
});

test("one that believes it in a POST only is a failure too", async () => {
	const front: Front = (request, response) => (request.method === "GET" ? strips(request, response) : undefined);
	expect((await examine(front)).results).toMatchObject([{ verdict: "failure" }]);
});

test("an app whose platform strips the header is fine: asked without an identity, and with a forged one in two ways", async () => {
	const { asked, results } = await examine(strips);
	expect(results).toEqual([{ check: "identity", verdict: "ok", says: "A forged identity is not believed." }]);
	const path = "/api/answer/sign-in-check";
	expect(asked).toEqual([`GET ${path}`, `GET ${path} as somebody`, `POST ${path} as somebody`]);
});

test.each([
	["refuses it", 403, {}],
	["asks for a sign-in", 401, {}],
	["sends it to the sign-in", 302, { location: "/.auth/login/aad" }],
])("a platform that %s is fine", async (_, status, headers) => {
	const { results } = await examine((request, response) => void (isForged(request) && response.writeHead(status, headers).end()));
	expect(results).toMatchObject([{ verdict: "ok" }]);
});

test("a platform that sends everybody to the sign-in is fine", async () => {
	const { results } = await examine((_, response) => void response.writeHead(302, { location: "/.auth/login/aad" }).end());
	expect(results).toMatchObject([{ verdict: "ok" }]);
});

test("an app that cannot be asked is not called safe", async () => {
	const closed = await examine((_, response) => void response.writeHead(403).end());
	expect(closed.results).toMatchObject([{ verdict: "warning", says: "Not tried with a forged identity: the app refuses this machine." }]);
	const other = await examine((_, response) => void response.writeHead(404).end());
	expect(other.results).toMatchObject([{ verdict: "warning", says: expect.stringContaining("its page does not say who asks (404)") }]);
	const gone = await checkIdentity({ ACTIONS: "entra", ACTIONS_URL: await closedPort() });
	expect(gone).toMatchObject([{ verdict: "warning", says: expect.stringContaining("the app does not answer") }]);
	expect(JSON.stringify(gone)).not.toContain("127.0.0.1");
	expect(await checkIdentity({ ACTIONS: "entra" })).toMatchObject([{ verdict: "warning", fix: expect.stringContaining("ACTIONS_URL") }]);
});

test.each(["off", "link", undefined])("with ACTIONS = %s no identity counts, and nobody is asked", async (ACTIONS) => {
	expect(await checkIdentity({ ACTIONS, ACTIONS_URL: "https://127.0.0.1:1" })).toEqual([]);
});
