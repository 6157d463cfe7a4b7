import { describe, expect, test } from "vitest";
import { checkDestinations } from "../../cli/doctor/destinations.ts";
import { at } from "../builders.ts";
import { type Received, receiver, status } from "../notify/loopback.ts";

interface Seen {
	readonly received: readonly Received[];
	readonly asked: readonly string[];
	readonly says: string;
}

/** `--send-test` with Teams, and what the person answers to each question; `undefined` = there is no terminal. */
async function tried(answers: readonly string[] | undefined, change: Readonly<Record<string, string>> = {}, codes = [202]): Promise<Seen> {
	const { base, received } = await receiver(...codes.map((code) => status(code)));
	const asked: string[] = [];
	const ask = async (question: string) => {
		asked.push(question);
		return answers?.[asked.length - 1];
	};
	const results = await checkDestinations({
		environment: { TABLE_ENDPOINT: "http://127.0.0.1:10002/devstoreaccount1", TEAMS_WEBHOOK_URL: base, ...change },
		sendTest: true,
		clock: () => at("21T19:36:12"),
		newId: () => "0d9f2c1e-1111-4222-8333-444455556666",
		...(answers === undefined ? {} : { ask }),
	});
	const says = results.map((one) => `${one.verdict}: ${one.says}${"fix" in one ? ` → ${one.fix}` : ""}`).join("\n");
	expect(says).not.toContain(base);
	return { received, asked, says };
}

const question = "Look into the channel of teams: which test card is there: A (message), B (card), both, or none?";
const causes = /run history.*address is of another flow.*BotNotInConversationRoster.*private.*post as User.*shared.*connection/;

test("two cards go out, each in one form and with its letter in the title, and the person is asked once which is there", async () => {
	const { received, asked, says } = await tried(["a"]);

	const [first, second] = received.map(({ body }) => JSON.parse(body));
	expect(first).toMatchObject({ type: "message", attachments: [{ content: { type: "AdaptiveCard" } }] });
	expect(JSON.stringify(first)).toContain("Tunnelwatch test A (message)");
	expect(second).toMatchObject({ type: "AdaptiveCard" });
	expect(JSON.stringify(second)).toContain("Tunnelwatch test B (card)");
	expect(received).toHaveLength(2);
	expect(asked).toEqual([question]);
	expect(says).toBe("ok: teams shows test A (message): TEAMS_BODY=message is right.");
});

describe("what the person sees decides", () => {
	test.each([
		["B", {}, "failure: teams shows test B (card) only, and TEAMS_BODY=message is set. → Set TEAMS_BODY=card."],
		["b", { TEAMS_BODY: "card" }, "ok: teams shows test B (card): TEAMS_BODY=card is right."],
		["a", { TEAMS_BODY: "card" }, "failure: teams shows test A (message) only, and TEAMS_BODY=card is set. → Set TEAMS_BODY=message."],
		["both", {}, "ok: teams shows test A (message): TEAMS_BODY=message is right."],
		[" Both ", { TEAMS_BODY: "card" }, "ok: teams shows test B (card): TEAMS_BODY=card is right."],
	])("%s, with %j", async (answer, change, says) => {
		expect((await tried([answer], change)).says).toBe(says);
	});

	test("none: the likely causes, private and shared channels among them", async () => {
		const { says } = await tried(["none"]);
		expect(says).toMatch(/^failure: teams accepted the tests and shows none\. → /);
		expect(says).toMatch(causes);
	});

	test("an answer that is none of these is asked for again, twice", async () => {
		expect((await tried(["yes", "?", "both"])).says).toMatch(/^ok/);
		const { asked, says } = await tried(["yes", "it works", "dunno", "both"]);
		expect(asked).toHaveLength(3);
		expect(says).toMatch(/^unconfirmed/);
	});
});

test("without a terminal the question is printed with what each answer means, and nothing is confirmed", async () => {
	const { says } = await tried(undefined);
	expect(says).toMatch(/^unconfirmed: teams: not confirmed\. /);
	expect(says).toContain(question);
	expect(says).toContain("A: leave it, B: set TEAMS_BODY=card, both: leave it.");
	expect(says).toMatch(causes);
});

test("a flow that confirms the form that is set answers for itself", async () => {
	const { asked, says } = await tried(["none"], {}, [200, 202]);
	expect([asked, says]).toEqual([[], "ok: teams took the test message."]);
});

test("a flow that takes one form and refuses the other is still looked at", async () => {
	expect((await tried(["b"], {}, [400, 202])).says).toMatch(/Set TEAMS_BODY=card\.$/);
});

test("a flow that refuses both is told as refusing, and nobody is asked", async () => {
	const { asked, says } = await tried(["none"], {}, [404]);
	expect(asked).toEqual([]);
	expect(says).toMatch(/^failure: teams did not take the test message: Nothing answers there any more \(404\)/);
});
