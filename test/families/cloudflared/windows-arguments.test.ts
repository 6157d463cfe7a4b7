import { expect, test } from "vitest";
import * as z from "zod";
import { windowsWords } from "../../../lib/families/cloudflared/windows-arguments.ts";
import { fixture } from "./vectors.ts";

const { vectors } = z
	.object({ vectors: z.array(z.object({ text: z.string(), args: z.array(z.string()) })) })
	.parse(fixture("argv-vectors.json"));

test("all labelled Windows command lines are there", () => {
	expect(vectors).toHaveLength(35);
});

test.for(vectors)("$text splits as a Go program splits it", ({ text, args }) => {
	expect(windowsWords(text).map((word) => word.value)).toEqual(args);
});

test("no more arguments are read than were asked for", () => {
	expect(windowsWords("c.exe a b c", 2).map((word) => word.value)).toEqual(["c.exe", "a"]);
});
