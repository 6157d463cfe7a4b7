import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { all, any, contains, equalsNumber, has, hasAll, not } from "../../../lib/detect/condition.ts";
import { literalsOf } from "../../../lib/detect/prefilter/literals.ts";
import { createSieve } from "../../../lib/detect/prefilter/prefilter.ts";
import { ruleSets } from "../../../lib/detect/rule.ts";
import { rulesOfSet } from "../../../lib/families/select.ts";
import { labels, lines } from "../../families/cloudflared/rules/corpus.ts";
import { aRule } from "../a-rule.ts";

const { sift } = createSieve(rulesOfSet("base"));
const record = (fileName: string) => `{"time":"t","category":"AdvancedHunting-DeviceFileEvents","properties":{"FileName":"${fileName}"}}`;
const verdict = (text: string) => sift(Buffer.from(text)).verdict;

describe("every shipped set has a literal for each of its rules", () => {
	test.each(ruleSets)("%s", (set) => expect(createSieve(rulesOfSet(set)).open).toEqual([]));
});

test("rows of a table that no rule reads are let through when they are asked for", () => {
	const row = (table: string) => `{"time":"t","category":"AdvancedHunting-${table}","properties":{"DeviceId":"a1"}}`;
	const body = Buffer.from(`{"records":[${row("DeviceInfo")},${row("DeviceEvents")},${row("DeviceNetworkInfo")}]}`);
	const asked = createSieve(rulesOfSet("recommended"), ["DeviceInfo", "DeviceNetworkInfo"]).sift(body);
	expect(asked).toMatchObject({
		verdict: "records",
		records: [{ category: "AdvancedHunting-DeviceInfo" }, { category: "AdvancedHunting-DeviceNetworkInfo" }],
	});
	expect(createSieve(rulesOfSet("recommended")).sift(body)).toEqual({ verdict: "nothing" });
});

test("a rule without a literal opens the sieve for the tables it reads, and for no other, and is named", () => {
	const blind = [
		aRule(not(has("FileName", "cloudflared")), { id: "not" }),
		aRule(equalsNumber("RemotePort", 7844), { id: "number" }),
		aRule(has("FileName", "tiny"), { id: "short" }),
		aRule(any(has("FileName", "cloudflared"), has("FileName", "")), { id: "any" }),
	];

	const sieve = createSieve([...rulesOfSet("base"), ...blind]);

	expect(sieve.open).toEqual(["not", "number", "short", "any"]);
	const row = (table: string) => `{"time":"t","category":"AdvancedHunting-${table}","properties":{"FileName":"x"}}`;
	const table = "DeviceFileEvents";
	const body = Buffer.from(`{"records":[${row("DeviceLogonEvents")},${row(table)},${row("DeviceLogonEvents")}]}`);
	expect(blind.flatMap(({ tables }) => tables)).not.toContain("DeviceLogonEvents");
	expect(sieve.sift(body)).toMatchObject({ verdict: "records", records: [{ category: `AdvancedHunting-${table}` }] });
	expect(createSieve(rulesOfSet("base")).sift(body)).toEqual({ verdict: "nothing" });
});

test("without any rule nothing is ruled out", () => {
	expect(createSieve([]).sift(Buffer.from("{}"))).toEqual({ verdict: "whole" });
});

describe("only the records that hold a literal are parsed", () => {
	test("a message without one is passed over", () => {
		expect(sift(Buffer.from(`{"records":[${record("cloudflare.exe")},${record("x.exe")}]}`))).toEqual({ verdict: "nothing" });
	});

	test("first, middle and last record are cut out alone", () => {
		const list = ["cloudflared.exe", "a.exe", "CloudFlared.exe", "b.exe", "cl\\u006Fudflared"].map(record);

		expect(sift(Buffer.from(`{"records":[${list.join(",")}]}`))).toEqual({
			verdict: "records",
			records: [list[0], list[2], list[4]].map((json) => JSON.parse(json ?? "")),
		});
	});

	test("near misses in the corpus's bytes cost a look, matching lines are never passed over", () => {
		for (const [index, line] of lines.entries()) {
			const matches = labels.some((label) => label.line === index + 1 && label.matches.length > 0);
			if (matches) expect(verdict(line)).not.toBe("nothing");
		}
	});
});

describe("what cannot be trusted to be a whole message is parsed", () => {
	const message = `{"records":[${record("a.exe")},${record("b.exe")}]}`;

	test.each([
		["nothing", ""],
		["blanks", "  \n"],
		["text", "not json"],
		["a message without its start", message.slice(1)],
		["a message that starts within a record", message.slice(20)],
		["a list cut short in a record", message.slice(0, -20)],
		["a list cut short between records", `{"records":[${record("a.exe")},${record("b.exe")}`],
		["a bare list", `[${record("a.exe")}]`],
		["something behind it", `${message} x`],
	])("%s", (_name, text) => expect(verdict(text)).toBe("whole"));

	test.each([
		["gzip", gzipSync(message)],
		["UTF-16", Buffer.from(message, "utf16le")],
		["UTF-16 with its mark", Buffer.from(`\uFEFF${message}`, "utf16le")],
	])("%s", (_name, bytes) => expect(sift(bytes).verdict).toBe("whole"));

	test.each([
		["a whole message", message],
		["with a byte order mark", `\uFEFF${message}`],
		["with blanks around and inside", ` \r\n{ "records" : [ ${record("a.exe")} ] }\r\n`],
		["a single record", `${record("a.exe")}\r\n`],
		["an empty list", '{"records":[]}'],
	])("not so %s", (_name, text) => expect(verdict(text)).toBe("nothing"));
});

describe("a message that is not as usual is parsed whole when something is found in it", () => {
	test.each([
		["a single record", record("cloudflared")],
		["another first key in one record", `{"records":[${record("a")},${record("cloudflared").replace('"time":"t",', "")}]}`],
		[
			"an object inside that begins like a record",
			`{"records":[${record("cloudflared").replace('"FileName"', '"Extra":{"time":"t"},"FileName"')}]}`,
		],
		["a hit outside the records", `{"records":[${record("a")}],"more":["cloudflared"]}`],
		["a hit before the records", `{"more":"cloudflared","records":[${record("a")}]}`],
		["damage around the hit", `{"records":[${record("cloudflared").replace('"t"', '"t')}]}`],
	])("%s", (_name, text) => expect(verdict(text)).toBe("whole"));
});

test("where a message starts in its buffer, and what lies around it, does not matter", () => {
	for (let offset = 0; offset < 9; offset++) {
		const pool = Buffer.alloc(500, "cloudflared --token ");
		const place = (text: string) => pool.subarray(offset, offset + pool.write(text, offset));
		expect(sift(place(`{"records":[${record("cloudflared")}]}`)).verdict).toBe("records");
		expect(sift(place(`{"records":[${record("cloudflare")}]}`)).verdict).toBe("nothing");
	}
});

test("quotes and HTML characters written as escapes make no message suspicious, a letter of a literal does", () => {
	expect(verdict(`{"records":[${record("\\u0022a\\u0022 \\u0026 \\u003Cb\\u003E \\u002Bc\\u0027")}]}`)).toBe("nothing");
	expect(verdict(`{"records":[${record("\\u0063")}]}`)).toBe("records");
	expect(verdict(`{"records":[${record("\\u0043")}]}`)).toBe("records");
	expect(verdict(`{"records":[${record("\\u007A")}]}`)).toBe("nothing");
});

test("the longest of the words that must all be there is looked for", () => {
	const words = createSieve([aRule(hasAll("ProcessCommandLine", "tunnel", "run", "credentials"))]);

	expect(words.sift(Buffer.from(`{"records":[${record("tunnel run")}]}`)).verdict).toBe("nothing");
	expect(words.sift(Buffer.from(`{"records":[${record("credentials")}]}`)).verdict).toBe("records");
	expect(words.sift(Buffer.from(`{"records":[${record("credentials2")}]}`)).verdict).toBe("nothing");
});

test("where a rule leaves a choice, what others look for anyway is looked for, and what every stream says only as a last resort", () => {
	const everyday = contains("FolderPath", "\\powershell.exe");
	const rare = contains("ProcessCommandLine", " --oddflag ");
	const both = [aRule(all(everyday, rare)), aRule(has("FileName", "cloudflared")), aRule(all(has("ActionType", "cloudflared"), rare))];

	expect(
		literalsOf(both)
			.literals.map(({ text }) => text)
			.toSorted(),
	).toEqual([" --oddflag ", "cloudflared"]);
	expect(literalsOf([aRule(everyday)]).literals.map(({ text }) => text)).toEqual(["powershell.exe"]);
});

test("a script that ran is not parsed for that alone", () => {
	const script = `{"time":"t","category":"AdvancedHunting-DeviceEvents","properties":{"ActionType":"PowerShellCommand","AdditionalFields":"{}"}}`;
	expect(createSieve(rulesOfSet("recommended")).sift(Buffer.from(`{"records":[${script}]}`))).toEqual({ verdict: "nothing" });
});
