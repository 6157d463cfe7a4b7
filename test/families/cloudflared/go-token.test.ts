import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { readGoToken } from "../../../lib/families/cloudflared/go-token.ts";
import { anyCharacter } from "../../any-character.ts";
import { fixture } from "./vectors.ts";

const repeated = z.tuple([z.string(), z.number()]);
const recipe = z.object({ base64Of: z.object({ before: z.string(), repeat: repeated, after: z.string() }).catchall(repeated) });
const { vectors } = z
	.object({
		vectors: z.array(
			z.object({
				name: z.string(),
				text: z.string().optional(),
				textFrom: recipe.optional(),
				go: z.union([
					z.object({ error: z.string() }),
					z.object({ account: z.string(), endpoint: z.string(), secretBytes: z.number(), tunnel: z.string() }),
				]),
			}),
		),
	})
	.parse(fixture("token-vectors.json"));

function written({ base64Of }: z.infer<typeof recipe>): string {
	const second = base64Of["then"] ?? ["", 0];
	const [first, times] = base64Of.repeat;
	return Buffer.from(base64Of.before + first.repeat(times) + second[0].repeat(second[1]) + base64Of.after).toString("base64");
}

test("all labelled tokens are there", () => {
	expect(vectors).toHaveLength(110);
});

test.for(vectors)("$name reads as Go reads it", ({ text, textFrom, go }) => {
	const read = readGoToken(textFrom === undefined ? (text ?? "") : written(textFrom));
	if ("error" in go) expect(read.ok).toBe(false);
	else {
		const token = read.ok ? read.token : undefined;
		const got = { account: token?.account, endpoint: token?.endpoint, secretBytes: token?.secret.byteLength, tunnel: token?.tunnelId };
		expect(got).toEqual(go);
	}
});

const account = fc.stringMatching(/^[0-9a-f]{32}$/);
const encode = (json: string) => Buffer.from(json).toString("base64");
const tunnel = "7e1d0c3b-5a49-4f28-8e16-0b2a4c6d8f90";
const spellings = fc.constantFrom("a", "A", "\\u0061", "\\u0041");

test("of several accounts in one token the last one counts, whatever the spelling of its name and what stands between", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(spellings, account), { minLength: 1, maxLength: 6 }), fc.jsonValue(), (accounts, other) => {
			const members = accounts.map(([name, value]) => `"${name}":"${value}"`);
			const json = `{"x":${JSON.stringify(other)},${members.join(`,"y":${JSON.stringify(other)},`)},"t":"${tunnel}"}`;
			const read = readGoToken(encode(json));
			expect(read).toMatchObject({
				ok: true,
				token: {
					account: accounts.at(-1)?.[1],
					tunnelId: tunnel,
					ambiguous: accounts.length > 1 || accounts.some(([name]) => name.length > 1),
				},
			});
		}),
	);
});

test("line breaks anywhere change nothing, every other foreign character refuses the whole", () => {
	const token = encode(`{"a":"4d2f6a8b0c1e3d5f7a9b1c3d5e7f9a0b","t":"${tunnel}"}`);
	const foreign = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }).filter((one) => !/[A-Za-z0-9+/=\r\n]/.test(one));
	fc.assert(
		fc.property(fc.nat(token.length), foreign, (at, character) => {
			const broken = readGoToken(`${token.slice(0, at)}\r\n${token.slice(at)}`);
			const foreignInside = readGoToken(token.slice(0, at) + character + token.slice(at));
			expect([broken.ok && broken.token.account, foreignInside.ok]).toEqual(["4d2f6a8b0c1e3d5f7a9b1c3d5e7f9a0b", false]);
		}),
	);
});

test("any JSON and any text at all is answered, never thrown", () => {
	fc.assert(
		fc.property(fc.oneof(fc.json().map(encode), fc.base64String(), fc.string({ unit: anyCharacter })), (text) => {
			expect(typeof readGoToken(text).ok).toBe("boolean");
		}),
	);
});
