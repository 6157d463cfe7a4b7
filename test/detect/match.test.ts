import { describe, expect, test } from "vitest";
import {
	all,
	any,
	type Condition,
	contains,
	endsWith,
	equals,
	equalsNumber,
	firstWords,
	has,
	hasAll,
	hasFlag,
	hasWords,
	not,
	oneOf,
	startsWith,
} from "../../lib/detect/condition.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { hasTunnelToken } from "../../lib/families/cloudflared/tunnel-token.ts";
import { aRecord } from "../families/cloudflared/rules/example-record.ts";
import { aRule } from "./a-rule.ts";

const account = "0123456789abcdef0123456789abcdef";
const tunnel = "6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30";
const secret = Buffer.from("SYNTHETIC-EXAMPLE-NOT-A-SECRET-0").toString("base64");

describe("has finds whole terms", () => {
	test.each([
		"cloudflared",
		"cloudflared.exe",
		"CLOUDFLARED.EXE",
		"cloudflared-windows-amd64.exe",
		"cloudflared (1).exe",
		"my_cloudflared.exe",
		"cloudflared_2.exe",
		"dns_cloudflared.py",
		"cloudflared.exe.new",
		"com.cloudflare.cloudflared.plist",
		"cloudflared2 cloudflared",
		"écloudflaredé",
	])("in %s", (value) => expect(holds(has("FileName", "cloudflared"), value)).toBe(true));

	test.each([
		"cloudflared2.exe",
		"xcloudflared.exe",
		"libcloudflared.so",
		"cloudflareddns.exe",
		"CLOUDF~1.EXE",
		"cloudflare.exe",
		"trycloudflare.com",
		"",
	])("not in %j", (value) => expect(holds(has("FileName", "cloudflared"), value)).toBe(false));

	test.each([
		"run --token abc",
		"--token=abc",
		"--TOKEN x",
		"run --token",
		"--token-file t",
		"--token_file t",
		"x--token abc",
		"---token abc",
		'"--token" abc',
	])("--token in %s: an edge that is punctuation is free", (value) => expect(holds(has("FileName", "--token"), value)).toBe(true));

	test.each(["--tokens", "--token2", "--tokenfile", "-token", "/token", "--no-token", "\u2013token", "\u2014token", "--to\u212Aen"])(
		"--token not in %s",
		(value) => expect(holds(has("FileName", "--token"), value)).toBe(false),
	);

	test.each([
		["tunnel --no-autoupdate run", true],
		["C:\\tunnel\\run\\app.exe", true],
		["tunnel_run", true],
		["ssh-tunnel run.py", true],
		["tunnels run", false],
		["tunnelrun", false],
		["rerun tunnel", false],
	])("both tunnel and run in %s: %s", (value, expected) => expect(holds(hasAll("FileName", "tunnel", "run"), value)).toBe(expected));

	test("each occurrence gets its chance", () => {
		expect(holds(has("FileName", "run"), "rerun run")).toBe(true);
	});
});

describe("a flag has one dash or two and ends where its name ends", () => {
	test.each(["-token T", "--token T", "x --token=T", "x '-token' T", 'x "--token=T"', "x --TOKEN", "x\t-token\tT"])("in %j", (value) =>
		expect(holds(hasFlag("FileName", "url", "token"), value)).toBe(true),
	);

	test.each(["---token T", "--tokens", "--token-file T", "x-token T", "token", "/token T", "--to\u212Aen T"])("not in %j", (value) =>
		expect(holds(hasFlag("FileName", "url", "token"), value)).toBe(false),
	);
});

describe("words of a command line stand by themselves and follow each other", () => {
	test.each([
		"tunnel run",
		"x tunnel  run web",
		"x.exe TUNNEL Run",
		"'tunnel' \"run\"",
		'cmd /c "x tunnel\trun"',
		"x --token T tunnel run",
	])("in %j", (value) => expect(holds(hasWords("FileName", "tunnel", "run"), value)).toBe(true));

	test.each(["tunnelrun", "run tunnel", "tunnel x run", "C:\\tunnel run", "tunnel run.py", "--tunnel run", "tunnel --run", "tunnel=run"])(
		"not in %j",
		(value) => expect(holds(hasWords("FileName", "tunnel", "run"), value)).toBe(false),
	);
});

describe("the first words are those right behind the program", () => {
	test.each(["x.exe tunnel run", '"C:\\a b\\x.exe"  tunnel run web', " x 'tunnel' run", '"" tunnel run'])("in %j", (value) =>
		expect(holds(firstWords("FileName", "tunnel", "run"), value)).toBe(true),
	);

	test.each(["tunnel run", "x --label tunnel run", "C:\\a b\\x.exe tunnel run", 'x "y" tunnel run', '"x"tunnel run', '"x tunnel run', ""])(
		"not in %j",
		(value) => expect(holds(firstWords("FileName", "tunnel", "run"), value)).toBe(false),
	);
});

describe("a tunnel token is known by what it decodes to", () => {
	test.each([
		["as the dashboard gives it", token({ a: account, t: tunnel, s: secret })],
		["as cloudflared writes it", token({ a: account, s: secret, t: tunnel, e: "fed" })],
		["with another key first", token({ t: tunnel, a: account, s: secret })],
		["with its keys in capitals", token({ A: account, T: tunnel, S: secret })],
		["with a blank after the colon", Buffer.from(`{"a": "${account}", "t": "${tunnel}"}`).toString("base64")],
		["cut short after the account", token({ a: account, t: tunnel, s: secret }).slice(0, 64)],
	])("%s", (_name, text) => {
		expect(holds(hasTunnelToken("FileName"), text)).toBe(true);
		expect(holds(hasTunnelToken("FileName"), `x.exe service install "${text}" `)).toBe(true);
	});

	test.each([
		["a JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"],
		["another JSON", token({ a: "not an account", t: tunnel })],
		["a token in the wrong case", token({ a: account, t: tunnel, s: secret }).toLowerCase()],
		["a token that starts with a blank (a known limit)", Buffer.from(`{ "a":"${account}","t":"${tunnel}"}`).toString("base64")],
		["nothing", ""],
	])("%s is none", (_name, text) => expect(holds(hasTunnelToken("FileName"), text)).toBe(false));
});

describe("what is not a text counts as the empty text", () => {
	test.each([null, undefined, 7, true, {}, ["cloudflared"]])("%j", (value) => {
		expect(holds(has("FileName", "cloudflared"), value)).toBe(false);
		expect(holds(contains("FileName", ""), value)).toBe(true);
		expect(holds(equals("FileName", ""), value)).toBe(true);
		expect(holds(not(contains("FileName", "cloudflared")), value)).toBe(true);
	});
});

describe("a number", () => {
	test.each([
		[22, true],
		["22", true],
		[23, false],
		["0x16", false],
		["", false],
		[null, false],
		[Number.NaN, false],
	])("%j is port 22: %s", (value, expected) => expect(holds(equalsNumber("FileName", 3389, 22), value)).toBe(expected));
});

test("only the rules of a record's table are tried", () => {
	const match = createMatcher([aRule(has("FileName", "a"), { tables: ["DeviceFileEvents"] })]);

	expect(match(aRecord("DeviceFileEvents", { FileName: "a" }))).toHaveLength(1);
	expect(match(aRecord("DeviceProcessEvents", { FileName: "a" }))).toEqual([]);
});

test("evidence is every test that decided, and nothing else", () => {
	const rule = aRule(
		all(any(has("FileName", "a"), has("FolderPath", "a"), has("SHA1", "a")), not(any(equals("MD5", "m"), not(has("SHA1", "b"))))),
	);

	const [match] = createMatcher([rule])(aRecord("DeviceFileEvents", { FileName: "a", FolderPath: "x", SHA1: "a b", MD5: "n" }));

	expect(match?.evidence).toEqual([
		{ column: "FileName", test: 'has "a"' },
		{ column: "SHA1", test: 'has "a"' },
		{ column: "MD5", test: '!~ "m"' },
		{ column: "SHA1", test: 'has "b"' },
	]);
});

test("evidence of what must not be there is spelled as its opposite", () => {
	const rule = aRule(
		not(
			any(
				startsWith("FileName", "a"),
				endsWith("FileName", "a"),
				oneOf("FileName", "a", "b"),
				hasAll("FileName", "a", "b"),
				equalsNumber("ReportId", 1),
				equalsNumber("ReportId", 1, 2),
				hasFlag("FileName", "a"),
				hasTunnelToken("FileName"),
				hasWords("FileName", "a", "b"),
				firstWords("FileName", "a"),
			),
		),
	);

	const [match] = createMatcher([rule])(aRecord("DeviceFileEvents", {}));

	expect(match?.evidence.map((proof) => proof.test)).toEqual([
		'!startswith "a"',
		'!endswith "a"',
		'!in~ ("a", "b")',
		'not has_all ("a", "b")',
		"!= 1",
		"!in (1, 2)",
		'not matches regex "(?i)(?:^|[ \\\\t\\\\r\\\\n\\"\'])--?(?:a)(?:[= \\\\t\\\\r\\\\n\\"\']|$)"',
		'not matches regex "eyJ[h0zlBUTF]Ijo[A-Za-z0-9+/]{33}"',
		'not matches regex "(?i)(?:^|[ \\\\t\\\\r\\\\n\\"\'])a[\\"\']?[ \\\\t\\\\r\\\\n]+[\\"\']?b(?:[ \\\\t\\\\r\\\\n\\"\']|$)"',
		'not matches regex "(?i)^[ \\\\t\\\\r\\\\n]*(?:\\"[^\\"]*\\"|[^ \\\\t\\\\r\\\\n\\"]+)[ \\\\t\\\\r\\\\n]+[\\"\']?a(?:[ \\\\t\\\\r\\\\n\\"\']|$)"',
	]);
});

function token(content: Readonly<Record<string, string>>): string {
	return Buffer.from(JSON.stringify(content)).toString("base64");
}

function holds(when: Condition, text: unknown): boolean {
	return createMatcher([aRule(when)])(aRecord("DeviceFileEvents", { FileName: text })).length === 1;
}
