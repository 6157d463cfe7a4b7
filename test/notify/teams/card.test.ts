import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Severity } from "../../../lib/detect/severity-scale.ts";
import { leastMessage, maxWireBytes, type TeamsMessage, teamsMessage, wireBytes } from "../../../lib/notify/teams/envelope.ts";
import { type OnCall, readPeople } from "../../../lib/notify/teams/mention.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { aFinding, aSighting, at } from "../../builders.ts";
import { everywhere } from "../everywhere.ts";
import { readable } from "../golden.ts";
import { forbidden, hostileRuns, hostileText } from "../hostile.ts";
import { aNotice, answerable, anUnapprovedFinding, digest, everyMessage, knowledge, storm, variants } from "../samples.ts";

const require = createRequire(import.meta.url);
// The ES module entry of this package does not load in Node.
const { AdaptiveCard, SerializationContext } = require("adaptivecards/dist/adaptivecards.js");

type Part = Readonly<Record<string, unknown>> & { readonly type: string };

const allowed = new Set([
	"AdaptiveCard",
	"Container",
	"ColumnSet",
	"Column",
	"TextBlock",
	"RichTextBlock",
	"TextRun",
	"ActionSet",
	"Action.OpenUrl",
	"Action.ToggleVisibility",
]);

/** Every object with a type in the card, the card first. */
function parts(value: unknown): readonly Part[] {
	if (Array.isArray(value)) return value.flatMap(parts);
	if (typeof value !== "object" || value === null) return [];
	const inner = Object.values(value).flatMap(parts);
	return "type" in value ? [value as Part, ...inner] : inner;
}

function cardIn(message: TeamsMessage): Part {
	return JSON.parse(JSON.stringify(message.attachments[0].content));
}

const localTime = /^\{\{DATE\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, SHORT\)\}\} \{\{TIME\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\}\}/;

/** What is wrong with a card, whatever went into it. Plain comparisons: `expect` costs more than they do, and there are millions. */
function* flaws(message: TeamsMessage, people: readonly OnCall[] = []): Generator<string> {
	const card = cardIn(message);
	if (wireBytes(message) > maxWireBytes) yield `${wireBytes(message)} bytes`;
	if (card.type !== "AdaptiveCard" || card["version"] !== "1.4") yield "no card of version 1.4";
	const called = people.map(({ name }) => `<at>${name}</at>`);
	const entities = people.map(({ id, name }, index) => ({ type: "mention", text: called[index], mentioned: { id, name } }));
	if (JSON.stringify(card["msteams"]) !== JSON.stringify({ width: "full", ...(people.length === 0 ? {} : { entities }) })) yield "entities";
	if (JSON.stringify(card).split('"entities"').length !== (people.length === 0 ? 1 : 2)) yield "entities elsewhere";
	for (const part of parts({ ...card, msteams: undefined })) {
		const text = String(part["text"]);
		if (!allowed.has(part.type)) yield `a part of type ${part.type}`;
		// Teams draws six in a row and drops the others.
		if (part.type === "ActionSet" && (part["actions"] as readonly unknown[]).length > 6) yield "more than six actions in a row";
		if (part.type === "Action.OpenUrl" && !/^https:\/\/security\.microsoft\.com\/[\w/.?=&%+-]+$/.test(String(part["url"])))
			yield `a link to ${part["url"]}`;
		if (part.type === "TextRun" && forbidden.test(text)) yield `text that is forbidden: ${text}`;
		// The only elements that read Markdown hold no sign of it. One holds our own time, for Teams to show in the reader's zone.
		if (people.length > 0 && part.type === "TextBlock" && text === `On call: ${called.join(", ")}`) continue;
		if (part.type === "TextBlock" && /[[\](){}<>*_`#|~!&\\@/:]/.test(text.replace(localTime, ""))) yield `Markdown: ${text}`;
	}
	for (const text of [message.summary, card["speak"], card["fallbackText"]]) {
		if (!/^(CRITICAL|HIGH|MEDIUM|LOW|INFO): [^[\]()<>*_`#|~!&\\@/]+$/u.test(String(text))) yield `spoken: ${text}`;
	}
}

function expectSound(message: TeamsMessage, people: readonly OnCall[] = []): void {
	expect([...flaws(message, people)]).toEqual([]);
}

function textOf(message: TeamsMessage): string {
	return parts(cardIn(message))
		.filter(({ type }) => type === "TextRun" || type === "TextBlock")
		.map(({ text }) => text)
		.join("\n");
}

test("with answers switched on a card offers them in a row of their own, as agreed", async () => {
	const notice = variants["new"];
	if (notice === undefined) throw new Error("no such sample");
	// A link is signed for its destination and day; the page's own tests open it.
	const signed = (text: string): string => text.replaceAll(/(?<=\/api\/answer\/)[\w-]+/g, (token) => "A".repeat(token.length));
	const golden = signed(readable(JSON.stringify(teamsMessage(notice, answerable), undefined, "\t")));
	await expect(`${golden}\n`).toMatchFileSnapshot("../golden/new-with-answers.card");
});

test("who is on call is mentioned in one line below the head, and only they are", () => {
	const people = readPeople("kim@contoso.example=Kim Lee, 0d9f2c1e-1111-4222-8333-444455556666=Ana Diaz") ?? [];
	const message = teamsMessage(aNotice({ finding: anUnapprovedFinding() }), knowledge, people);

	expectSound(message, people);
	expect(JSON.stringify(message).match(/<at>/g)).toHaveLength(4);
	expect((cardIn(message)["body"] as readonly Part[])[1]).toMatchObject({
		type: "TextBlock",
		text: "On call: <at>Kim Lee</at>, <at>Ana Diaz</at>",
	});
	expect(JSON.stringify(leastMessage(aNotice({ finding: anUnapprovedFinding() }), knowledge))).not.toContain("<at>");
});

const fileOf = (name: string): string => name.replaceAll(/[, ]+/g, "-");

test("every golden, of cards as of blocks, is drawn from a message of the samples' run", () => {
	const folder = (path: string): ReadonlySet<string> => new Set(readdirSync(new URL(path, import.meta.url)));
	const names = Object.keys(variants).map(fileOf);
	expect(folder("../golden")).toEqual(new Set([...names, "new-with-answers"].map((name) => `${name}.card`)));
	expect(folder("../slack/golden")).toEqual(new Set(names.map((name) => `${name}.blocks`)));
});

describe.each(Object.entries(variants))("the card '%s'", (name, notice: AnyNotice) => {
	test("looks as agreed", async () => {
		const golden = readable(JSON.stringify(teamsMessage(notice, knowledge), undefined, "\t"));
		await expect(`${golden}\n`).toMatchFileSnapshot(`../golden/${fileOf(name)}.card`);
	});

	test.each(["fullest", "least"])("in its %s form is read by Microsoft's own renderer without a complaint", (form) => {
		const message = form === "least" ? leastMessage(notice, knowledge) : teamsMessage(notice, knowledge);
		expectSound(message);
		const context = new SerializationContext();
		const card = new AdaptiveCard();
		card.parse(cardIn(message), context);
		expect(context.eventCount).toBe(0);
		expect(card.validateProperties().validationEvents).toEqual([]);
	});
});

test("the renderer would complain about an element that Teams does not know", () => {
	const context = new SerializationContext();
	new AdaptiveCard().parse({ type: "AdaptiveCard", version: "1.4", body: [{ type: "CodeBlock", codeSnippet: "x" }] }, context);
	expect(context.eventCount).toBeGreaterThan(0);
});

test("severity is told by a style, by the word and by how many blocks are full, in the first line", () => {
	const look = (severity: Severity): unknown => {
		const [head, line] = parts(cardIn(teamsMessage(aNotice({ finding: aFinding({ severity }) }), knowledge))).filter(
			({ type }) => type === "Container" || type === "TextRun",
		);
		return [head?.["style"], line?.["text"], line?.["size"]];
	};
	expect(look("critical")).toEqual(["attention", "■■■■■ CRITICAL", "Large"]);
	expect(look("high")).toEqual(["attention", "■■■■□ HIGH", "Small"]);
	expect(look("medium")).toEqual(["warning", "■■■□□ MEDIUM", "Small"]);
	expect(look("low")).toEqual(["accent", "■■□□□ LOW", "Small"]);
	expect(look("info")).toEqual(["emphasis", "■□□□□ INFO", "Small"]);
});

describe("hostile text", () => {
	test("in every field at once leaves no link, no mention and nothing invisible", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				expectSound(teamsMessage(everywhere(aNotice({ finding: anUnapprovedFinding() }), text), knowledge));
			}),
			{ numRuns: hostileRuns(1500) },
		);
	});

	test("in the devices of a storm and a digest leaves none either", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				expectSound(teamsMessage(everywhere(storm, text), knowledge));
				expectSound(teamsMessage(everywhere(digest, text), knowledge));
			}),
			{ numRuns: hostileRuns(300) },
		);
	});

	test("in every sort of message, answers and alarms included, leaves none either", () => {
		fc.assert(
			fc.property(fc.constantFrom(...everyMessage), hostileText, (notice, text) => {
				expectSound(teamsMessage(everywhere(notice, text), knowledge));
			}),
			{ numRuns: hostileRuns(400) },
		);
	});

	test("a device id that is not one makes no link", () => {
		const finding = aFinding({ device: everywhere(aSighting().device, "../../evil?x=") });
		const message = teamsMessage(aNotice({ finding }), knowledge);
		expect(parts(cardIn(message)).filter(({ title }) => title === "Open device" || title === "Hunt")).toEqual([]);
	});
});

describe("a card bomb", () => {
	test.each([
		["one long word", "𝕏".repeat(8000)],
		["many words", "𝕏𝕏 ".repeat(2700)],
		["hidden characters", "\u202e".repeat(8000)],
		["accents", "e\u0301\u0302\u0303".repeat(2000)],
		["quotes and backslashes", '\\"'.repeat(4000)],
	])("%s of 8,000 characters in every field still says what, where, whose and what to do", (_name, text) => {
		for (const notice of Object.values(variants)) expectSound(teamsMessage(everywhere(notice, text), knowledge));
		const finding = {
			...everywhere(anUnapprovedFinding(), text),
			device: { ...everywhere(anUnapprovedFinding().device, text), id: anUnapprovedFinding().device.id },
		};
		const message = teamsMessage(aNotice({ finding }), knowledge);
		expectSound(message);
		const shown = textOf(message);
		expect(shown).toContain("Unapproved Cloudflare tunnel on ");
		expect(shown).toContain("Not approved.");
		expect(shown).toContain("Cloudflared Usage");
		expect(shown).toContain("Open device › Isolate");
		expect(parts(cardIn(message)).map(({ title }) => title)).toEqual(expect.arrayContaining(["Open device", "Hunt"]));
	});

	test("the smallest card stays small", () => {
		const finding = { ...everywhere(anUnapprovedFinding(), "𝕏 ".repeat(4000)), device: { ...anUnapprovedFinding().device } };
		expect(wireBytes(leastMessage(aNotice({ finding }), knowledge))).toBeLessThan(9000);
	});
});

test("the size counts each character beyond ASCII as six bytes, for each of its halves", () => {
	const plain = wireBytes(teamsMessage(aNotice({ now: at("21T19:36:10") }), knowledge));
	const message = teamsMessage(aNotice({ now: at("21T19:36:10") }), knowledge);
	expect(plain).toBeGreaterThan(JSON.stringify(message).length);
	expect(wireBytes({ ...message, summary: `${message.summary}😀` as typeof message.summary })).toBe(plain + 12);
	expect(wireBytes({ ...message, summary: `${message.summary}ü` as typeof message.summary })).toBe(plain + 6);
	expect(wireBytes({ ...message, summary: `${message.summary}u` as typeof message.summary })).toBe(plain + 1);
});
