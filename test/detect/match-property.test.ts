import fc from "fast-check";
import { expect, test } from "vitest";
import {
	all,
	any,
	type Condition,
	contains,
	endsWith,
	equals,
	equalsNumber,
	firstWords,
	has,
	hasAll,
	hasFlag,
	hasWords,
	not,
	oneOf,
	startsWith,
} from "../../lib/detect/condition.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { hasTunnelToken } from "../../lib/families/cloudflared/tunnel-token.ts";
import { anyCharacter } from "../any-character.ts";
import { aRecord } from "../families/cloudflared/rules/example-record.ts";
import { aRule } from "./a-rule.ts";
import { naive } from "./naive.ts";

const account = "0123456789abcdef0123456789abcdef";
const tunnel = "6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30";

/** Values made of the needles themselves, broken, respelled, glued to neighbours that are or are not part of a term. */
const needles = ["cloudflared", "--token", "tunnel", "run", "\\cloudflared.exe", "a", "/x.y/", "é-ſK", "_k", ""];
const neighbours = [
	"",
	" ",
	"_",
	"-",
	".",
	"\\",
	"/",
	'"',
	"'",
	"=",
	"\t",
	"\n",
	"0",
	"z",
	"A",
	"é",
	"ſ",
	"\u212A",
	"\u0130",
	"\u0131",
	"😀",
	"\0",
];
const piece = fc.oneof(
	fc.constantFrom(...needles, ...neighbours),
	fc.tuple(fc.constantFrom(...needles), fc.infiniteStream(fc.boolean())).map(([needle, ups]) => mixCase(needle, ups)),
	fc.tuple(fc.constantFrom(...needles), fc.nat(12)).map(([needle, cut]) => needle.slice(cut)),
	fc.constantFrom("\u212A", "\u017F").map((letter) => `to${letter}en --to${letter}en`),
	fc.string({ maxLength: 4, unit: anyCharacter }),
	fc
		.constantFrom("a", "t", "A")
		.map((key) => Buffer.from(JSON.stringify({ [key]: account, a: account, t: tunnel, s: "U1lOVEg=" })).toString("base64")),
);
const value = fc.oneof(
	{ weight: 20, arbitrary: fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join("")) },
	{ weight: 1, arbitrary: piece.map((text) => `${"x".repeat(20_000)}${text}`) },
	{ weight: 1, arbitrary: fc.constantFrom(null, undefined, 22, true, {}) },
);
const needle = fc.constantFrom(...needles.filter((text) => text !== ""));
const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
	condition: fc.oneof(
		{ maxDepth: 2 },
		fc.oneof(
			needle.map((text) => has("FileName", text)),
			fc.array(needle, { minLength: 1, maxLength: 3 }).map((texts) => hasAll("FileName", ...texts)),
			fc.array(needle, { minLength: 1, maxLength: 3 }).map((texts) => oneOf("FileName", ...texts)),
			fc.constantFrom(...needles).map((text) => contains("FileName", text)),
			fc.constantFrom(...needles).map((text) => startsWith("FileName", text)),
			fc.constantFrom(...needles).map((text) => endsWith("FileName", text)),
			fc.constantFrom(...needles).map((text) => equals("FileName", text)),
			fc.constantFrom("token", "run", "cloudflared").map((name) => hasFlag("FileName", name, "a")),
			fc.constant(equalsNumber("FileName", 22, 0)),
			fc
				.tuple(fc.constantFrom(hasWords, firstWords), fc.array(fc.constantFrom("tunnel", "run", "a"), { minLength: 1, maxLength: 2 }))
				.map(([make, words]) => make("FileName", ...words)),
			fc.constant(hasTunnelToken("FileName")),
		),
		fc.array(tie("condition"), { maxLength: 3 }).map((parts) => all(...parts)),
		fc.array(tie("condition"), { maxLength: 3 }).map((parts) => any(...parts)),
		tie("condition").map((part) => not(part)),
	),
})).condition;

test("the compiled rules agree with the naive definition of every operator on 5,000 values", () => {
	fc.assert(
		fc.property(condition, value, (when, text) => {
			const record = aRecord("DeviceFileEvents", { FileName: text });
			expect(createMatcher([aRule(when)])(record).length === 1).toBe(naive(when, record));
		}),
		{ numRuns: 5_000 },
	);
});

function mixCase(text: string, ups: IterableIterator<boolean>): string {
	return text.replace(/[A-Za-z]/g, (letter) => (ups.next().value === true ? letter.toUpperCase() : letter.toLowerCase()));
}
