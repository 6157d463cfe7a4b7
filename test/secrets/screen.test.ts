import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloudflaredSecrets } from "../../lib/families/cloudflared/secrets.ts";
import { encodedCommand, jsonStart } from "../../lib/secrets/base64.ts";
import { anyKnown, knownShapes } from "../../lib/secrets/known-secrets.ts";
import { createRedact } from "../../lib/secrets/redact.ts";
import { charactersWithout, createSearchScreen } from "../../lib/secrets/screen.ts";
import { createSecretPositions, secretSearches } from "../../lib/secrets/secret-positions.ts";
import { toolsBeside } from "../../lib/secrets/tools-beside.ts";

/** A screen as it works in a long run. */
function screenOf(patterns: readonly RegExp[]) {
	const screen = createSearchScreen(patterns);
	screen(" ".repeat(charactersWithout));
	return screen;
}

const searched = secretSearches([cloudflaredSecrets]).map(({ pattern }) => pattern);
const patterns = [
	...[jsonStart, anyKnown, encodedCommand],
	...searched,
	...knownShapes.map(({ pattern }) => pattern),
	...toolsBeside.map(({ tool }) => tool),
	/a{3}/,
	/ab?c/,
	/(?:x|yz)+q/,
	/k(?:lm)?n/,
	/[^a-z]{2}e/,
	/7z/,
	/o.o/,
	/\x41\u0062c/i,
];

/** Texts that the pattern matches: written from the pattern itself. What must stand around is written too, what must not is left out. */
function written(pattern: RegExp): fc.Arbitrary<string> {
	let source = pattern.source.replace(/\(\?<?=/g, "(?:").replace(/\\[bB]/g, "");
	for (let from = source.search(/\(\?<?!/); from !== -1; from = source.search(/\(\?<?!/)) {
		let depth = 0;
		let end = from;
		do {
			const [part = ""] = /^(?:\\.|\[(?:\\.|[^\]])*\]|.)/s.exec(source.slice(end)) ?? [];
			depth += part === "(" ? 1 : part === ")" ? -1 : 0;
			end += part.length;
		} while (depth > 0);
		source = source.slice(0, from) + source.slice(end);
	}
	return fc.stringMatching(new RegExp(source));
}

describe("a screen passes over nothing that its pattern matches", () => {
	test.each(patterns.map((pattern) => [pattern.source.slice(0, 60), pattern] as const))("%s", (_, pattern) => {
		const screen = screenOf([/never\d\d\d/, pattern]);
		const whole = new RegExp(pattern.source, pattern.flags.replace("g", ""));
		const around = fc.constantFrom("", " ", "x", "\t-", '"', "é");
		const cased = fc.constantFrom<(text: string) => string>(
			(text) => text,
			(text) => (pattern.flags.includes("i") ? text.toUpperCase() : text),
		);
		let matched = 0;
		fc.assert(
			fc.property(around, written(pattern), around, cased, (before, text, after, change) => {
				const one = before + change(text) + after;
				if (!whole.test(one)) return;
				matched++;
				expect(screen(one) & 2).toBe(2);
			}),
			{ numRuns: 30 },
		);
		expect(matched).toBeGreaterThan(0);
	});
});

test("a screen rules a pattern out where nothing of it stands", () => {
	const screen = screenOf([/sekurlsa/i, /\bcurl\b/, /ab|[xy]z\d/]);
	const told = ["C:\\Windows\\System32\\svchost.exe -k netsvcs", "SEKURLSA::x", "a curl b", "az 1", "yz7", "", "é"];

	expect(told.map((text) => screen(text) & 7)).toEqual([0, 1, 2, 0, 4, 0, 7]);
});

test("a pattern of two characters is found at the end of a text too", () => {
	const screen = screenOf([/7z/, /-p(?!\w)/]);

	expect(["a 7z", "x -p", "7", "-"].map((text) => screen(text))).toEqual([1, 2, 0, 0]);
});

test("what no three characters announce is always searched for", () => {
	expect(screenOf([/\w*/, /a/, /(?:x|\w+)y?/])("")).toBe(7);
});

test("a pattern that refers back to a group is refused", () => {
	expect(() => screenOf([/(a)b\1/])("x")).toThrow("a reference back cannot be read");
});

test.each([
	["a group with a name", /(?<word>abc)/, "abc"],
	["a group with flags of its own", /(?i:abc)/, "ABC"],
	["letters beyond ASCII that stand for ASCII ones", /\u017f\u212a/iu, "sk"],
	["a property of characters", /\p{Lu}bcd/u, "Xbcd"],
	["a character by its number in braces", /\u{61}bcd/u, "abcd"],
	["a set within a set", /[[a-z]--[b-y]]bcd/v, "abcd"],
	["a control character", /\cAbcd/, "\u0001bcd"],
])("a pattern that cannot be read is refused, before it could hide a secret: %s", (_, pattern, text) => {
	expect(pattern.test(text)).toBe(true);
	expect(() => screenOf([pattern])(text)).toThrow("cannot be read");
});

test.each([
	["behind what it may be", /ab(?<=ab)cd/],
	["in a later group", /a(?:b(?<=ab)|x)cd/],
])("what must stand before is found %s", (_, pattern) => {
	expect(screenOf([pattern])("abcd")).toBe(1);
});

test("all patterns are searched for until the screen has seen 16,384 characters", () => {
	const screen = createSearchScreen([/abc/, /xyz/]);
	const seen = [16_383, 1, 1].map((length) => screen(" ".repeat(length)));

	expect(seen).toEqual([-1, -1, 0]);
	expect(screen("abc")).toBe(1);
});

test("the same is removed before and behind the screen, whatever it is wrapped in", () => {
	const tools = [cloudflaredSecrets];
	const behind = createRedact(tools);
	behind("- ".repeat(charactersWithout));
	const wide = (text: string) => Buffer.from(text, "utf16le").toString("base64");
	const narrow = (text: string) => Buffer.from(text).toString("base64");
	const wraps: readonly ((text: string) => string)[] = [
		(text) => text,
		(text) => `${text}\u00e9`,
		(text) => JSON.stringify({ text }).replace(/[ek]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
		(text) => `powershell -enc ${wide(`# ${text} #################`)}`,
		(text) => narrow(`################ ${text} ################`),
		(text) => narrow(narrow(`################ ${text} ################`)),
		(text) => Buffer.from(`############################## ${text}`).toString("hex"),
		(text) => text.replace(/(?<=[a-z])(?=[a-z])/, "^"),
		(text) => `${"x ".repeat(2_000)}${text}`,
	];
	const examples = [
		...toolsBeside.map(({ example }) => example),
		...knownShapes.map(({ example }) => example.join("")),
		"cloudflared tunnel run --token qqq7qqq7",
		'{"s":"qqq7qqq7qqq7"}',
		"net user ana qqq7qqq7",
		"https://ana:qqq7qqq7@example.com/?sig=qqq7qqq7",
	];
	let removed = 0;
	for (const example of examples) {
		for (const wrap of wraps) {
			const text = wrap(example);
			const safe = behind(text);
			expect(safe).toBe(createRedact(tools)(text));
			if (safe !== text) removed++;
		}
	}
	// A caret in the middle breaks the form of what is known by nothing else.
	expect(removed).toBeGreaterThanOrEqual(examples.length * (wraps.length - 1));
});

test("secrets are found at the same places before and behind the screen", () => {
	const tools = [cloudflaredSecrets];
	const behind = createSecretPositions(tools);
	behind("- ".repeat(charactersWithout));
	const part = fc.oneof(
		...searched.map(written),
		fc.constantFrom(
			...toolsBeside.map(({ example }) => example),
			...knownShapes.map(({ example }) => example.join("")),
			"--token x",
			"7z a -pq",
		),
		fc.string({ maxLength: 3 }),
		fc.constantFrom(" ", '"', "^", "\n", "curl ", "\u00a0", "K"),
	);
	let found = 0;
	fc.assert(
		fc.property(fc.array(part, { maxLength: 4 }), fc.constantFrom("", " ", '"'), (parts, between) => {
			const text = parts.join(between);
			// New each time: its first texts are searched for everything.
			const before = createSecretPositions(tools)(text);
			if (before.length > 0) found++;
			expect(behind(text)).toEqual(before);
		}),
		{ numRuns: 250 },
	);
	expect(found).toBeGreaterThan(100);
});
