import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Sieve } from "../../lib/detect/prefilter/prefilter.ts";
import type { Rule } from "../../lib/detect/rule.ts";

/** One deliberate mistake in the prefilter: this text of this file becomes that. */
export interface Mutant {
	readonly name: string;
	/** Of cases that find it soonest; without it the property takes longer, and finds it all the same. */
	readonly seed?: number;
	readonly file: (typeof files)[number];
	readonly from: string;
	readonly to: string;
}

const files = ["literals.ts", "pattern.ts", "scan.ts", "slice.ts", "prefilter.ts"] as const;
const folder = resolve("lib/detect/prefilter");

/** The prefilter with a mistake in it, from a copy of its sources. */
export async function withMutant<T>(mutant: Mutant, use: (createSieve: (rules: readonly Rule[]) => Sieve) => T): Promise<T> {
	const copy = mkdtempSync(join(tmpdir(), "mutant-"));
	try {
		for (const file of files) writeFileSync(join(copy, file), mutate(file, mutant));
		const { createSieve } = (await import(
			pathToFileURL(join(copy, "prefilter.ts")).href
		)) as typeof import("../../lib/detect/prefilter/prefilter.ts");
		return use(createSieve);
	} finally {
		rmSync(copy, { recursive: true });
	}
}

function mutate(file: (typeof files)[number], mutant: Mutant): string {
	const source = readFileSync(join(folder, file), "utf8");
	const mutated = file === mutant.file ? replaceOnce(source, mutant) : source;
	// What is not copied is imported from where it is.
	return mutated.replace(/from "(\.[^"]+)"/g, (whole, path: string) =>
		files.some((name) => path === `./${name}`) ? whole : `from "${pathToFileURL(resolve(folder, path)).href}"`,
	);
}

/** A mutant whose text is gone would prove nothing for ever after. */
function replaceOnce(source: string, { name, from, to }: Mutant): string {
	if (source.split(from).length !== 2) throw new Error(`The mutant "${name}" no longer fits: its text must occur once.`);
	return source.replace(from, () => to);
}

/** Every mistake that is easy to make here. The property must catch each. */
export const mutants: readonly Mutant[] = [
	{
		name: "stride one byte too long",
		seed: 21,
		file: "scan.ts",
		from: "const stride = fewestBytes - sampleBytes + 1;",
		to: "const stride = fewestBytes - sampleBytes + 2;",
	},
	{
		name: "one place of the window missing in the table",
		seed: 2,
		file: "scan.ts",
		from: "window + stride; offset++",
		to: "window + stride - 1; offset++",
	},
	{
		name: "window beyond the end of the pattern",
		seed: 2,
		file: "pattern.ts",
		from: "pattern.length - length + 1 }",
		to: "pattern.length - length + 2 }",
	},
	{ name: "comparison one byte off", file: "scan.ts", from: "at - (flat[place] ?? 0);", to: "at - (flat[place] ?? 0) + 1;" },
	{ name: "first look at one byte case-sensitive", file: "scan.ts", from: "?? 0) | 0x20) !== flat", to: "?? 0)) !== flat" },
	{
		name: "last suspect of a list passed over",
		file: "scan.ts",
		from: "const end = first[list + 1] ?? 0;",
		to: "const end = (first[list + 1] ?? 0) - fields;",
	},
	{ name: "upper case missing in the case table", file: "pattern.ts", from: ", character.toUpperCase().charCodeAt(0)]", to: "]" },
	{ name: "no escape check", seed: 5, file: "scan.ts", from: ", ...escapePatterns(literals)", to: "" },
	{
		name: "escaped capitals missing in the escape check",
		seed: 8,
		file: "pattern.ts",
		from: "[...text, ...text.toUpperCase()]",
		to: "[...text]",
	},
	{
		name: "one character missing in the escape check",
		seed: 23,
		file: "pattern.ts",
		from: "[...text, ...text",
		to: '[...text.replace("t", ""), ...text',
	},
	{
		name: "hex digits of escapes in lower case only",
		seed: 20,
		file: "pattern.ts",
		from: "[...seconds].flatMap(bytesOf)",
		to: "[...seconds].map((c) => c.charCodeAt(0))",
	},
	{
		name: "view from the start of the pool",
		file: "prefilter.ts",
		from: "new DataView(bytes.buffer, bytes.byteOffset,",
		to: "new DataView(bytes.buffer, 0,",
	},
	{ name: "scan ends too early", file: "scan.ts", from: "bytes.byteLength - 4;", to: "bytes.byteLength - 16;" },
	{ name: "literals cut at fewer characters: slash", seed: 7, file: "literals.ts", from: "split(/[^ !", to: "split(/[^ /!" },
	{ name: "literals cut at fewer characters: backslash", seed: 3, file: "literals.ts", from: "split(/[^ !", to: "split(/[^ \\\\!" },
	{ name: "literals cut at fewer characters: quote", seed: 6, file: "literals.ts", from: "split(/[^ !", to: 'split(/[^ "!' },
	{ name: "case folded before the cut", seed: 2, file: "literals.ts", from: "value.split(", to: "value.toLowerCase().split(" },
	{
		name: "a bound where the operator has none",
		seed: 6,
		file: "literals.ts",
		from: "return choose(pieces(condition.value, false));",
		to: "return choose(pieces(condition.value, true));",
	},
	{
		name: "a bound behind punctuation",
		seed: 18,
		file: "literals.ts",
		from: "pieces(condition.value, endsInTerm(condition.value))",
		to: "pieces(condition.value, true)",
	},
	{ name: "an open part of any is overlooked", seed: 7, file: "literals.ts", from: "found.length === witnesses.length && ", to: "" },
	{
		name: "not is read as its part",
		file: "literals.ts",
		from: 'case "not":\n\t\t\treturn undefined;',
		to: 'case "not":\n\t\t\treturn witnessOf(condition.part, choose);',
	},
	{
		name: "a number is taken to need nothing",
		seed: 10,
		file: "literals.ts",
		from: "7.844e3.\n\t\t\treturn undefined;",
		to: "7.844e3.\n\t\t\treturn [];",
	},
	{ name: "flags with two dashes only", seed: 2, file: "literals.ts", from: "pieces(`-", to: "pieces(`--" },
	{
		name: "a bounded literal covers what is not bounded",
		seed: 14,
		file: "literals.ts",
		from: "if (!one.bounded || ends) return true;",
		to: "return true;",
	},
	{
		name: "the search goes on behind the start of the next record",
		seed: 2,
		file: "slice.ts",
		from: "start: from, end } :",
		to: "start: from, end: end + 100 } :",
	},
	{
		name: "a piece that is no record is taken for one",
		seed: 2,
		file: "slice.ts",
		from: "return isRecord(record) ?",
		to: "return record !== undefined ?",
	},
	{ name: "only the first hit is followed", seed: 2, file: "prefilter.ts", from: "while (hit !== -1)", to: "if (hit !== -1)" },
];
