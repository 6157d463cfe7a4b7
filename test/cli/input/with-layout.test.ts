import { expect, test } from "vitest";
import { withLayout } from "../../../cli/input/with-layout.ts";

const mebibyte = 1024 * 1024;

test.each([
	["ASCII", "a"],
	["characters of two bytes", "ä"],
	["characters of three bytes", "字"],
	["characters of four bytes", "😀"],
])("a file that is one long line of %s is recognised by its first mebibyte, not by all of it", async (_what, character) => {
	const text = Buffer.from(`{"a":"${character.repeat((2 * mebibyte) / Buffer.byteLength(character))}`);
	let asked = 0;
	async function* slowly(): AsyncGenerator<Buffer> {
		for (let at = 0; at < text.length; at += 65_536) {
			const piece = text.subarray(at, at + 65_536);
			asked += piece.length;
			yield piece;
		}
	}
	const [all, layout] = await withLayout(slowly());
	expect(layout.kind).toBe("lines");
	expect(asked).toBe(mebibyte);
	const pieces: Buffer[] = [];
	for await (const piece of all) pieces.push(piece);
	expect(Buffer.concat(pieces).equals(text)).toBe(true);
});

test("blank lines before the first one, and a first line in two pieces, are waited for", async () => {
	async function* pieces(): AsyncGenerator<Buffer> {
		for (const piece of ["\n\r\n", " \n", "Timestamp,Dev", "iceId,ActionType\n2026-"]) yield Buffer.from(piece);
	}
	const [, layout] = await withLayout(pieces());
	expect(layout).toEqual({ kind: "csv", delimiter: ",", skipFirstLine: false });
});
