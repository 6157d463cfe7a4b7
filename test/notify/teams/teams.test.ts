import { describe, expect, test } from "vitest";
import { createPost } from "../../../lib/notify/http/http.ts";
import { tokenScopeOf } from "../../../lib/notify/teams/audience.ts";
import { readPeople } from "../../../lib/notify/teams/mention.ts";
import { createTeams, type TeamsOptions } from "../../../lib/notify/teams/teams.ts";
import { at } from "../../builders.ts";
import { receiver, status } from "../loopback.ts";
import { aNotice, anUnapprovedFinding, knowledge } from "../samples.ts";

const never = new AbortController().signal;

function teamsAt(url: string, change: Partial<TeamsOptions> = {}) {
	const post = createPost({ timeoutMs: 60_000 });
	return createTeams({ url, body: "message", people: [], token: undefined, post, knowledge, clock: () => at("21T19:36:12"), ...change });
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
	await teamsAt(base, { body: "card" }).send(aNotice(), never);
	const card = JSON.parse(received[0]?.body ?? "");
	expect(card).toMatchObject({ type: "AdaptiveCard", version: "1.4" });
	expect(card).not.toHaveProperty("attachments");
});

describe("a person who is mentioned", () => {
	const people = readPeople("kim@contoso.example=Kim Lee") ?? [];
	const urgent = aNotice({ finding: anUnapprovedFinding({ severity: "high" }) });
	const mentions = (received: readonly { readonly body: string }[]) => received.map(({ body }) => body.includes("<at>Kim Lee</at>"));

	test.each([
		["a refusal", 400, ""],
		["the text of an answer that looks like success", 200, "Webhook message delivery failed with error: user not found"],
	] as const)("costs no message: after %s it goes out once more and mentions nobody", async (_, code, body) => {
		const { base, received } = await receiver(status(code, {}, body), status(202));
		expect(await teamsAt(base, { people }).send(urgent, never)).toEqual({ ok: true, proof: "queued" });
		expect(mentions(received)).toEqual([true, false]);
		expect(received[1]?.body).toContain("Show details");
	});

	test("is left out where a route says so, and a refusal is then about the card", async () => {
		const { base, received } = await receiver(status(400));
		await teamsAt(base, { people }).send({ ...urgent, mention: false }, never);
		expect(mentions(received)).toEqual([false, false]);
	});

	test("was not at fault when the card is refused without a mention too: the smallest one follows", async () => {
		const { base, received } = await receiver(status(400));
		expect(await teamsAt(base, { people }).send(urgent, never)).toMatchObject({ ok: false, scope: "dead" });
		expect(mentions(received)).toEqual([true, false, false]);
		expect(received[2]?.body).not.toContain("Show details");
	});

	test.each([
		[429, ""],
		[500, ""],
		[401, ""],
		[400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}'],
		[200, "endpoint returned HTTP error 429"],
	])("has nothing to do with an answer %i %s: nothing is sent twice", async (code, body) => {
		const { base, received } = await receiver(status(code, {}, body));
		await teamsAt(base, { people }).send(urgent, never);
		expect(mentions(received)).toEqual([true]);
	});
});

describe("with TEAMS_AUTH the app's identity signs in", () => {
	const token = () => Promise.resolve("CANARY-token");

	test("the token goes along, and nowhere else", async () => {
		const { base, received } = await receiver(status(202));
		const delivery = await teamsAt(base, { token }).send(aNotice(), never);
		expect(received[0]?.headers["authorization"]).toBe("Bearer CANARY-token");
		expect(received[0]?.body).not.toContain("CANARY");
		expect(delivery).toEqual({ ok: true, proof: "queued" });
	});

	test("without a token nothing is sent, all notices wait, and the error's own words are not told", async () => {
		const { base, received } = await receiver(status(202));
		const refused = Object.assign(new Error("CANARY.internal refused"), { name: "CredentialUnavailableError" });
		const delivery = await teamsAt(base, { token: () => Promise.reject(refused) }).send(aNotice(), never);
		expect(delivery).toMatchObject({ ok: false, reason: "auth", scope: "destination", ambiguous: false });
		expect(delivery).toMatchObject({ detail: expect.stringContaining("got no token for the flow (identity)") });
		expect(JSON.stringify(delivery)).not.toContain("CANARY");
		expect(received).toHaveLength(0);
	});

	test.each([
		[token, /refuses this identity \(DirectApiAuthorizationRequired\)/],
		[undefined, /wants a sign-in \(DirectApiAuthorizationRequired\)\. Set TEAMS_AUTH/],
	])("a flow that refuses is named with what to do", async (given, says) => {
		const { base } = await receiver(status(401, {}, '{"error":{"code":"DirectApiAuthorizationRequired"}}'));
		const delivery = await teamsAt(base, { token: given }).send(aNotice(), never);
		expect(delivery).toMatchObject({ reason: "auth", scope: "down", detail: expect.stringMatching(says) });
	});
});

test.each([
	["url", undefined],
	["identity", "https://service.flow.microsoft.com//.default"],
	["identity-gcc", "https://gov.service.flow.microsoft.us//.default"],
	["identity-gcc-high", "https://high.service.flow.microsoft.us//.default"],
	["identity-dod", "https://service.flow.appsplatform.us//.default"],
	["identity-china", "https://service.powerautomate.cn//.default"],
] as const)("TEAMS_AUTH=%s asks for a token for %s", (auth, scope) => {
	expect(tokenScopeOf(auth)).toBe(scope);
});
