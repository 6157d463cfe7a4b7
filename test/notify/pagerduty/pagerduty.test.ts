import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Severity } from "../../../lib/detect/severity-scale.ts";
import { createPost } from "../../../lib/notify/http/http.ts";
import { pagerdutyEvent, pagerdutyEvents } from "../../../lib/notify/pagerduty/event.ts";
import { pagerduty } from "../../../lib/notify/pagerduty/kind.ts";
import { createPagerduty } from "../../../lib/notify/pagerduty/pagerduty.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { aFinding, at } from "../../builders.ts";
import { everywhere } from "../everywhere.ts";
import { forbidden, hostileRuns, hostileText } from "../hostile.ts";
import { receiver, status } from "../loopback.ts";
import { aNotice, anAnswer, answerSamples, anUnapprovedFinding, everyMessage, knowledge, variants } from "../samples.ts";

const never = new AbortController().signal;
const routingKey = "R0CANARY000000000000000000000000";

function pagerdutyAt(url: string) {
	return createPagerduty({ url, routingKey, post: createPost({ timeoutMs: 60_000 }), knowledge, clock: () => at("21T19:36:12") });
}

/** What is wrong with an event, whatever went into it. Plain comparisons: `expect` costs more than they do, and there are many. */
function* flaws(notice: AnyNotice): Generator<string> {
	const event = pagerdutyEvent(notice, knowledge);
	const { custom_details: details, summary, source } = event.payload;
	if (!/^cf-[0-9a-z:-]{1,200}$/.test(event.dedup_key)) yield `the key ${event.dedup_key}`;
	if (!(summary.length <= 1_024)) yield `a summary of ${summary.length} characters`;
	if (source === "") yield "no source";
	if (!(JSON.stringify(event).length < 100_000)) yield `${JSON.stringify(event).length} characters`;
	for (const { href } of event.links) if (!/^https:\/\/security\.microsoft\.com\//.test(href)) yield `a link to ${href}`;
	for (const text of [summary, source, ...Object.values(details).flat()]) if (forbidden.test(text)) yield `text that is forbidden: ${text}`;
}

function expectSound(notice: AnyNotice): void {
	expect([...flaws(notice)]).toEqual([]);
}

test.each(Object.entries(variants))("the event '%s' is within what PagerDuty takes", (_name, notice) => expectSound(notice));

test("hostile text in every field at once leaves no link, no mention and nothing invisible", () => {
	fc.assert(
		fc.property(hostileText, (text) => expectSound(everywhere(aNotice({ finding: anUnapprovedFinding() }), text))),
		{ numRuns: hostileRuns(1500) },
	);
});

test("hostile text in every sort of message, answers and alarms included, leaves no link either", () => {
	fc.assert(
		fc.property(fc.constantFrom(...everyMessage), hostileText, (notice, text) => {
			expectSound(everywhere(notice, text));
		}),
		{ numRuns: hostileRuns(400) },
	);
});

describe("one incident a finding", () => {
	test("later notices join it, and what got worse pages again although somebody has acknowledged it", () => {
		const key = (change: Parameters<typeof aNotice>[0]) => pagerdutyEvent(aNotice(change), knowledge).dedup_key;
		expect(key({ kinds: ["new"] })).toBe("cf-3f9c2a7d5110");
		expect(key({ kinds: ["still"], n: 2 })).toBe("cf-3f9c2a7d5110");
		expect(key({ kinds: ["back"], n: 3 })).toBe("cf-3f9c2a7d5110");
		expect(key({ kinds: ["worse", "changed"], n: 4, finding: aFinding({ severity: "critical" }) })).toBe("cf-3f9c2a7d5110:critical");
	});

	test("trouble of the watch opens an incident, and its end closes that one", () => {
		const { operations: first, "operations, over": over } = variants;
		if (first === undefined || over === undefined) throw new Error("no such sample");
		const [begun, ended] = [pagerdutyEvent(first, knowledge), pagerdutyEvent(over, knowledge)];
		expect([begun.event_action, ended.event_action]).toEqual(["trigger", "resolve"]);
		expect(ended.dedup_key).toBe(begun.dedup_key);
	});

	test.each([
		["critical", "critical"],
		["high", "error"],
		["medium", "warning"],
		["low", "info"],
		["info", "info"],
	] as const)("%s is PagerDuty's %s", (severity: Severity, expected) => {
		expect(pagerdutyEvent(aNotice({ finding: aFinding({ severity }) }), knowledge).payload.severity).toBe(expected);
	});
});

test("the key travels in the body, and in nothing that is reported", async () => {
	const { base, received } = await receiver(status(400, {}, '{"status":"invalid event","errors":["CANARY \'routing_key\' is not valid"]}'));
	const delivery = await pagerdutyAt(base).send(aNotice(), never);
	expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ routing_key: routingKey, event_action: "trigger" });
	expect(JSON.stringify(received[0]?.headers)).not.toContain("CANARY");
	expect(delivery).toMatchObject({ ok: false, reason: "auth", scope: "down" });
	expect(JSON.stringify(delivery)).not.toContain("CANARY");
});

test("an event that PagerDuty does not take is given up alone", async () => {
	const { base } = await receiver(status(400, {}, '{"status":"invalid event","errors":["\'payload.severity\' is missing"]}'));
	expect(await pagerdutyAt(base).send(aNotice(), never)).toMatchObject({ reason: "rejected", scope: "dead" });
});

test.each([
	[{ PAGERDUTY_ROUTING_KEY: "CANARY" }, /^PAGERDUTY_ROUTING_KEY: write the integration key/],
	[{ PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_URL: "http://events.pagerduty.com/v2/enqueue" }, /^PAGERDUTY_URL: write https/],
	[{ PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_URL: "https://evil.example/v2/enqueue" }, /^PAGERDUTY_URL: write https/],
	[{ PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_URL: "https://events.pagerduty.com/v2/change/enqueue" }, /^PAGERDUTY_URL: write https/],
	[{ PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_URL: "CANARY" }, /^PAGERDUTY_URL: this is not an address/],
])("wrong settings are named and not shown", (given, mistake) => {
	const { configured, mistakes } = pagerduty.configure(given, { allowLoopback: false });
	expect(configured).toBeUndefined();
	expect(mistakes).toEqual([expect.stringMatching(mistake)]);
	expect(mistakes.join()).not.toContain("CANARY");
});

describe("what people say in Tunnelwatch", () => {
	const actions = (notice: AnyNotice) => pagerdutyEvents(notice, knowledge).map((one) => [one.event_action, one.dedup_key]);
	const id = "cf-3f9c2a7d5110";

	test("acknowledges and resolves the incident of its finding", () => {
		expect(actions(answerSamples.acknowledged)).toEqual([["acknowledge", id]]);
		expect(actions(answerSamples.silenced)).toEqual([["acknowledge", id]]);
		expect(actions(answerSamples.closed)).toEqual([["resolve", id]]);
	});

	test("closing also resolves every incident that was opened when it got worse", () => {
		const closed = anAnswer({ kind: "close" }, { status: "closed", severity: "critical", reasons: { new: 1, worse: 3, answered: 4 } });
		expect(actions(closed).map(([, key]) => key)).toEqual([
			id,
			...["info", "low", "medium", "high", "critical"].map((one) => `${id}:${one}`),
		]);
	});

	test("who confirms that it is not ours pages, although somebody has acknowledged it", () => {
		expect(actions(answerSamples.escalated)).toEqual([["trigger", `${id}:high`]]);
	});

	test("an answer that comes with news pages first and acknowledges then", () => {
		const both = { ...answerSamples.acknowledged, kinds: ["changed", "answered"] } as const;
		expect(actions(both)).toEqual([
			["trigger", id],
			["acknowledge", id],
		]);
	});

	test("nothing can be taken back there, so a lifted silence sends nothing", async () => {
		const { base, received } = await receiver(status(202));
		expect(await pagerdutyAt(base).send(answerSamples.unsilenced, never)).toEqual({ ok: true, proof: "confirmed" });
		expect(received).toEqual([]);
	});
});
