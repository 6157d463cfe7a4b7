import fc from "fast-check";
import { expect, test } from "vitest";
import { decodedRuns, hasLongRun } from "../../lib/secrets/base64.ts";
import { knownSecrets, knownShapes } from "../../lib/secrets/known-secrets.ts";
import { otherEncodings } from "../../lib/secrets/other-encodings.ts";
import { createSecretPositions } from "../../lib/secrets/secret-positions.ts";
import { toolsBeside } from "../../lib/secrets/tools-beside.ts";
import { inUnbroken } from "../../lib/secrets/unbroken.ts";

const pieces = [
	...knownShapes.flatMap(({ example: [start, rest] }) => [start, rest, start + rest]),
	"",
	" ",
	".",
	"/",
	"_",
	"=",
	"A",
	"--to^ken",
	'--to""ken',
	"--to`ken",
];
const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 5 }).map((parts) => parts.join(""));

test("the quick look for well-known secrets passes over nothing that a shape of theirs finds", () => {
	let found = 0;
	fc.assert(
		fc.property(text, (one) => {
			const expected = knownShapes.flatMap(({ pattern }) => [...one.matchAll(pattern)].map(({ index }) => index));
			const starts = knownSecrets(one).map(({ start }) => start);
			if (expected.length > 0) found++;
			expect(expected.filter((start) => !starts.includes(start))).toEqual([]);
		}),
		{ numRuns: 3_000 },
	);
	expect(found).toBeGreaterThan(500);
});

test("the quick look for tools passes over no tool's own example", () => {
	const positions = createSecretPositions([]);
	for (const { example } of toolsBeside) {
		const places = positions(example).map(({ start, end }) => example.slice(start, end));
		expect(places.some((place) => place.includes("qqq7qqq7"))).toBe(true);
	}
});

const keyBody = "qqq7".repeat(10);

test.each([
	["a query written as a value", "sig%3Dqqq7qqq7"],
	["a query in small letters", "?code%3dqqq7qqq7"],
	["the shortest body of a key", `MII${keyBody}`],
	["a user and a password", "://u:qqq7qqq7@h"],
	["a token in place of a user", "://qqq7qqq7qqq7qqq7@h"],
	["an element", "<password>qqq7qqq7"],
	["an account", "net user a qqq7qqq7"],
	["an option", "a /p:qqq7qqq7"],
	["a key without an end", "-----BEGIN PRIVATE KEY-----qqq7qqq7"],
])("%s is found where nothing else stands that could call for a search", (_, one) => {
	const places = createSecretPositions([])(one).map(({ start, end }) => one.slice(start, end));
	expect(places.some((place) => place.includes("qqq7qqq7"))).toBe(true);
});

test("a word that a shell would put together is read as it would, wherever it is broken", () => {
	const at = (one: string) => inUnbroken(one, (whole) => [{ start: whole.indexOf("token"), end: whole.length }]);
	expect(["--to^ken x", "--to`ken x", '--to""ken x', "--token x"].map((one) => at(one).length)).toEqual([1, 1, 1, 0]);
});

test("a text of fewer than 40 characters has no run that is decoded", () => {
	const dense = fc.string({ minLength: 30, maxLength: 39, unit: fc.constantFrom(..."0123456789abcdefABXz+/= ,\\xJye") });
	fc.assert(
		fc.property(dense, (one) => {
			expect([...decodedRuns(one, 4), ...otherEncodings(one)]).toEqual([]);
		}),
		{ numRuns: 2_000 },
	);
	expect([...decodedRuns("A".repeat(40), 1)]).toHaveLength(1);
});

test("the quick look for long runs finds exactly the texts that hold one", () => {
	const part = fc.oneof(
		fc.integer({ min: 36, max: 44 }).map((length) => "aZ0+/_-9".repeat(6).slice(0, length)),
		fc.string({ unit: fc.constantFrom(...'aZ0+/_- .\\"=\u00e9'), maxLength: 60 }),
	);
	let long = 0;
	fc.assert(
		fc.property(fc.array(part, { maxLength: 4 }), fc.constantFrom("", " ", "="), (parts, between) => {
			const one = parts.join(between);
			const expected = /[A-Za-z0-9+/_-]{40}/.test(one);
			if (expected) long++;
			expect(hasLongRun(one)).toBe(expected);
		}),
		{ numRuns: 3_000 },
	);
	expect(long).toBeGreaterThan(500);
	expect([hasLongRun("A".repeat(39)), hasLongRun("A".repeat(40)), hasLongRun(` ${"A".repeat(40)}`)]).toEqual([false, true, true]);
});
