import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createMatcher } from "../../lib/detect/match.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { identify } from "../../lib/families/cloudflared/identify.ts";
import { redact } from "../../lib/families/redact.ts";
import { redactPart } from "../../lib/secrets/redact-part.ts";
import { secretFlags, secretKeys, secretQueryNames } from "../../lib/secrets/secret-names.ts";
import { toolsBeside } from "../../lib/secrets/tools-beside.ts";
import { aRecord } from "../families/cloudflared/rules/example-record.ts";
import { growsFaster, isSlow, patternsIn, repeated, seedsFor } from "./patterns.ts";

/** Device text reaches these. What they hold is measured one by one, on texts made of the patterns' own pieces. */
const files = globSync("lib/**/*.ts", { cwd: fileURLToPath(new URL("../../", import.meta.url)) }).sort();
const patterns = patternsIn(files);

test("the patterns of the product are found", () => {
	expect(patterns.length).toBeGreaterThan(400);
	for (const file of ["lib/secrets/base64.ts", "lib/notify/text.ts", "lib/families/cloudflared/starters.ts"])
		expect(patterns.map((one) => one.file.replaceAll("\\", "/"))).toContain(file);
});

test("no pattern tries a text over and over: 16,000 characters take each a few milliseconds at most", () => {
	const slow = patterns.flatMap(({ file, line, pattern }) => {
		const seed = seedsFor(pattern).find((one) => isSlow(pattern, repeated(one, 16_000), 12_000));
		return seed === undefined ? [] : [`${file}:${line} on ${JSON.stringify(seed)}`];
	});
	expect(slow).toEqual([]);
});

test("the search for slow patterns finds the ones that the product had", () => {
	expect(isSlow(/([a-z][a-z0-9+.-]*):\/\//gi, repeated("a", 12_000), 6_000)).toBe(true);
	expect(isSlow(/(?:^|[\s'",])tunnel[\s'",].*(?:\brun\b|-url\b)/s, repeated("tunnel ", 32_000), 6_000)).toBe(true);
	expect(seedsFor(/(?:^|[\s'",])tunnel[\s'",].*(?:\brun\b|-url\b)/s)).toContain("tunnel ");
});

const token = "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYi";
const starts: readonly string[] = [
	...[
		"service,install,-",
		"service install ",
		"--to^ken ",
		"-----BEGIN PRIVATE KEY-----",
		"set a=",
		"$a='",
		"://a:",
		"eyJh",
		`${token},`,
		"MII",
	],
	...[
		"' ",
		'" ',
		"\\",
		"{",
		"[removed: 1 characters]",
		"\\u0041",
		"a\0",
		"=Jye",
		"00",
		"40 41 ",
		"cmd /c ",
		"powershell -enc ",
		"& ",
		"$(",
		"^",
		"`",
	],
	...secretFlags.slice(0, 6).map((name) => `--${name} `),
	...secretKeys.slice(0, 4).map((name) => `${name}=`),
	...secretQueryNames.map((name) => `?${name}=`),
	...toolsBeside.slice(0, 6).map(({ example }) => `${example} `),
];

describe("what reads device text takes time linear in it", () => {
	const match = createMatcher(allRules);
	const row = (text: string) =>
		aRecord("DeviceProcessEvents", {
			FileName: "cloudflared.exe",
			FolderPath: text,
			ProcessCommandLine: `cloudflared.exe tunnel run --token ${text}`,
			InitiatingProcessCommandLine: `cmd /c ${text}`,
			AdditionalFields: text,
		});
	const imagePath = (text: string) =>
		aRecord("DeviceRegistryEvents", {
			RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
			RegistryValueName: "ImagePath",
			RegistryValueData: `C:\\${text}`,
		});
	test.each<readonly [string, (text: string) => void]>([
		["removing secrets", (text) => void redact(text)],
		["matching rules", (text) => void match(row(text))],
		["reading a process", (text) => void identify(row(text))],
		["reading a service's program", (text) => void identify(imagePath(text))],
	])("%s", (_, work) => {
		expect([...starts, "x", "x.exe ", "a\\"].filter((seed) => growsFaster(work, seed, 48_000))).toEqual([]);
	});
});

describe("of a long text only the beginning is read, and the rest is counted", () => {
	test("a text of a megabyte costs no more than one of two pages", () => {
		let read = 0;
		const counting = (text: string) => {
			read += text.length;
			return redact(text);
		};
		const shown = redactPart(counting, "tunnel run ".repeat(100_000), 8_192);
		expect(read).toBeLessThanOrEqual(2 * 8_192);
		expect(shown).toMatch(/ …\[\d+ more\]$/);
		expect(shown.length).toBeLessThan(8_192 + 40);
	});

	test("shown and left out are the whole text", () => {
		const text = "word ".repeat(10_000);
		const [, shown = "", rest = ""] = /^(.*) …\[(\d+) more\]$/s.exec(redactPart(redact, text, 8_192)) ?? [];
		expect(shown.length + Number(rest)).toBe(text.length);
	});

	test.each([
		["an address", "https://user:"],
		["a flag", "--password "],
		["nothing", ""],
	])("a secret on the edge, behind %s, is not shown in part", (_, before) => {
		const secret = "S3cretS3cretS3cretS3cretS3cretS3cret";
		for (let at = 950; at < 1_010; at++) {
			// What stands before it is removed, so that the edge itself would come into view.
			const text = `--token ${"t".repeat(at - before.length - 10)} ${before}${secret}@host and more of it ${"z ".repeat(900)}`;
			if (before !== "") expect(redactPart(redact, text, 500)).not.toContain("S3cret");
		}
	});
});
