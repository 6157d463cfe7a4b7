import { readFileSync } from "node:fs";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { tables } from "../../lib/defender/tables.ts";

/** One hostile message of a hub. */
export interface Shape {
	readonly name: string;
	readonly body: Buffer;
}

const mebibyte = 1024 * 1024;

/** A record that the base rules match, so that every step sees it. */
export function matching(deviceId: string, columns: object = {}, envelope: object = {}): object {
	return {
		time: "2026-11-21T10:00:00Z",
		tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
		category: "AdvancedHunting-DeviceProcessEvents",
		properties: {
			Timestamp: "2026-11-21T09:59:58.1234567Z",
			DeviceId: deviceId,
			DeviceName: "lt-0142.corp.example.com",
			ActionType: "ProcessCreated",
			FileName: "cloudflared.exe",
			FolderPath: "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe",
			ProcessCommandLine: "cloudflared.exe tunnel --url rdp://localhost:3389",
			ReportId: 7,
			...columns,
		},
		...envelope,
	};
}

const shape = (name: string, body: string | Buffer): Shape => ({ name, body: Buffer.from(body) });
const message = (name: string, ...records: readonly unknown[]): Shape => shape(name, JSON.stringify({ records }));
/** JSON that JSON.stringify cannot write, in place of a column's value. */
const raw = (name: string, column: string, json: string): Shape =>
	shape(
		name,
		JSON.stringify({ records: [matching(`raw-${column}`, { [column]: "@@" })] }).replace('"@@"', () => json),
	);

/** Values that make a careless reader throw: each is put into every column. */
const values: Readonly<Record<string, unknown>> = {
	null: null,
	number: 4_294_967_296.5,
	negative: -1.5e300,
	true: true,
	list: ["cloudflared", 7],
	object: { cloudflared: { tunnel: "run" } },
	"no primitive": { toString: 1, valueOf: 1 },
	"own length": { length: 1e9 },
	surrogate: "cloudflared \ud800 tunnel \udfff",
	controls: "cloudflared\u0000\u001b[2J\r\n\u2028\u202etunnel",
};

const hostileFields: readonly unknown[] = [
	"",
	"{",
	"[]",
	"null",
	'"text"',
	'{"ServiceName":{"toString":1,"valueOf":1}}',
	'{"uniqueEventsAggregated":{"valueOf":1}}',
	'{"uniqueEventsAggregated":1e999}',
	'{"Command":["cloudflared"],"ScriptContent":{"toJSON":1}}',
	'{"__proto__":{"ServiceName":"cloudflared"},"constructor":1}',
	'{"ServiceName":"cloudflared","ServiceName":{"toString":null}}',
	`{"ServiceName":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
	`{"ServiceName":"${"cloudflared ".repeat(5_000)}"}`,
	{ ServiceName: { toString: 1, valueOf: 1 } },
	{ uniqueEventsAggregated: { toString: 1, valueOf: 1 } },
	{ Command: null, ScriptContent: [], ProcessCommandLine: {} },
	{ hasOwnProperty: 1, toString: 1, valueOf: 1, toJSON: 1 },
	[{ ServiceName: 1 }],
];

/** Texts on which a pattern could backtrack, and words could be read over and over. */
const repeated = [
	"service,install,-",
	"cloudflared ",
	"cloudflared tunnel run --token ",
	"--token=",
	'"',
	'\\"',
	"'",
	"eyJhIjoi",
	"a=",
	"://a:b",
	"-----BEGIN PRIVATE KEY-----",
	"password ",
	"curl -u ",
	"A",
	"\\",
	"^",
	"&&",
	"\u0000",
	" ",
	"net user a ",
	"\\u0041",
	"-e JABhAD0AMQA7ACQAYgA9ADIA ",
	"é",
	"😀",
];

const depth = (open: string, close: string, levels: number) => `${open.repeat(levels)}${close.repeat(levels)}`;
const good = JSON.stringify({ records: [matching("inner")] });

function* bodies(): Generator<Shape> {
	for (const text of [
		"",
		" ",
		"\0",
		"\uFEFF",
		"null",
		"true",
		"0",
		"-",
		"1e999",
		'"',
		'"oops"',
		"[]",
		"[[]]",
		"{}",
		"{",
		"[",
		"}",
		"NaN",
		"undefined",
	]) {
		yield shape(`the text ${JSON.stringify(text)}`, text);
	}
	for (const records of [
		"null",
		"0",
		'"x"',
		"{}",
		'{"length":5}',
		"[]",
		"[null]",
		"[[]]",
		"[1,true,null,{}]",
		'[{"records":[]}]',
		"[",
		"[{]",
	]) {
		yield shape(`records: ${records}`, `{"records":${records}}`);
	}
	yield shape("cut in the middle", good.slice(0, good.length / 2));
	yield shape("cut before the end", good.slice(0, -1));
	yield shape("something behind the end", `${good}]}`);
	yield shape("two in one", `${good}${good}`);
	yield shape("two lines", `${good}\n${good}`);
	yield shape("keys twice", `{"records":null,${good.slice(1)}`);
	yield shape("__proto__ as records", `{"__proto__":${good}}`);
	yield shape("UTF-16, little end first", Buffer.from(`\uFEFF${good}`, "utf16le"));
	yield shape("UTF-16, big end first", Buffer.from(`\uFEFF${good}`, "utf16le").swap16());
	yield shape("Latin-1", Buffer.from(good.replace("j.meyer", "j.m\u00e9yer"), "latin1"));
	yield shape("a byte order mark", `\uFEFF${good}`);
	yield shape("bytes that are no text", Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 37) % 256)));
	yield shape("0xff", Buffer.alloc(mebibyte, 0xff));
	yield shape("zeros", Buffer.alloc(mebibyte));
	yield shape("gzip", gzipSync(good));
	yield shape("gzip, cut", gzipSync(good).subarray(0, 40));
	yield shape("gzip, damaged", Buffer.concat([gzipSync(good).subarray(0, 30), Buffer.from("damage")]));
	yield shape("gzip, twice", gzipSync(gzipSync(good)));
	yield shape("gzip, its head alone", Buffer.from([0x1f, 0x8b]));
	yield shape("gzip of 60 MB of zeros", gzipSync(Buffer.alloc(60 * mebibyte)));
	yield shape("gzip of 20 MB of numbers", gzipSync(`[${"1,".repeat(10 * mebibyte)}1]`));
	yield shape("gzip of 4 MB of lists", gzipSync(`[${"[],".repeat(1.3 * mebibyte)}[]]`));
	yield shape("deflate", deflateSync(good));
	yield shape("deflate without a head", deflateRawSync(good));
	yield shape("a zip file", Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(1_000, 7)]));
	yield shape("333,332 empty objects", `[${"{},".repeat(333_331)}{}]`);
	yield shape("333,332 empty objects as records", `{"records":[${"{},".repeat(333_331)}{}]}`);
	yield shape("499,000 lists", depth("[", "]", 499_000));
	yield shape("records 400,000 levels deep", `{"records":${depth("[", "]", 400_000)}}`);
	yield shape("objects 100,000 levels deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
	yield shape("92,000 keys", `{${Array.from({ length: 92_000 }, (_, index) => `"k${index}":1`).join(",")}}`);
	yield shape("numbers", `[${"1,".repeat(500_000)}1]`);
	yield shape("one number of a megabyte", "9".repeat(mebibyte));
	yield shape("one text of a megabyte", `"${"a".repeat(mebibyte)}"`);
	yield shape("escapes of a megabyte", `"${"\\u0000".repeat(170_000)}"`);
	yield message("3,000 records that are no objects", ...Array.from({ length: 3_000 }, (_, index) => index));
	yield message("10,001 records", ...Array.from({ length: 10_001 }, () => ({ category: "x", properties: {} })));
	yield message("100 devices", ...Array.from({ length: 100 }, (_, index) => matching(`crowd-${index}`)));
	yield message("400 records of one device", ...Array.from({ length: 400 }, (_, index) => matching("busy", { ReportId: index })));
}

function* envelopes(): Generator<Shape> {
	for (const key of ["category", "tenantId", "time", "properties"]) {
		for (const [what, value] of Object.entries(values)) yield message(`${key} is ${what}`, matching("envelope", {}, { [key]: value }));
	}
	for (const category of [
		"",
		"AdvancedHunting-",
		"AdvancedHunting-__proto__",
		"AdvancedHunting-constructor",
		"DeviceProcessEvents",
		"a".repeat(100_000),
	]) {
		yield message(`category ${category.slice(0, 40)}`, matching("category", {}, { category }));
	}
	for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "length", ""]) {
		yield message(`a column called ${JSON.stringify(name)}`, matching("odd-name", Object.fromEntries([[name, { FileName: "x" }]])));
	}
	yield message("a record within a record", matching("nested", { record: matching("deeper") }));
}

function* columns(): Generator<Shape> {
	for (const column of Object.keys(tables.DeviceProcessEvents)) {
		for (const [what, value] of Object.entries(values)) yield message(`${column} is ${what}`, matching("typed", { [column]: value }));
	}
	for (const table of Object.keys(tables)) {
		for (const [index, AdditionalFields] of hostileFields.entries()) {
			yield message(
				`AdditionalFields of ${table}, number ${index}`,
				matching("fields", { AdditionalFields, InitiatingProcessFileName: "cloudflared.exe" }, { category: `AdvancedHunting-${table}` }),
			);
		}
	}
	for (const column of ["AdditionalFields", "ProcessCommandLine", "DeviceId", "ReportId"]) {
		yield raw(`${column} 2,000 lists deep`, column, depth("[", "]", 2_000));
		yield raw(`${column} 2,000 objects deep`, column, `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`);
		yield raw(`${column} with 10,000 members`, column, JSON.stringify(Array.from({ length: 10_000 }, (_, index) => ({ index }))));
	}
}

function* longTexts(): Generator<Shape> {
	for (const text of repeated) {
		for (const column of ["ProcessCommandLine", "RegistryValueData", "AdditionalFields", "DeviceName"]) {
			const long = text.repeat(Math.ceil(200_000 / text.length));
			yield message(`${column} full of ${JSON.stringify(text)}`, matching("long", { [column]: `cloudflared.exe tunnel run ${long}` }));
		}
	}
	for (const column of ["ProcessCommandLine", "FolderPath", "InitiatingProcessCommandLine", "DeviceId", "Timestamp", "SHA256"]) {
		yield message(`${column} of almost a megabyte`, matching("huge", { [column]: `cloudflared ${"x y ".repeat(240_000)}` }));
	}
}

function* poison(): Generator<Shape> {
	const lines = readFileSync("test/fuzz/poison.ndjson", "utf8").trim().split("\n");
	for (const [index, line] of lines.entries()) yield shape(`poison, line ${index + 1}`, line);
}

/** Every shape, always in the same order. */
export function hubShapes(): readonly Shape[] {
	return [...poison(), ...bodies(), ...envelopes(), ...columns(), ...longTexts()];
}
