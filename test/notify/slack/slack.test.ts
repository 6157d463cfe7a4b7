import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPost } from "../../../lib/notify/http/http.ts";
import { type SlackMessage, slackMessage } from "../../../lib/notify/slack/message.ts";
import { createSlack } from "../../../lib/notify/slack/slack.ts";
import { checkSlackUrl } from "../../../lib/notify/slack/url.ts";
import { tell } from "../../../lib/notify/story/tell.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { at } from "../../builders.ts";
import { everywhere } from "../everywhere.ts";
import { forbidden, hostileRuns, hostileText } from "../hostile.ts";
import { receiver, status } from "../loopback.ts";
import { aNotice, anUnapprovedFinding, digest, everyMessage, knowledge, storm, variants } from "../samples.ts";

const never = new AbortController().signal;

function slackAt(url: string) {
	return createSlack({ url, post: createPost({ timeoutMs: 60_000 }), knowledge, clock: () => at("21T19:36:12") });
}

interface Text {
	readonly type: string;
	readonly text: string;
}

/** Every object in a message that holds text. */
function texts(value: unknown): readonly Text[] {
	if (Array.isArray(value)) return value.flatMap(texts);
	if (typeof value !== "object" || value === null) return [];
	const own = "text" in value && typeof value.text === "string" && "type" in value ? [value as Text] : [];
	return [...own, ...Object.values(value).flatMap(texts)];
}

/** What Slack refuses whole, and what it would make live. Plain comparisons: `expect` costs more than they do. */
function* flaws(message: SlackMessage): Generator<string> {
	if (JSON.stringify([message.unfurl_links, message.unfurl_media]) !== "[false,false]") yield "unfurls";
	if (message.blocks.length > 50) yield `${message.blocks.length} blocks`;
	for (const block of message.blocks) {
		if (block.type === "header" && block.text.text.length > 150) yield "a long header";
		if (block.type === "section" && "text" in block && block.text.text.length > 3_000) yield "a long section";
		if (block.type === "section" && "fields" in block) {
			if (block.fields.length > 10) yield `${block.fields.length} fields`;
			if (block.fields.some(({ text }) => text.length > 2_000)) yield "a long field";
		}
		if (block.type === "context" && block.elements.length > 10) yield `${block.elements.length} elements`;
		if (block.type === "actions") {
			for (const { url } of block.elements) if (!/^https:\/\/security\.microsoft\.com\/[\w/.?=&%+-]+$/.test(url)) yield `a link to ${url}`;
		}
	}
	for (const { type, text } of texts(message.blocks)) {
		if (!["plain_text", "mrkdwn", "text"].includes(type)) yield `text of type ${type}`;
		if (text === "") yield "empty text";
		// Only our own date is written in Slack's syntax.
		const shown = type === "mrkdwn" ? text.replace(/<!date\^\d+\^\{date_short_pretty\} \{time\}\|[\d-]+ [\d:]+ UTC>/, "") : text;
		if (type !== "text" && /[<>]|&(?!(?:amp|lt|gt);)/.test(shown)) yield `live: ${shown}`;
		if (forbidden.test(shown.replaceAll("\n", ""))) yield `text that is forbidden: ${shown}`;
		if (type === "mrkdwn" && /[*_~`@]/.test(shown)) yield `marks: ${shown}`;
	}
	if (/[<>*_~`@\n]|&(?!(?:amp|lt|gt);)|https?:/.test(message.text)) yield `live: ${message.text}`;
}

function expectSound(message: SlackMessage): void {
	expect([...flaws(message)]).toEqual([]);
}

test.each(Object.entries(variants))("the message '%s' is within what Slack takes, and looks as agreed", async (name, notice: AnyNotice) => {
	const message = slackMessage(tell(notice, knowledge));
	expectSound(message);
	const links = JSON.stringify(message, undefined, "\t").replaceAll(/(?<=[?&]query=)[\w-]+/g, "…");
	await expect(`${links}\n`).toMatchFileSnapshot(`golden/${name.replaceAll(/[, ]+/g, "-")}.blocks`);
});

describe("hostile text", () => {
	test("in every field at once leaves no link, no mention and nothing invisible", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				expectSound(slackMessage(tell(everywhere(aNotice({ finding: anUnapprovedFinding() }), text), knowledge)));
			}),
			{ numRuns: hostileRuns(1500) },
		);
	});

	test("in every sort of message, answers and alarms included, leaves none either", () => {
		fc.assert(
			fc.property(fc.constantFrom(...everyMessage), hostileText, (notice, text) => {
				expectSound(slackMessage(tell(everywhere(notice, text), knowledge)));
			}),
			{ numRuns: hostileRuns(400) },
		);
	});

	test.each(["<!channel>", "<!here|x>", "<@U0123456>", "<#C0123456>", "<https://evil.example|Approved>", "&lt;!channel&gt;"])(
		"%s calls nobody and leads nowhere",
		(text) => {
			for (const notice of [aNotice({ finding: anUnapprovedFinding() }), storm, digest])
				expectSound(slackMessage(tell(everywhere(notice, text), knowledge)));
		},
	);

	test.each(["𝕏".repeat(8000), "&".repeat(8000), "<".repeat(8000), "W W".repeat(2700), "\u202e".repeat(8000)])(
		"8,000 characters in every field stay within what Slack takes",
		(text) => {
			for (const notice of Object.values(variants)) expectSound(slackMessage(tell(everywhere(notice, text), knowledge)));
		},
	);
});

describe("Slack's own words for a refusal", () => {
	test.each([
		[404, "no_service", "moved", "down"],
		[404, "channel_not_found", "moved", "down"],
		[403, "action_prohibited", "auth", "down"],
		[500, "action_prohibited", "auth", "down"],
		[410, "channel_is_archived", "gone", "down"],
		[400, "something_else", "rejected", "dead"],
	])("%i %s", async (code, body, reason, scope) => {
		const { base } = await receiver(status(code, {}, body));
		expect(await slackAt(base).send(aNotice(), never)).toMatchObject({ ok: false, reason, scope });
	});

	test.each(["invalid_blocks", "invalid_payload", "no_text"])("%s: once more, smaller and plainer", async (body) => {
		const { base, received } = await receiver(status(400, {}, body), status(200, {}, "ok"));
		expect(await slackAt(base).send(aNotice(), never)).toEqual({ ok: true, proof: "confirmed" });
		expect(received).toHaveLength(2);
		expect(received[1]?.body.length).toBeLessThan((received[0]?.body.length ?? 0) * 0.7);
		expect(received[1]?.body).toContain("Cloudflare tunnel on fin-lt-0142");
	});
});

test.each([
	["https://hooks.slack.com/services/T0/B0/CANARY", undefined],
	["https://hooks.slack-gov.com/services/T0/B0/CANARY", undefined],
	["http://hooks.slack.com/services/T0/B0/CANARY", /begin with https/],
	["https://hooks.slack.com.evil.example/services/T0/B0/CANARY", /the host must be/],
	["https://hooks.slack.com:8443/services/T0/B0/CANARY", /the host must be/],
	["https://hooks.slack.com/services/T0/CANARY", /three parts/],
	["https://hooks.slack.com/workflows/T0/B0/CANARY", /three parts/],
	["CANARY", /not an address/],
])("the address %s", (address, problem) => {
	const check = checkSlackUrl(address, { allowLoopback: false });
	expect(JSON.stringify(check)).not.toContain("CANARY");
	if (problem === undefined) expect(check).toEqual({ ok: true, warning: undefined });
	else expect(check).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
});
