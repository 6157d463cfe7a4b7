import fc from "fast-check";
import { expect, test } from "vitest";
import type { TableName } from "../../lib/defender/tables.ts";
import { createAtHand } from "../../lib/detect/at-hand.ts";
import { all, any, contains, endsWith, equalsNumber, has, not } from "../../lib/detect/condition.ts";
import { explain } from "../../lib/detect/explain.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { createRuleIndex } from "../../lib/detect/rule-index/rule-index.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { redactedText } from "../../lib/secrets/redacted.ts";
import { aRecord, exampleRecord } from "../families/cloudflared/rules/example-record.ts";
import { aRule } from "./a-rule.ts";
import { naive } from "./naive.ts";
import { column, condition, leastFor, mixCase, valuesOf } from "./rule-cases.ts";

const tables = ["DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents"] as const satisfies readonly TableName[];
const manyRules = fc
	.array(fc.tuple(condition, fc.subarray([...tables], { minLength: 1 })), { minLength: 1, maxLength: 24 })
	.map((list) => list.map(([when, those], index) => aRule(when, { id: `rule-${index}`, tables: those })));
const neighbours = ["", " ", "_", "é", '"', "\u212A", "\u0130", "q", "\u0161", "clou"];

test("of many rules the same match, in their order, as when each is evaluated by itself, on 3,000 records of their own values", () => {
	let matching = 0;
	const cases = manyRules.chain((rules) => {
		const values = rules.flatMap(({ when }) => valuesOf(when));
		const piece = fc.oneof(
			fc.tuple(fc.constantFrom(...values), fc.nat(2 ** 20)).map(([text, bits]) => mixCase(text, bits)),
			fc.tuple(fc.constantFrom(...values), fc.nat(20)).map(([text, cut]) => text.slice(0, cut)),
			fc.constantFrom(...neighbours),
		);
		const value = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
		const columns = fc.tuple(
			fc.dictionary(column, value, { maxKeys: 4 }),
			fc.constantFrom({}, { RemotePort: 7844 }, { RemotePort: "7844" }),
		);
		return fc.record({ rules: fc.constant(rules), table: fc.constantFrom(...tables), columns });
	});

	fc.assert(
		fc.property(cases, fc.nat(23), fc.nat(2 ** 20), ({ rules, table, columns: [texts, numbers] }, chosen, bits) => {
			const one = rules[chosen % rules.length];
			const least = one === undefined || bits % 3 > 0 ? {} : leastFor(one.when, bits, "~");
			const record = aRecord(table, { ...texts, ...numbers, ...least });
			const expected = rules.filter((rule) => rule.tables.includes(table) && naive(rule.when, record)).map(({ id }) => id);
			if (expected.length > 0) matching++;
			const match = createMatcher(rules);
			expect(match(record).map(({ rule }) => rule.id)).toEqual(expected);
			// After some thousand tries it looks up what is worth trying; what it found in one record says nothing of the next.
			const other = aRecord(table, {});
			const ofTable = rules.filter((rule) => rule.tables.includes(table));
			for (let tries = 0; tries < 3_000; tries += Math.max(8, ofTable.length)) match(other);
			const withoutText = match(other).map(({ rule }) => rule.id);
			expect(withoutText).toEqual(ofTable.filter(({ when }) => naive(when, other)).map(({ id }) => id));
			expect(match(record).map(({ rule }) => rule.id)).toEqual(expected);
			expect(match(other).map(({ rule }) => rule.id)).toEqual(withoutText);
		}),
		{ numRuns: 3_000 },
	);

	expect(matching).toBeGreaterThan(600);
});

test("of the shipped rules the same match as when each is evaluated by itself, on every example of all rules", () => {
	const match = createMatcher(allRules);
	let matches = 0;
	for (const rule of allRules) {
		for (const example of [...rule.examples.match, ...rule.examples.ignore]) {
			const record = exampleRecord(rule, example);
			const expected = allRules.filter((other) => explain(other, record, () => redactedText``).fires).map(({ id }) => id);
			matches += expected.length;
			expect(match(record).map((one) => one.rule.id)).toEqual(expected);
		}
	}

	expect(matches).toBeGreaterThan(200);
});

test("of 3,000 rules only those are tried that have something in common with the record", () => {
	const rules = Array.from({ length: 3_000 }, (_, index) =>
		aRule(all(endsWith("InitiatingProcessFileName", "\\powershell.exe"), any(contains("ProcessCommandLine", `tool-${index}-x`)))),
	);
	const atHand = createAtHand();
	const worthTrying = createRuleIndex(rules, atHand);

	const tried = (columns: Readonly<Record<string, unknown>>) => {
		atHand.next();
		return worthTrying(aRecord("DeviceFileEvents", columns));
	};
	const powershell = { InitiatingProcessFileName: "C:\\Windows\\powershell.exe" };
	expect(tried(powershell)).toEqual([]);
	expect(tried({ ...powershell, ProcessCommandLine: "run TOOL-17-X and tool-2999-x" })).toEqual([17, 2_999]);
});

test("a rule that says nothing to look up is tried on every record, also beside others", () => {
	const rules = [
		has("FileName", "cloudflared"),
		not(has("FileName", "cloudflared")),
		any(has("FileName", "cloudflared"), has("FileName", "cf")),
		equalsNumber("RemotePort", 7844, 443),
	].map((when) => aRule(when));
	const atHand = createAtHand();
	const worthTrying = createRuleIndex(rules, atHand);

	const tried = (columns: Readonly<Record<string, unknown>>) => {
		atHand.next();
		return worthTrying(aRecord("DeviceFileEvents", columns));
	};
	expect(tried({})).toEqual([1, 2]);
	expect(tried({ FileName: "CloudFlared.exe" })).toEqual([0, 1, 2]);
	expect(tried({ RemotePort: 443 })).toEqual([1, 2, 3]);
	expect(tried({ RemotePort: "07844" })).toEqual([1, 2, 3]);
	expect(tried({ RemotePort: 44_300 })).toEqual([1, 2]);
});
