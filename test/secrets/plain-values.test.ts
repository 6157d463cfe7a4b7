import fc from "fast-check";
import { expect, test } from "vitest";
import { families } from "../../lib/families/index.ts";
import { arePlainValuesFree, isPlainValue } from "../../lib/secrets/plain-values.ts";
import { createRedact } from "../../lib/secrets/redact.ts";
import {
	authorizationSchemes,
	secretFlags,
	secretKeys,
	secretQueryEnds,
	secretQueryNames,
	secretVariables,
} from "../../lib/secrets/secret-names.ts";
import { createSecretPositions } from "../../lib/secrets/secret-positions.ts";
import type { ToolSecrets } from "../../lib/secrets/tool-secrets.ts";

const tools = families.map(({ secrets }) => secrets);
const none: ToolSecrets = { flags: [], variables: [], keys: [], byValue: () => [], byPosition: () => [] };
/** The same secrets, and a name that could stand in a plain value: then none is passed over. */
const full = createRedact([...tools, { ...none, keys: ["fade"] }]);
const of = (characters: string, minLength: number, maxLength: number) =>
	fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
const hex = "0123456789abcdef";

test("what is passed over as a plain value is what the whole search leaves as it is", () => {
	const value = fc.oneof(of("0123456789:.TZ-", 1, 39), of(`${hex}-`, 1, 39), of(hex, 40, 40));
	fc.assert(
		fc.property(value, (one) => {
			expect(isPlainValue(one)).toBe(true);
			expect(full(one)).toBe(one);
		}),
		{ numRuns: 6_000 },
	);
});

test.each([
	"2026-11-24T09:10:00.1234567Z",
	"89071",
	"192.0.2.7:7844",
	"2001:db8::1".replaceAll(/[db]/g, "0"),
	"3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
	"a426f8d1ff4ccce5e36116aaeb904784cc23f559",
])("%s is a plain value", (value) => {
	expect(isPlainValue(value)).toBe(true);
});

test.each([
	"",
	"a426f8d1ff4ccce5e36116aaeb904784cc23f55",
	"a426f8d1ff4ccce5e36116aaeb904784cc23f5590",
	"A426F8D1FF4CCCE5E36116AAEB904784CC23F559",
	"-p 1",
	"-e:0123456789012345",
	"1\n",
	"1".repeat(40),
	"x",
])("%j is none, or one by its length", (value) => {
	expect(isPlainValue(value)).toBe(/^[0-9a-f]{39,40}$/.test(value));
});

/** Which letters can stand next to each other in what 40 hex digits decode to, by the place in three bytes. */
const decodable = ["ikmoqsuwy{}", "fgmnovw]^_}~", "tuvwxyz456789:;<=[\\]^_{|}"].map((letters) => new Set(letters));
const canStand = (word: string) =>
	[0, 1, 2].some((from) => [...word.toLowerCase()].every((letter, at) => decodable[(from + at) % 3]?.has(letter)));

test("no word that announces a secret can stand in 40 hex digits, read as they are or as base64", () => {
	const words = [...secretFlags, ...secretKeys, ...secretVariables, ...secretQueryEnds, ...secretQueryNames, ...authorizationSchemes];
	expect(words.filter((word) => canStand(word) || canStand(word.replaceAll("-", "")) || /^[0-9a-ftz:.-]+$/i.test(word))).toEqual([]);
	expect([canStand("mnt"), canStand("token")]).toEqual([true, false]);
});

test("decoded hex digits hold no more than the proof says", () => {
	const seen = [new Set<string>(), new Set<string>(), new Set<string>()];
	for (const one of hex) {
		for (const other of hex) {
			for (const [place, four] of [`${one}${other}aa`, `a${one}${other}a`, `aa${one}${other}`].entries()) {
				const letter = Buffer.from(four, "base64").toString("latin1").charAt(place);
				// What stands for everything else announces nothing.
				if (/[ -~]/.test(letter)) seen[place]?.add(letter.toLowerCase());
			}
		}
	}
	expect(seen.map((letters) => [...letters].sort().join(""))).toEqual(decodable.map((letters) => [...letters].sort().join("")));
});

test("no three characters that such digits decode to announce a secret", () => {
	const positions = createSecretPositions(tools);
	const [first = [], second = [], third = []] = decodable.map((letters) => ["\u0080", ...letters]);
	const texts = first.flatMap((one) => second.flatMap((two) => third.flatMap((three) => [one + two + three + one + two + three])));
	expect(texts.filter((text) => positions(text).length > 0)).toEqual([]);
});

test("a tool whose names could stand in a plain value keeps every value under the whole search", () => {
	expect(arePlainValuesFree(tools)).toBe(true);
	for (const name of ["fade", "7-7", "mnt", "token"]) {
		expect([name, arePlainValuesFree([{ ...none, flags: [name] }])]).toEqual([name, name === "token"]);
	}
});
