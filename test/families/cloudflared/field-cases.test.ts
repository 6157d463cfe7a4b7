import { describe, expect, test } from "vitest";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { fieldCases, loudest } from "./field-cases.ts";

const order: readonly string[] = ["none", ...severities];
const everyday = fieldCases("everyday");
const hostile = fieldCases("further-hostile");

describe("everyday life with cloudflared is not loud", () => {
	test.for(everyday)("$label.name: $label.why", ({ label, judged }) => {
		expect(order.indexOf(loudest(judged)), loudest(judged)).toBeLessThanOrEqual(order.indexOf(label.atMost ?? "none"));
	});

	test("of more than 100 situations at most two are high", () => {
		expect(everyday.length).toBeGreaterThanOrEqual(100);
		expect(everyday.filter(({ judged }) => order.indexOf(loudest(judged)) >= order.indexOf("high")).length).toBeLessThanOrEqual(2);
	});
});

describe("an intruder is always told", () => {
	test.for(hostile)("$label.name: $label.why", ({ label, judged }) => {
		expect(order.indexOf(loudest(judged)), loudest(judged)).toBeGreaterThanOrEqual(order.indexOf(label.atLeast ?? "info"));
		expect(judged.map(({ ownership }) => ownership.verdict)).not.toContain("ours");
		if (label.verdict !== undefined) expect(judged.map(({ ownership }) => ownership.verdict)).toContain(label.verdict);
	});

	test("of more than 60 situations none is silent", () => {
		expect(hostile.length).toBeGreaterThanOrEqual(60);
		expect(hostile.filter(({ judged }) => loudest(judged) === "none").map(({ label }) => label.name)).toEqual([]);
	});
});

test("the lists hold every table and every kind of system, and each case says where its kind of behaviour is known from", () => {
	for (const { label } of [...everyday, ...hostile]) expect(label.source, label.name).toMatch(/\w{3}/);
	const tables = new Set([...everyday, ...hostile].flatMap(({ tables: own }) => own));
	expect([...tables].sort()).toEqual([
		"DeviceEvents",
		"DeviceFileEvents",
		"DeviceImageLoadEvents",
		"DeviceLogonEvents",
		"DeviceNetworkEvents",
		"DeviceProcessEvents",
		"DeviceRegistryEvents",
	]);
	expect([...new Set([...everyday, ...hostile].map(({ label }) => label.os))].sort()).toEqual([
		"linux",
		"linux server",
		"macos",
		"windows",
		"windows server",
	]);
});
