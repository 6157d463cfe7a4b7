/**
 * `npm run bench`: measures the prefilter against parsing everything and writes docs/performance.md.
 * `npm run bench -- --megabytes 2` only shows that all ways find the same, on less data, and writes nothing.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createSieve } from "../../lib/detect/prefilter/prefilter.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { type Corpus, generate, type Recipe } from "./generate.ts";
import { firstRules } from "./many-rules.ts";
import { compare, growth, latency } from "./measure.ts";
import { variantsFor } from "./variants.ts";

const { megabytes } = parseArgs({ options: { megabytes: { type: "string" } } }).values;

const usual: Recipe = { seed: 20_261_121, megabytes: Number(megabytes ?? 40), matches: 0, nearMisses: 0.002, style: "mixed" };
const cases: readonly (readonly [name: string, goal: string, recipe: Recipe])[] = [
	["no matches", "7", usual],
	["0.01 % matches", "6", { ...usual, matches: 0.0001 }],
	["1 % matches", "5", { ...usual, matches: 0.01 }],
	["0.01 % matches, quotes and HTML escaped as System.Text.Json does", "4", { ...usual, matches: 0.0001, style: "escaped" }],
	["adversarial: 5 % near misses, every message hit", "0.95", { ...usual, matches: 0.0001, nearMisses: 0.05 }],
	["adversarial: 30 % matches and 30 % near misses", "0.95", { ...usual, matches: 0.3, nearMisses: 0.43 }],
	["adversarial: 30 % matches, each spelled with \\u00XX", "0.95", { ...usual, matches: 0.3, nearMisses: 0.002, spelled: true }],
	["adversarial: every record a near miss", "0.95", { ...usual, nearMisses: 1 }],
];
const recommended = rulesOfSet("recommended");
const variants = variantsFor(recommended);

const lines = [
	"# Performance",
	"",
	"Written by `npm run bench`. Times as fast as `JSON.parse` of everything followed by the same rules, on the same data in",
	"the same run: CPU time, all ways in every round, median of the rounds. Every way found the same records, or there would",
	"be no table. The messages are generated: 50 to 300 KB, all tables with their real columns, three ways to write JSON.",
	"",
	`Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${new Date().toISOString().slice(0, 10)}; ${recommended.length} rules (set \`recommended\`).`,
	"",
	"| messages | MB | records | matching | parse everything | text and regular expression | prefilter | goal |",
	"|---|---|---|---|---|---|---|---|",
];

const quiet = generate({ ...usual, matches: 0.0001 });
// First, while the process is small: later it would have room to hide growth in.
const grown = { sieve: growth(variants.sieve, quiet.messages, 800e6), parse: growth(variants.parse, quiet.messages, 800e6) };

for (const [name, goal, recipe] of cases) {
	const corpus = generate(recipe);
	const ratios = compare(variants, corpus.messages);
	add(`| ${name} | ${sizes(corpus)} | 1 | ${show(ratios.regex)} | **${show(ratios.sieve)}** | ${goal} |`);
}

add("", "## More rules", "", "At 0.01 % matches, each against parsing everything with the same rules.", "");
add("| rules | prefilter | goal |", "|---|---|---|");
for (const [count, goal] of [
	[2, "6"],
	[10, "6"],
	[recommended.length, "6"],
	[50, "3"],
] as const) {
	const rules = firstRules(count);
	if (createSieve(rules).open.length > 0) throw new Error("a rule without a literal would make the prefilter pass everything");
	const { parse, sieve } = variantsFor(rules);
	add(`| ${count} | ${show(compare({ parse, sieve }, quiet.messages).sieve)} | ${goal} |`);
}

add("", "## Time of a batch and memory", "", "Batches of 10 messages at 0.01 % matches, CPU time; growth of the process over 800 MB.", "");
add("| | parse everything | prefilter | goal |", "|---|---|---|---|");
const slow = latency(variants.parse, quiet.messages, 10);
const fast = latency(variants.sieve, quiet.messages, 10);
add(
	`| half of the batches within | ${ms(slow.p50)} | ${ms(fast.p50)} | 1 ms |`,
	`| 99 of 100 within | ${ms(slow.p99)} | ${ms(fast.p99)} | 2 ms |`,
);
add(`| growth | ${grown.parse} MB | ${grown.sieve} MB | 10 MB |`);
add("", "A near miss is a record that holds a literal of a rule without matching: 0.2 % of records unless said.");

if (megabytes === undefined) writeFileSync("docs/performance.md", `${lines.join("\n")}\n`);

function add(...more: readonly string[]): void {
	lines.push(...more);
	for (const line of more) console.log(line);
}

function sizes({ bytes, records, matches }: Corpus): string {
	return `${(bytes / 1e6).toFixed(0)} | ${records} | ${matches}`;
}

function show(ratio: number): string {
	return ratio.toFixed(ratio < 10 ? 2 : 1);
}

function ms(time: number): string {
	return `${time.toFixed(2)} ms`;
}
