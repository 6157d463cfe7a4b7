import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inputVerdict } from "../../../cli/input/ledger.ts";
import { tunnelwatch } from "../tunnelwatch.ts";
import { capture, corpusLines } from "./corpus-formats.ts";
import { fileWith, readFile } from "./read-file.ts";

const [line = ""] = corpusLines;
const all = corpusLines.join("\n");
const half = (bytes: Uint8Array) => bytes.subarray(0, Math.floor(bytes.length / 2));
const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);

const head = ["Timestamp", "DeviceId", "DeviceName", "ActionType", "FileName", "FolderPath", "ReportId"];
const cells = ["2026-11-18T08:00:01Z", "a".repeat(40), "pc", "ProcessCreated", "cloudflared.exe", "C:\\Temp\\cloudflared.exe", "1"];
const asObject = Object.fromEntries(head.map((name, n) => [name, cells[n]]));
const sheetLines = (delimiter: string) => [head, cells].map((row) => row.join(delimiter));
const sheet = (delimiter: string) =>
	sheetLines(delimiter)
		.map((one) => `${one}\r\n`)
		.join("");

/** One file in a tar archive, as far as anyone looks. */
function tarOf(content: string): Buffer {
	const block = Buffer.alloc(512);
	block.write("hunting.csv");
	block.write("ustar\0", 257, "latin1");
	return Buffer.concat([block, Buffer.from(content)]);
}

/** Nothing in them can be examined, so each must say so: what it looks like and what to do. */
const unreadable: Readonly<Record<string, readonly [content: Uint8Array | string, says: RegExp]>> = {
	"an empty file": ["", /is empty\. Export again/],
	"blanks only": ["\n\n  \r\n", /nothing but blanks/],
	"a byte order mark only": ["\uFEFF", /blank|is empty/],
	"a zip archive": ["PK\x03\x04rest of it", /zip archive or an Excel workbook\. Unpack it/],
	"a Parquet file": ["PAR1\x15\x04rest", /Parquet file\. Export as JSON or CSV/],
	"a Windows event log": [Buffer.from("ElfFile\0\0\0\0"), /Windows event log/],
	"a bzip2 archive": ["BZh91AY&SY", /bzip2/],
	"an xz archive": [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), /xz archive/],
	"a 7-Zip archive": [Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), /7-Zip/],
	"a picture": [Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), /picture/],
	"a PDF": ["%PDF-1.7", /PDF/],
	"random binary data": [Buffer.from([1, 0, 0, 0, 9, 200, 0, 4, 7, 0, 0, 0, 0, 0]), /binary data/],
	"a sign-in page": ["<!DOCTYPE html><html><title>Sign in</title>", /web page\. Sign in and download/],
	"an error page of the storage, saved as JSON": ['<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code></Error>', /XML\. Sign in/],
	"a table for reading, as Markdown": [
		sheetLines("|")
			.map((one) => `|${one}|\n`)
			.join(""),
		/table for reading\. Export the rows/,
	],
	"a tar archive": [tarOf(sheet(",")), /tar archive\. Unpack it/],
	"a packed tar archive": [gzipSync(tarOf(sheet(","))), /tar archive\. Unpack it/],
	"a zip archive within gzip": [gzipSync("PK\x03\x04rest of it"), /zip archive/],
	"an empty gzip archive": [gzipSync(""), /is empty/],
	"nothing but null": ["null\nnull\n", /neither JSON nor CSV/],
	YAML: ["- DeviceId: pc\n  FileName: cloudflared.exe\n", /neither JSON nor CSV/],
	"a value of 200,000 levels": ["[".repeat(200_000) + "]".repeat(200_000), /record-not-an-object/],
	"a hunting result cut short": [JSON.stringify({ Results: [asObject] }).slice(0, -20), /not-json/],
	"rows deep within search results of another schema": [JSON.stringify({ _index: "x", _source: { m365: asObject } }), /no-category/],
	"an OData answer of the second version": [JSON.stringify({ d: { results: [asObject] } }), /no-records/],
	"a list as PowerShell shows it": [head.map((name, n) => `${name.padEnd(20)} : ${cells[n]}`).join("\n"), /neither JSON nor CSV/],
	XML: ['<?xml version="1.0"?><Events/>', /XML/],
	prose: ["Dear team,\nplease find the export attached.\n", /neither JSON nor CSV/],
	"a CSV of something else": [
		"Date,Amount\n2026-11-18,7\n",
		/CSV that lacks columns of hunting results: DeviceId or DeviceName, and ActionType\. Keep them/,
	],
	"a CSV that keeps neither device": [
		"Timestamp,FileName,SHA1\n2026-11-18T08:00:00Z,cloudflared.exe,aa\n",
		/lacks columns of hunting results: DeviceId or DeviceName\. Keep/,
	],
	"a CSV that keeps devices and no event": [
		"Timestamp,DeviceId,ReportId\n2026-11-18T08:00:00Z,pc,1\n",
		/hunting results: ActionType\. Keep/,
	],
	"a device timeline of the portal": [
		"\uFEFFEvent Time,Machine Id,Computer Name,Action Type,File Name,Folder Path,Sha1\r\n2026-11-18T08:00:00.1Z,aa,pc,ProcessCreated,cloudflared.exe,C:\\Temp,bb\r\n",
		/looks like a device timeline of the Defender portal, .* Export the device's rows of DeviceProcessEvents .* advanced hunting instead/,
	],
	"prose with commas": ["Dear all, I attach it\nas asked, today\n", /neither JSON nor CSV/],
	"a gzip archive cut short within its first bytes": [gzipSync(all).subarray(0, 40), /damaged or incomplete archive: nothing in it/],
	"a gzip header and garbage": [Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(64, 7)]), /damaged or incomplete archive/],
	"a zstd archive of garbage": [
		Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(64, 7)]),
		/damaged or incomplete archive/,
	],
	"a gzip archive of a zip archive": [gzipSync("PK\x03\x04rest"), /zip archive/],
	"an Avro header and garbage": [Buffer.concat([Buffer.from("Obj\x01"), Buffer.alloc(64, 7)]), /damaged/],
	"a Capture file of other events": [await capture([Buffer.from("{}"), Buffer.from('{"hello":1}')], "null"), /no-records/],
	"settings in JSON": [pretty({ Values: { A: "1" } }), /no-records/],
	"a list of numbers": ["[1,2,3]", /not-an-object|record-not-an-object/],
	"a JSON number": ["42\n", /neither JSON nor CSV/],
	"alerts of the Graph": [pretty({ value: [{ id: "da1", title: "Suspicious", severity: "high" }] }), /no-category/],
	"an answer that is an error": [pretty({ error: { code: "Unauthorized", message: "no" } }), /no-records/],
	"records that are no list": ['{"records":{"category":"AdvancedHunting-DeviceEvents"}}', /records-not-a-list/],
	"records without properties": ['{"records":[{"category":"AdvancedHunting-DeviceEvents"}]}', /no-properties/],
	"records of mail tables only": [
		'{"records":[{"category":"AdvancedHunting-EmailEvents","properties":{"Subject":"x"}}]}',
		/none of a table that the rules read/,
	],
	"a message cut short": [line.slice(0, 2_000), /not-json/],
	"a pretty message cut short": [pretty(JSON.parse(line)).slice(0, 2_000), /not-json/],
	"messages with a log prefix on each line": [corpusLines.map((one) => `2026-11-18 INFO ${one}`).join("\n"), /neither JSON nor CSV/],
	"messages in single quotes": [corpusLines.map((one) => `'${one}'`).join("\n"), /neither JSON nor CSV/],
	"a zip archive of many files": [
		Buffer.concat(
			["a.json", "b.json", "c.csv"].map((name) =>
				Buffer.concat([Buffer.from("PK\x03\x04\x14\0\0\0"), Buffer.alloc(18), Buffer.from(name)]),
			),
		),
		/zip archive.*Unpack it/,
	],
	"two mebibytes of empty lines": ["\r\n".repeat(1024 * 1024), /nothing but blanks|blank text/],
	"empty lines, gzip": [gzipSync("\n".repeat(70_000)), /nothing but blanks/],
	"a list of lists": [
		JSON.stringify([
			["Timestamp", "DeviceId"],
			["2026-11-18T08:00:00Z", "pc"],
		]),
		/not-an-object/,
	],
	"a list of lists, one per line": ['["Timestamp","DeviceId"]\n["2026-11-18T08:00:00Z","pc"]\n', /not-an-object/],
	"an error page after a byte order mark and empty lines": ["\uFEFF\r\n\r\n<html><body>504 Gateway Time-out</body></html>", /web page/],
	"a JSON text in a string": [JSON.stringify(line), /neither JSON nor CSV|not-an-object/],
	"a query result without a device": [pretty({ Results: [{ FileName: "cloudflared.exe", Count: 7 }] }), /no-category/],
};

describe("an all-clear needs something that was read", () => {
	test.each(Object.keys(unreadable))("%s is named, with what to do", async (name) => {
		const [content, says] = unreadable[name] ?? ["", /never/];
		const { result, matches } = await readFile(fileWith(content));
		const verdict = inputVerdict(result);
		expect(matches).toEqual([]);
		expect(verdict.kind).toBe("unread");
		expect(verdict.says).toMatch(says);
	});
});

describe("a common export in an uncommon dress is read like any other", () => {
	test.each<[string, Uint8Array | string]>([
		["UTF-16 with semicolons, as Excel saves it", Buffer.from(`\uFEFF${sheet(";")}`, "utf16le")],
		["a byte order mark within gzip", gzipSync(`\uFEFF${sheet(",")}`)],
		["gzip twice", gzipSync(gzipSync(sheet(",")))],
		[
			"a hunting result with Schema and Results",
			pretty({ Schema: [], Results: [Object.fromEntries(head.map((name, n) => [name, cells[n]]))] }),
		],
		["the type of PowerShell's objects before the names", `#TYPE System.Management.Automation.PSCustomObject\r\n${sheet(",")}`],
		["Excel's separator and a byte order mark", `\uFEFFsep=;\r\n${sheet(";")}`],
		["tabs", sheet("\t")],
		["upright bars", sheet("|")],
		["names in quotes", sheet(",").replace(/[^,\r\n]+/g, '"$&"')],
		["names in small letters", sheet(",").replace(head.join(","), head.join(",").toLowerCase())],
		["lines that end as on an old Mac", sheet(",").replaceAll("\r\n", "\r")],
		["gzip of several members", Buffer.concat(sheetLines(",").map((one) => gzipSync(`${one}\n`)))],
		[
			"pages of the Graph, one after the other",
			[{ value: [asObject], "@odata.nextLink": "https://graph.example.com/2" }, { value: [] }]
				.map((page) => JSON.stringify(page))
				.join("\n"),
		],
		[
			"columns and rows of the log API",
			pretty({ tables: [{ name: "PrimaryResult", columns: head.map((name) => ({ name, type: "string" })), rows: [cells] }] }),
		],
		["UTF-16, the high byte first, without its mark", Buffer.from(JSON.stringify([asObject]), "utf16le").swap16()],
		["a comma behind each line", `${JSON.stringify(asObject)},\n`],
		["one record by itself, pretty", pretty(asObject)],
		["lines of null between", `null\n${JSON.stringify(asObject)}\nnull\n`],
		["a byte order mark before each line", `\uFEFF${JSON.stringify(asObject)}\n\uFEFF\n`],
		["search results with the row inside", JSON.stringify({ _index: "x", _source: asObject })],
		["two byte order marks, of joined files", `\uFEFF\uFEFF${sheet(",")}`],
		["a title line of Excel before the names", `sep=;\r\n${sheet(";")}`],
	])("%s", async (_, content) => {
		const { result, matches } = await readFile(fileWith(content));
		expect(inputVerdict(result).kind).toBe("read");
		expect(matches).toEqual((await readFile(fileWith(sheet(",")))).matches);
		expect(matches.length).toBeGreaterThan(0);
	});

	test("lines that end as on Windows", async () => {
		expect((await readFile(fileWith(`${corpusLines.join("\r\n")}\r\n`))).matches).toEqual((await readFile(fileWith(all))).matches);
	});
});

describe("what is damaged costs itself", () => {
	test.skipIf(process.getuid?.() !== 0)(
		"in a folder, files and folders without permission and links to nowhere cost themselves (needs root, to become somebody)",
		async () => {
			const folder = dirname(fileWith(sheet(","), "a.csv"));
			for (const name of ["b.csv", "z.csv"]) writeFileSync(join(folder, name), sheet(";"));
			chmodSync(join(folder, "b.csv"), 0o000);
			mkdirSync(join(folder, "locked"), { mode: 0o000 });
			symlinkSync("/nowhere", join(folder, "dangling.csv"));
			symlinkSync(".", join(folder, "loop"));
			const elsewhere = dirname(fileWith(sheet(",")));
			symlinkSync(elsewhere, join(folder, "elsewhere"));
			symlinkSync(join(elsewhere, "export.bin"), join(folder, "linked.csv"));
			for (const one of [folder, elsewhere]) chmodSync(one, 0o755);
			const { code, lines, stderr } = await tunnelwatch(["run", "--what-if", "--json", folder], { uid: 65_534 });
			expect(code).toBe(1);
			const status = lines.filter(({ type }) => type === "input").map((one) => [basename(String(one["source"])), one["status"]]);
			expect(Object.fromEntries(status)).toEqual({
				"a.csv": "read",
				"b.csv": "unread",
				"dangling.csv": "unread",
				elsewhere: "unread",
				"linked.csv": "read",
				locked: "unread",
				"z.csv": "read",
			});
			expect(stderr).toMatch(/b\.csv cannot be opened: no permission\. Give yourself the right/);
			expect(stderr).toMatch(/dangling\.csv is gone, or is a link that leads nowhere/);
			expect(stderr).toMatch(/elsewhere is a link to another folder, which is not followed\. Name that folder/);
		},
	);

	test("an address instead of a path gets a sentence that repeats nothing of it: exit 1", async () => {
		const { code, stderr } = await tunnelwatch([
			"run",
			"--what-if",
			"https://acct.blob.core.windows.net/c/x.json?sp=r&sig=canary%2Fcanary%3D",
		]);
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr: "Cannot read an address: Tunnelwatch reads files. Download the export and name the file.\n",
		});
	});

	test("of a gzip archive cut short, what came before counts, and the rest is named", async () => {
		const { result, matches } = await readFile(fileWith(half(gzipSync(all))));
		expect(inputVerdict(result)).toMatchObject({ kind: "partly", says: expect.stringMatching(/only its first \d+ messages/) });
		expect(matches.length).toBeGreaterThan(0);
	});

	test("in a folder, only the archive that is cut short is unread; its neighbours are read whole", async () => {
		const folder = dirname(fileWith(sheet(","), "a.csv"));
		writeFileSync(join(folder, "b.json.gz"), gzipSync(all).subarray(0, 40));
		writeFileSync(join(folder, "c.json"), "<!DOCTYPE html><html>504</html>");
		writeFileSync(join(folder, "d.csv"), sheet(";"));
		const { code, stdout, stderr } = await tunnelwatch(["run", "--what-if", "--json", folder]);
		expect(code).toBe(1);
		expect(stderr).toMatch(/NOT READ: .*b\.json\.gz/);
		expect(stderr).toMatch(/c\.json.* web page/);
		expect(stdout).toMatch(/a\.csv.*"status":"read"/);
		expect(stdout).toMatch(/d\.csv.*"status":"read"/);
	});

	test("of a zstd archive cut short, too", async () => {
		const parts = Buffer.concat([zstdCompressSync(all), half(zstdCompressSync(all))]);
		const { result, matches } = await readFile(fileWith(parts));
		expect(inputVerdict(result).kind).toBe("partly");
		expect(matches).toEqual(expect.arrayContaining([...(await readFile(fileWith(all))).matches]));
	});

	test("of a Capture file cut short, whole blocks count", async () => {
		const { result } = await readFile(
			fileWith(
				half(
					await capture(
						corpusLines.map((one) => Buffer.from(one)),
						"null",
					),
				),
			),
		);
		expect(["partly", "unread"]).toContain(inputVerdict(result).kind);
	});

	const rows = [1, 2, 3].map((n) => ({ ...asObject, ReportId: String(n) }));
	const listed = JSON.stringify(rows);
	const sheetOf3 = `${head.join()}\r\n${rows.map((row) => Object.values(row).join()).join("\r\n")}`;

	test.each([
		["a list between two of its values", listed.slice(0, listed.lastIndexOf(",{") + 1)],
		["a list within a value", listed.slice(0, -20)],
		["a pretty list between two of its values", pretty(rows).slice(0, pretty(rows).lastIndexOf("\n  {"))],
		["a list by its closing bracket", listed.slice(0, -1)],
		["a CSV within its last row", sheetOf3.slice(0, -20)],
	])("cut short, %s counts as far as it goes, and is not read whole", async (_, text) => {
		const { result, matches } = await readFile(fileWith(text));
		expect(inputVerdict(result)).toEqual({ kind: "partly", says: expect.stringMatching(/^was cut short: .* Export or copy it again\.$/) });
		expect(matches.length).toBeGreaterThan(0);
	});

	test.each([
		["a list", listed],
		["a list and a line break", `${listed}\n`],
		["two lists", `${listed}${listed}`],
		["a CSV without a line break at its end", sheetOf3],
		["a CSV whose last row leaves out its empty cell", `${sheetOf3.slice(0, -2)}\r\n`],
	])("whole, %s is read", async (_, text) => {
		const { result } = await readFile(fileWith(text));
		expect(inputVerdict(result)).toEqual({ kind: "read", says: "" });
	});

	test.each([0, 7, 25])("a damaged line (%i) costs no other line", async (index) => {
		const broken = corpusLines.with(index, (corpusLines[index] ?? "").slice(0, 500));
		const { result, matches } = await readFile(fileWith(broken.join("\n")));
		const without = await readFile(fileWith(corpusLines.toSpliced(index, 1).join("\n")));
		expect(matches).toEqual(without.matches);
		expect(Object.fromEntries(result.unreadable)).toEqual({ "not-json": 1 });
	});

	test.each([0, 7, 25])("a damaged value (%i) among pretty ones costs no other value", async (index) => {
		const texts = corpusLines.map((one) => pretty(JSON.parse(one)));
		const broken = texts.with(index, (texts[index] ?? "").split("\n").slice(0, 12).join("\n"));
		const { matches } = await readFile(fileWith(broken.join("\n")));
		const without = await readFile(fileWith(corpusLines.toSpliced(index, 1).join("\n")));
		expect(matches).toEqual(expect.arrayContaining([...without.matches]));
	});

	test("a quote that is never closed costs its rows of a CSV, and is told", async () => {
		const head = "Timestamp,DeviceId,DeviceName,ActionType,FileName,FolderPath,ReportId\n";
		const row = (n: number) =>
			`2026-11-18T08:00:0${n}Z,${"a".repeat(40)},pc,ProcessCreated,cloudflared.exe,C:\\Temp\\cloudflared.exe,${n}\n`;
		const { matches } = await readFile(fileWith(`${head}${row(1)}2026-11-18T08:00:05Z,b,"pc\n${row(2)}`));
		expect(matches.length).toBeGreaterThan(0);
	});
});

test.each([
	["a list without records", '{"schema":[],"results":[]}'],
	["column names without rows", "Timestamp,DeviceId,DeviceName,ActionType,FileName,ReportId\r\n"],
])("%s is no failure: the query found nothing", async (_, content) => {
	const { result } = await readFile(fileWith(content));
	expect(inputVerdict(result)).toEqual({ kind: "read", says: expect.stringMatching(/^holds no (records|messages)\.$/) });
});
