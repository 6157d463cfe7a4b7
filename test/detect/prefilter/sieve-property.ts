import fc from "fast-check";
import { decodeMessage, decodeRecords } from "../../../lib/defender/envelope.ts";
import { unionTables } from "../../../lib/defender/tables.ts";
import { createMatcher } from "../../../lib/detect/match.ts";
import type { Sieve, Sifted } from "../../../lib/detect/prefilter/prefilter.ts";
import type { Rule } from "../../../lib/detect/rule.ts";
import { aRule } from "../a-rule.ts";
import { column, condition, leastFor, mixCase, rules, valuesOf } from "../rule-cases.ts";
import { type JsonStyle, writeJson } from "../write-json.ts";

/** Rules, and a message made of their own values: whole, broken, respelled, between awkward neighbours. */
export interface Case {
	readonly rules: readonly Rule[];
	readonly records: readonly unknown[];
	readonly style: JsonStyle;
	/** Bytes before the message in its buffer. */
	readonly offset: number;
}

export type Outcome = Sifted["verdict"];

/** What the sieve lets through of a case, compared with parsing everything. */
export function sieveCase({ rules, records, style, offset }: Case, createSieve: (rules: readonly Rule[]) => Sieve) {
	const bytes = placed(writeJson(records, style), offset);
	const match = createMatcher(rules);
	const expected = decodeMessage(bytes).records.flatMap(match).map(identity);
	const sifted = createSieve(rules).sift(bytes);
	switch (sifted.verdict) {
		case "nothing":
			return { verdict: sifted.verdict, expected, actual: [] };
		case "records": {
			const { records: cut, unreadable } = decodeRecords(sifted.records);
			// What was cut out must be a record, not a piece of one.
			return { verdict: sifted.verdict, expected, actual: [...cut.flatMap(match).map(identity), ...unreadable] };
		}
		case "whole":
			return { verdict: sifted.verdict, expected, actual: expected };
	}
}

function identity({ rule, record }: { readonly rule: Rule; readonly record: unknown }): string {
	return `${rule.id} ${JSON.stringify(record)}`;
}

/** The message inside a larger buffer, as pooled buffers are; what lies around it must not matter. */
function placed(json: string, offset: number): Uint8Array {
	const text = Buffer.from(json);
	const pool = Buffer.alloc(offset + text.byteLength + 16, "cloudflared --token ");
	pool.set(text, offset);
	return pool.subarray(offset, offset + text.byteLength);
}

/** Of every length from nothing to a few samples, so that a value falls on each alignment. */
const filler = fc.oneof(
	fc.nat(9).map((length) => "padding~~".slice(0, length)),
	fc.constantFrom(" ", "_", "é", '"', "\\", "/", "\t", "\u212A", "\u0130", "{", "[{"),
);

function valueFrom(values: readonly string[]): fc.Arbitrary<string> {
	const piece = fc.oneof(
		{ weight: 4, arbitrary: fc.constantFrom("", ...values) },
		{ weight: 2, arbitrary: fc.tuple(fc.constantFrom("", ...values), fc.nat(2 ** 20)).map(([text, bits]) => mixCase(text, bits)) },
		{ weight: 1, arbitrary: fc.tuple(fc.constantFrom("", ...values), fc.nat(20)).map(([text, cut]) => text.slice(0, cut)) },
		{ weight: 3, arbitrary: filler },
	);
	return fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
}

function recordFrom(values: readonly string[]): fc.Arbitrary<unknown> {
	const value = fc.oneof({ weight: 2, arbitrary: valueFrom(values) }, { weight: 1, arbitrary: filler });
	const properties = fc.dictionary(column, value, { maxKeys: 4 });
	const envelope = fc.tuple(properties, fc.constantFrom(...unionTables), fc.constantFrom("2026", "08:02:54.0082674Z", ""));
	const usual = envelope.map(([columnsOf, table, time]) => ({
		time,
		category: `AdvancedHunting-${table}`,
		properties: columnsOf,
		Tenant: "T",
	}));
	return fc.oneof(
		{ weight: 12, arbitrary: usual },
		{ weight: 4, arbitrary: usual.map(({ Tenant: _, properties: last, ...record }) => ({ ...record, properties: last })) },
		// What makes cutting a record out hard: other first keys, objects inside that begin like a record, no record at all.
		{
			weight: 1,
			arbitrary: envelope.map(([columnsOf, table, time]) => ({ category: `AdvancedHunting-${table}`, properties: columnsOf, time })),
		},
		{
			weight: 1,
			arbitrary: usual.map((record) => ({
				...record,
				properties: { ...record.properties, AdditionalFields: { time: "x", tunnel: "cloudflared" } },
			})),
		},
		{
			weight: 1,
			arbitrary: fc
				.tuple(usual, valueFrom(values))
				.map(([record, time]) => ({ ...record, properties: {}, extra: [{ time, category: 7 }, { time: "x" }] })),
		},
		{ weight: 1, arbitrary: fc.constantFrom(null, 7, "cloudflared --token", [], {}, { time: "cloudflared" }, { properties: {} }) },
	);
}

const style: fc.Arbitrary<JsonStyle> = fc.record({
	escapes: fc.oneof(
		{ weight: 3, arbitrary: fc.constant("needed" as const) },
		fc.constantFrom("few" as const, "some" as const, "html" as const, "all" as const),
	),
	seed: fc.nat(),
	blanks: fc.oneof({ weight: 4, arbitrary: fc.constant("") }, fc.constantFrom(" ", "\r\n", "\t ")),
	mark: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, fc.constant(true)),
	wrapper: fc.oneof(
		{ weight: 20, arbitrary: fc.constant("records" as const) },
		fc.constantFrom("bare" as const, "trailing" as const, "single" as const),
	),
});

/** Any number of records, in which the rules' values stand anywhere. */
const crowded: fc.Arbitrary<Case> = rules.chain((chosen) => {
	const values = chosen.flatMap((rule) => valuesOf(rule.when));
	return fc.record({ rules: fc.constant(chosen), records: fc.array(recordFrom(values), { maxLength: 5 }), style, offset: fc.nat(7) });
});

/**
 * One record that matches one rule by the least that it can, so that a hit anywhere else cannot hide a mistake. The
 * padding is of characters that no literal holds.
 */
const bare: fc.Arbitrary<Case> = fc.tuple(condition, fc.nat(2 ** 20), fc.nat(11), style).map(([when, bits, padding, styleOf]) => {
	const properties = leastFor(when, bits, "~".repeat(padding));
	return {
		rules: [aRule(when, { tables: unionTables })],
		records: [{ time: "", category: "AdvancedHunting-DeviceEvents", properties }],
		style: { ...styleOf, wrapper: "records" },
		offset: bits % 8,
	};
});

export const cases: fc.Arbitrary<Case> = fc.oneof(crowded, bare);
