import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

test("a text that later records repeat is redacted once, unless it is longer than any real command line", () => {
	const { asked, texts } = listening();
	const [long, endless] = ["word ".repeat(60), "word ".repeat(1_000)];
	const told = [0, 1, 2].map(() => ["wks-1", secret, long, endless].map((text) => texts()(text)));

	expect(told[2]).toEqual(["wks-1", "tool --password=[removed: 14 characters]", long, endless]);
	expect([told[0], told[1]]).toEqual([told[2], told[2]]);
	expect(asked).toEqual(["wks-1", secret, long, endless, endless, endless]);
});

test("numbers, times and hex ids take no room from what recurs", () => {
	const { asked, texts } = listening();
	texts()("wks-1");
	for (let report = 0; report < 5_000; report++) texts()(String(report));
	texts()("wks-1");

	expect(asked.filter((text) => text === "wks-1")).toHaveLength(1);
});

test("no more than some hundred texts that held a secret are remembered", () => {
	const { asked, texts } = listening();
	for (let start = 0; start < 300; start++) texts()(`${secret} ${start}`);
	texts()(`${secret} 0`);
	texts()(`${secret} 299`);

	expect(asked.slice(300)).toEqual([`${secret} 0`]);
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

test("a name that was cut from an endless path does not keep the path in memory", () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const texts = createSafeTexts(redactOwnWords);
	const nameIn = (path: string): string => path.slice(path.lastIndexOf("\\") + 1);
	collect();
	const before = process.memoryUsage().heapUsed;
	for (let device = 0; device < 16; device++) texts()(nameIn(`C:\\${"x".repeat(1_000_000)}\\program-number-${device}.exe`));
	collect();

	expect((process.memoryUsage().heapUsed - before) / 1_000_000).toBeLessThan(6);
	// Still held, so what it remembers was counted.
	expect(texts()("program-number-0.exe")).toBe("program-number-0.exe");
});
