import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupDigits } from "../../lib/notify/group-digits.ts";
import { clip, idText, inert, inertText, plainName, shortWords } from "../../lib/notify/text.ts";
import { visible } from "../../lib/notify/visible.ts";
import { redacted } from "../builders.ts";
import { forbidden, hostileText } from "./hostile.ts";

const id = redacted("a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe");

describe("visible", () => {
	test.each([
		["a\u202egnp.exe", "a⟦U+202E⟧gnp.exe"],
		["a\u200bb", "a⟦U+200B⟧b"],
		["one\r\ntwo\nthree", "one⏎two⏎three"],
		["one\rtwo", "one⟦U+000D⟧two"],
		["a\tb", "a b"],
		["\u001b[31mred", "⟦U+001B⟧[31mred"],
		["\ud800", "\ufffd"],
		["\u{e0041}", "⟦U+E0041⟧"],
		["e\u0301", "é"],
		["x\u0301\u0302\u0303\u0304", "x\u0301\u0302⟦+2⟧"],
		["C:\\_tools\\*x*\\run.exe", "C:\\_tools\\*x*\\run.exe"],
	])("%j is shown as %j", (text, shown) => {
		expect(visible(text)).toBe(shown);
	});
});

test.each([
	[0, "0"],
	[999, "999"],
	[1_000, "1,000"],
	[123_456, "123,456"],
	[1_234_567, "1,234,567"],
	[-1_000, "-1,000"],
	[-100, "-100"],
	[1.5, "1.5"],
	[1_234.5678, "1,234.5678"],
])("people read the number %s as %s", (number, text) => {
	expect(groupDigits(number)).toBe(text);
});

describe("clip", () => {
	test("a text as long as the cap stays whole", () => {
		expect(clip("0123456789", 10)).toBe("0123456789");
	});

	test("a longer text keeps head and tail and says how much is gone", () => {
		expect(clip("0123456789A", 10)).toBe("0123456 …[1 more]… 89A");
	});

	test("a character outside the basic plane counts once and is never halved", () => {
		expect(clip("😀".repeat(10), 10)).toBe("😀".repeat(10));
		expect(clip("😀".repeat(12), 10)).toBe(`${"😀".repeat(7)} …[2 more]… ${"😀".repeat(3)}`);
	});
});

describe("inert", () => {
	test.each([
		["[Approved](https://evil.example)", "[Approved] (hxxps://evil.example)"],
		["<at>ceo</at>", "‹at>ceo‹/at>"],
		["a < b", "a ‹ b"],
		["1 < 2", "1 < 2"],
		["{{DATE(x)}}", "{ {DATE(x)}}"],
		["rdp://localhost:3389", "rdp[:]//localhost:3389"],
		["javascript:alert(1)", "javascript[:]alert(1)"],
		["WWW.evil.example", "WWW[.]evil.example"],
		["metadata: 1", "metadata: 1"],
	])("%j loses its meaning: %j", (text, shown) => {
		expect(inert(redacted(text))).toBe(shown);
	});

	test("no hostile text keeps a link, a mention, a macro or an invisible character", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				const shown = inert(redacted(text));
				expect(shown).not.toMatch(forbidden);
				expect([...shown].length).toBeLessThanOrEqual(3000);
			}),
			{ numRuns: 6000 },
		);
	});

	test("text that is already inert stays as it is", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				const once = inert(redacted(text), 100_000);
				expect(inert(redacted(once), 100_000)).toBe(once);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("plainName", () => {
	test.each([
		["fin-lt-0142.corp.example.com", "fin-lt-0142"],
		["WS01[x](https://evil", "WS01·x· ·hxxps···evil"],
		["**boss**", "boss··"],
		["- item", "item"],
		["…⟧\u0301item", "item"],
		["192.0.2.7", "192·0·2·7"],
		["192", "192"],
		["", "a3f1c0d9"],
		["...", "a3f1c0d9"],
	])("%j is called %j", (name, shown) => {
		expect(plainName(redacted(name), id)).toBe(shown);
	});

	test("a name never holds a sign of markup", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				const name = plainName(redacted(text), id);
				expect(name).toMatch(/^[\p{L}\p{N}⟦][\p{L}\p{M}\p{N}\- ⟦⟧+…·]*$/u);
				expect([...name].length).toBeLessThanOrEqual(70);
			}),
			{ numRuns: 5000 },
		);
	});
});

test("a word too long for a phone shows its start and its end", () => {
	const word = inert(redacted(`run ${"a".repeat(30)}${"b".repeat(30)} now`));
	expect(shortWords(word)).toBe(`run ${"a".repeat(22)}…${"b".repeat(16)} now`);
	expect(shortWords(inert(redacted("a".repeat(40))))).toBe("a".repeat(40));
});

test("an id is shown only when it looks like one", () => {
	expect(idText("6ff42ae2-765d-4adf-8112-31c55c1551ef")).toBe("6ff42ae2-765d-4adf-8112-31c55c1551ef");
	expect(idText("](https://evil.example)")).toBe("");
	expect(idText("a".repeat(65))).toBe("");
});

test("our own sentences take inert pieces and numbers", () => {
	expect(inertText`${inert(redacted("<at>x"))} was seen ${3} times`).toBe("‹at>x was seen 3 times");
});
