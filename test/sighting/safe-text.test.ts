import fc from "fast-check";
import { expect, test } from "vitest";
import { redactOwnWords } from "../../lib/secrets/redact.ts";
import { redactPart } from "../../lib/secrets/redact-part.ts";
import type { Redacted } from "../../lib/secrets/redacted.ts";
import { createSafeTexts } from "../../lib/sighting/safe-text.ts";

const secret = "tool --password=hunter2hunter2";

/** Redacts, and notes what it was asked to. */
function listening() {
	const asked: string[] = [];
	const texts = createSafeTexts((text): Redacted => {
		asked.push(text);
		return redactOwnWords(text);
	});
	return { asked, texts };
}

test("each distinct text of a record is redacted once", () => {
	const { asked, texts } = listening();
	const safe = texts();

	expect([safe(secret), safe("wks-1"), safe(secret), safe("wks-1"), safe("")]).toEqual([
		"tool --password=[removed: 14 characters]",
		"wks-1",
		"tool --password=[removed: 14 characters]",
		"wks-1",
		"",
	]);
	expect(asked).toEqual([secret, "wks-1"]);
});

test("a clean text is remembered for later records, one that held a secret or is long is not", () => {
	const { asked, texts } = listening();
	const long = "word ".repeat(60);
	for (let record = 0; record < 3; record++) for (const text of ["wks-1", secret, long]) texts()(text);

	expect(asked.filter((text) => text === "wks-1")).toHaveLength(1);
	expect(asked.filter((text) => text === secret)).toHaveLength(3);
	expect(asked.filter((text) => text === long)).toHaveLength(3);
});

test("whatever was asked before, a text comes out as if it were redacted alone", () => {
	const words = ["wks-1", secret, "C:\\Tools\\x.exe", "é\ud800", "--token", "x".repeat(9_000), "-u a:b", ""];
	const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 })), { maxLength: 3 }).map((parts) => parts.join(" "));
	fc.assert(
		fc.property(fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 4 }), (records) => {
			const texts = createSafeTexts(redactOwnWords);
			for (const record of records) {
				const safe = texts();
				for (const one of [...record, ...record]) expect(safe(one)).toBe(redactPart(redactOwnWords, one, 8_192));
			}
		}),
		{ numRuns: 200 },
	);
});

test("no more than some thousand clean texts are remembered", () => {
	const { asked, texts } = listening();
	for (let device = 0; device < 5_000; device++) texts()(`wks-${device}`);
	texts()("wks-0");
	texts()("wks-4999");

	expect(asked.slice(5_000)).toEqual(["wks-0"]);
});
