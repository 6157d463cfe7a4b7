import { describe, expect, test } from "vitest";
import { families } from "../../lib/families/index.ts";
import { createRedact } from "../../lib/secrets/redact.ts";
import {
	authorizationSchemes,
	keyStarts,
	loginTools,
	passwordTools,
	secretFlags,
	secretKeys,
	secretQueryEnds,
	secretQueryNames,
	secretVariables,
	slashSecrets,
} from "../../lib/secrets/secret-names.ts";

const redact = createRedact(families.map((family) => family.secrets));

/** A list, and how a secret stands behind one of its words. `not` is a word that is on no list, where every other word is not a secret. */
interface List {
	readonly name: string;
	readonly words: readonly string[];
	readonly not?: string;
	readonly texts: readonly ((word: string) => string)[];
}

const flag = [
	(word: string) => `x --${word} qqq y`,
	(word: string) => `x -${word.toUpperCase()}=qqq`,
	(word: string) => `x --${word} "qqq" y`,
];
const variable = [
	(word: string) => `set ${word}=qqq`,
	(word: string) => `$env:${word.toLowerCase()} = 'qqq'`,
	(word: string) => `setx ${word} qqq`,
];
const key = [(word: string) => `${word}: qqq`, (word: string) => `{"${word.toUpperCase()}":"qqq"}`, (word: string) => `my${word}=qqq`];

const lists: readonly List[] = [
	{ name: "a flag", words: secretFlags, not: "colour", texts: [...flag, (word) => `x --${word.replaceAll("-", "")} qqq`] },
	{ name: "a variable", words: secretVariables, not: "AWS_REGION", texts: variable },
	{
		name: "a key",
		words: secretKeys,
		not: "colour",
		texts: [...key, (word) => `${word.replaceAll("-", "_")}: qqq`, (word) => `${word.replaceAll("-", "")}=qqq`],
	},
	{
		name: "the end of a parameter's name",
		words: secretQueryEnds,
		not: "colour",
		texts: [
			(word) => `https://a.example/?${word}=qqq&b=1`,
			(word) => `https://a.example/?b=1&my_${word}=qqq`,
			(word) => `to=https%3A%2F%2Fb%3F${word}%3Dqqq%26x`,
		],
	},
	{
		name: "a parameter",
		words: secretQueryNames,
		not: "colour",
		texts: [(word) => `https://a.example/?${word}=qqq&b=1`, (word) => `https://a.example/?b=1&${word}=qqq`],
	},
	{
		name: "a scheme of authorization",
		words: authorizationSchemes,
		texts: [(word) => `Authorization: ${word} qqq`, (word) => `curl -H "authorization: ${word.toUpperCase()} qqq" x`],
	},
	{
		name: "a Windows option",
		words: slashSecrets,
		not: "q",
		texts: [(word) => `x /${word}:qqq y`, (word) => `x /${word.toUpperCase()}:"qqq" y`],
	},
	{
		name: "a program with a password",
		words: passwordTools,
		not: "notepad",
		texts: [(word) => `${word} -p qqq`, (word) => `C:\\tools\\${word}.exe -u a -P qqq`, (word) => `${word} -pqqq`],
	},
	{
		name: "a program to log in with",
		words: loginTools,
		not: "git",
		texts: [(word) => `${word} login -t a -p qqq`, (word) => `${word} acr login -n r -p qqq`],
	},
	...families.flatMap(({ id, secrets }) => [
		{ name: `a flag of ${id}`, words: secrets.flags, not: "colour", texts: flag },
		{ name: `a variable of ${id}`, words: secrets.variables, not: "TUNNEL_LOGLEVEL", texts: variable },
		{ name: `a key of ${id}`, words: secrets.keys, not: "colour", texts: key },
	]),
];

describe.each(lists)("behind $name", ({ words, texts }) => {
	test.each(words)("%s: the secret is removed, however it is written", (word) => {
		for (const text of texts) {
			expect(redact(text(word)), text(word)).toMatch(/\[removed: \d+ characters\]/);
			expect(redact(text(word)), text(word)).not.toContain("qqq");
		}
	});
});

test.each(lists.filter(({ not }) => not !== undefined))(
	"behind any other word where $name could stand, nothing is removed",
	({ not = "", texts }) => {
		for (const text of texts) expect(redact(text(not))).toBe(text(not));
	},
);

test.each(keyStarts)("a key in base64 is removed without the lines around it: %s", (start) => {
	expect(redact(`x ${start}${"qqq1".repeat(16)} y`)).toMatch(/^x \[removed: \d+ characters\] y$/);
});

test("every beginning of -EncodedCommand that PowerShell takes is read", () => {
	const command = Buffer.from("x --token qqq", "utf16le").toString("base64");
	const beginnings = ["ec", ...Array.from("encodedcommand", (_, length) => "encodedcommand".slice(0, length + 1))];
	for (const beginning of beginnings) {
		expect(redact(`powershell -${beginning} ${command}`)).toBe(`powershell -${beginning} [decoded: x --token [removed: 3 characters]]`);
	}
});
