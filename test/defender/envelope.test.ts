import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../lib/defender/envelope.ts";
import { fileLimits } from "../../lib/defender/limits.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const record = (columns: object = { FileName: "a.exe" }, table = "DeviceProcessEvents") => ({
	time: "2026-11-18T08:02:54.0082674Z",
	tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
	category: `AdvancedHunting-${table}`,
	properties: columns,
});
const message = (...records: unknown[]) => bytes(JSON.stringify({ records }));

describe("a message gives its records", () => {
	test("with table, tenant and columns as Defender wrote them", () => {
		expect(decodeMessage(message(record()))).toEqual({
			records: [
				{
					table: "DeviceProcessEvents",
					tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
					exportedAt: "2026-11-18T08:02:54.0082674Z",
					columns: { FileName: "a.exe" },
				},
			],
			positions: [0],
			devices: [],
			total: 1,
			unreadable: [],
		});
	});

	test.each([
		["a byte order mark in front", bytes(`\uFEFF${JSON.stringify({ records: [record()] })}`)],
		["gzip", gzipSync(JSON.stringify({ records: [record()] }))],
		["a bare list", bytes(JSON.stringify([record()]))],
		["one record per line, as the storage export writes it, with its CR", bytes(`${JSON.stringify(record())}\r`)],
		["a flat Log Analytics row", bytes(JSON.stringify({ Type: "DeviceProcessEvents", FileName: "a.exe" }))],
		["a body that a worker has parsed already", { records: [record()] }],
		["a body that a worker has decoded to text", JSON.stringify({ records: [record()] })],
		["keys given twice: the last one counts", bytes(`{"records":null,"records":${JSON.stringify([record()])}}`)],
		[
			"a key named __proto__",
			bytes(`{"__proto__":{"records":1},"records":[${JSON.stringify(record()).replace("{", '{"__proto__":{"category":5},')}]}`),
		],
	])("%s", (_name, body) => {
		const decoded = decodeMessage(body);
		expect(decoded.unreadable).toEqual([]);
		expect(decoded.records.map((one) => [one.table, one.columns["FileName"]])).toEqual([["DeviceProcessEvents", "a.exe"]]);
	});

	test("10,000 of them", () => {
		expect(decodeMessage(message(...Array.from({ length: 10_000 }, () => record()))).records).toHaveLength(10_000);
	});

	test("columns 10,000 levels deep do not stop it", () => {
		const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
		const body = bytes(
			`{"records":[{"category":"AdvancedHunting-DeviceEvents","properties":{"AdditionalFields":${deep}}},${JSON.stringify(record())}]}`,
		);
		expect(decodeMessage(body).records).toHaveLength(2);
	});

	test("a byte that is no UTF-8 costs only itself", () => {
		const body = message(record({ FileName: "aXb" }), record());
		body[body.indexOf("X".charCodeAt(0))] = 0xff;
		expect(decodeMessage(body).records.map((one) => one.columns["FileName"])).toEqual(["a\uFFFDb", "a.exe"]);
	});

	test("tables we do not read are counted and passed over", () => {
		const decoded = decodeMessage(message(record({}, "AlertEvidence"), record(), { category: "AuditLogs", properties: {} }));
		expect(decoded).toMatchObject({ total: 3, unreadable: [] });
		expect(decoded.records).toHaveLength(1);
	});

	test("rows that describe devices are kept apart from events", () => {
		const decoded = decodeMessage(
			message(record(), record({ DeviceId: "a1" }, "DeviceInfo"), record({ DeviceId: "a1" }, "DeviceNetworkInfo")),
		);
		expect(decoded.records.map((one) => one.table)).toEqual(["DeviceProcessEvents"]);
		expect(decoded.devices.map((one) => [one.table, one.columns["DeviceId"]])).toEqual([
			["DeviceInfo", "a1"],
			["DeviceNetworkInfo", "a1"],
		]);
	});

	test("none is fine", () => {
		expect(decodeMessage(message())).toEqual({ records: [], positions: [], devices: [], total: 0, unreadable: [] });
	});
});

describe("what cannot be read is named, and nothing is thrown", () => {
	test.each([
		["empty", bytes("")],
		["empty", bytes(" \r\n")],
		["not-json", bytes("not json")],
		["not-json", bytes('{"records":[')],
		["not-json", bytes(`${"[".repeat(10_000)}`)],
		["bad-gzip", new Uint8Array([0x1f, 0x8b, 1, 2, 3])],
		["too-large", new Uint8Array(4 * 1024 * 1024 + 1)],
		["too-large", gzipSync(`[${"1,".repeat(2.5 * 1024 * 1024)}1]`)],
		["not-an-object", bytes("null")],
		["not-an-object", bytes("5")],
		["not-an-object", bytes('"oops"')],
		["not-an-object", undefined],
		["no-records", bytes("{}")],
		["records-not-a-list", bytes('{"records":null}')],
		["records-not-a-list", bytes('{"records":{"0":{}}}')],
	])("%s", (reason, body) => {
		expect(decodeMessage(body)).toMatchObject({ records: [], devices: [], total: 0, unreadable: [{ record: undefined, reason }] });
	});

	test.each([
		["record-not-an-object", null],
		["record-not-an-object", 7],
		["record-not-an-object", "text"],
		["record-not-an-object", []],
		["no-category", { properties: {} }],
		["no-category", { category: 5, properties: {} }],
		["no-properties", { category: "AdvancedHunting-DeviceEvents" }],
		["no-properties", { category: "AdvancedHunting-DeviceEvents", properties: "{}" }],
	])("a record: %s, and its neighbours are read", (reason, bad) => {
		const decoded = decodeMessage(message(record(), bad, record()));
		expect(decoded.records).toHaveLength(2);
		expect(decoded.unreadable).toEqual([{ record: 1, reason }]);
	});
});

describe("limits", () => {
	test("of a hub: 10,000 records of a message are read, and one entry counts the rest", () => {
		const decoded = decodeMessage(message(...Array.from({ length: 10_003 }, () => record())));
		expect(decoded.records).toHaveLength(10_000);
		expect(decoded.total).toBe(10_003);
		expect(decoded.unreadable).toEqual([{ record: 10_000, reason: "too-many-records", count: 3 }]);
	});

	test("of a file on a person's machine: a line may be larger than anything a hub takes", () => {
		const body = message(...Array.from({ length: 10_001 }, () => record({ ProcessCommandLine: "x".repeat(500) })));
		expect(body.byteLength).toBeGreaterThan(4 * 1024 * 1024);
		expect(decodeMessage(body, fileLimits).records).toHaveLength(10_001);
	});

	test.each([
		[64, []],
		[65, [{ record: 0, reason: "too-deep" }]],
	])("a column %i levels deep", (levels, unreadable) => {
		const deep = `${"[".repeat(levels)}${"]".repeat(levels)}`;
		const decoded = decodeMessage(
			bytes(`{"records":[{"category":"AdvancedHunting-DeviceEvents","properties":{"AdditionalFields":${deep},"FileName":"a.exe"}}]}`),
		);
		expect(decoded.unreadable).toEqual(unreadable);
		expect(decoded.records[0]?.columns["FileName"]).toBe("a.exe");
		expect(Object.hasOwn(decoded.records[0]?.columns ?? {}, "AdditionalFields")).toBe(levels === 64);
	});
});
