import fc from "fast-check";
import { unionTables } from "../../lib/defender/tables.ts";
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
import type { Rule } from "../../lib/detect/rule.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { hasTunnelToken } from "../../lib/families/cloudflared/tunnel-token.ts";
import { aRule } from "./a-rule.ts";

const columns = ["FileName", "InitiatingProcessFileName", "ProcessCommandLine", "InitiatingProcessCommandLine", "FolderPath"] as const;
const needles = [
	"cloudflared",
	"--token",
	"tunnel",
	"\\cloudflared.exe",
	'say "tunnel run"',
	":\\Program Files\\",
	"a/b/tunnel_1/c",
	"Kiosk-Sink-42",
	"x.y.example",
	"né-Straße-tunnels",
	"to\u212Aen--token",
	"   leading",
	"{brace}",
	"tunnel-v.",
] as const;
const flags = ["token", "credentials-file", "hello-world"] as const;

export const column = fc.constantFrom(...columns);
const needle = fc.constantFrom(...needles);
const test: fc.Arbitrary<Condition> = fc.oneof(
	fc.tuple(fc.constantFrom(has, contains, startsWith, endsWith, equals), column, needle).map(([make, name, value]) => make(name, value)),
	fc
		.tuple(fc.constantFrom(hasAll, oneOf), column, fc.array(needle, { minLength: 1, maxLength: 3 }))
		.map(([make, name, values]) => make(name, ...values)),
	fc.tuple(column, fc.array(fc.constantFrom(...flags), { minLength: 1, maxLength: 2 })).map(([name, names]) => hasFlag(name, ...names)),
	fc.tuple(fc.constantFrom(hasWords, firstWords), column).map(([make, name]) => make(name, "tunnel", "run")),
	column.map((name) => hasTunnelToken(name)),
);
/** Too short for the scan, or no text: what goes with them must carry the witness. */
const blind = fc.constantFrom(has("FileName", "run"), hasFlag("FileName", "url"), equalsNumber("RemotePort", 7844));
export const condition: fc.Arbitrary<Condition> = fc.oneof(
	{ weight: 20, arbitrary: test },
	{ weight: 5, arbitrary: fc.array(test, { minLength: 1, maxLength: 3 }).map((parts) => any(...parts)) },
	{ weight: 5, arbitrary: fc.tuple(test, test).map(([one, other]) => all(one, not(other))) },
	{ weight: 5, arbitrary: fc.tuple(test, blind).map(([one, other]) => all(other, one)) },
	{ weight: 2, arbitrary: fc.tuple(test, blind).map(([one, other]) => any(one, other)) },
	{ weight: 1, arbitrary: blind },
	{ weight: 5, arbitrary: fc.tuple(test, test, test).map(([one, two, three]) => all(any(one, two), three)) },
);
export const rules: fc.Arbitrary<readonly Rule[]> = fc.oneof(
	fc
		.array(condition, { minLength: 1, maxLength: 3 })
		.map((list) => list.map((when, index) => aRule(when, { id: `rule-${index}`, tables: unionTables }))),
	fc.subarray([...allRules], { minLength: 1 }),
);

/** Texts that the rules look for. */
export function valuesOf(when: Condition): readonly string[] {
	switch (when.kind) {
		case "all":
		case "any":
			return when.parts.flatMap(valuesOf);
		case "not":
			return valuesOf(when.part);
		case "hasFlag":
			return when.names.flatMap((name) => [` --${name} x`, ` -${name}=x`]);
		case "hasWords":
			return [`x.exe ${when.words.join(" ")} y`, when.words.join("  ")];
		case "hasShape":
			return [when.shape.example];
		case "hasAll":
		case "in":
			return [...when.values, when.values.join(" ")];
		case "equalsNumber":
			return when.values.map(String);
		case "has":
		case "contains":
		case "startsWith":
		case "endsWith":
		case "equals":
			return [when.value];
	}
}

/** Upper case where the bits say so. */
export function mixCase(text: string, bits: number): string {
	return text.replace(/[A-Za-z]/g, (letter, at: number) => (((bits >> (at % 20)) & 1) === 1 ? letter.toUpperCase() : letter.toLowerCase()));
}

/** The least that satisfies a condition. The padding is of characters that no literal holds. */
export function leastFor(when: Condition, bits: number, padding: string): Readonly<Record<string, string | number>> {
	switch (when.kind) {
		case "all":
			return Object.assign({}, ...when.parts.map((part) => leastFor(part, bits, padding)));
		case "any": {
			const part = when.parts[bits % when.parts.length];
			return part === undefined ? {} : leastFor(part, bits, padding);
		}
		case "not":
			return {};
		case "equalsNumber":
			return { [when.column]: when.values[0] ?? 0 };
		case "equals":
			return { [when.column]: mixCase(when.value, bits) };
		case "in":
			return { [when.column]: mixCase(when.values[bits % when.values.length] ?? "", bits) };
		case "startsWith":
			return { [when.column]: mixCase(when.value, bits) + padding };
		case "has":
		case "contains": {
			// A letter behind it wherever that is allowed: nothing may rely on a boundary there.
			const letterMayFollow = when.kind === "contains" || /[^0-9A-Za-z]$/.test(when.value);
			return { [when.column]: padding + mixCase(when.value, bits) + (letterMayFollow ? "q" : "") };
		}
		case "endsWith":
			return { [when.column]: padding + mixCase(when.value, bits) };
		case "hasAll":
			return { [when.column]: padding + mixCase(when.values.join("~"), bits) };
		case "hasFlag":
			return {
				[when.column]: `${padding} ${bits % 2 === 0 ? "-" : "--"}${mixCase(when.names[0] ?? "", bits)}${bits % 3 === 0 ? "=" : ""}`,
			};
		case "hasWords":
			return { [when.column]: `${when.first ? "" : padding}"x" ${mixCase(when.words.join(bits % 2 === 0 ? " " : '"\t'), bits)}` };
		case "hasShape":
			return { [when.column]: padding + when.shape.example };
	}
}
