import { expect, test } from "vitest";
import { corpusInEveryFormat, corpusLines } from "./corpus-formats.ts";
import { fileWith, readFile } from "./read-file.ts";

const formats = await corpusInEveryFormat();
const reference = await readFile(new URL("../../fixtures/corpus/messages.ndjson", import.meta.url).pathname);

test("the labelled corpus has matches to compare with", () => {
	expect(corpusLines).toHaveLength(26);
	expect(reference.matches.length).toBeGreaterThan(90);
});

test.each(Object.keys(formats))("the same matches come from: %s", async (name) => {
	const { matches, result } = await readFile(fileWith(formats[name] ?? ""));
	expect(result.reading.problem).toBeUndefined();
	expect(Object.fromEntries(result.unreadable)).toEqual({});
	expect(matches).toEqual(reference.matches);
});
