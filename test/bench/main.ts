/**
 * `npm run bench`: measures what the function does with each batch, and writes docs/performance.md.
 * `npm run bench -- --megabytes 2` only shows that all ways find the same, on less data, and writes nothing.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { decodeMessage } from "../../lib/defender/envelope.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { literalsOf } from "../../lib/detect/prefilter/literals.ts";
import { createSieve } from "../../lib/detect/prefilter/prefilter.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { recordFindings } from "./findings-batch.ts";
import { detection, freshSight, functionPath, plainPath } from "./function-path.ts";
import { type Corpus, generate, type Recipe } from "./generate.ts";
import { firstRules } from "./many-rules.ts";
import { compare, cpuMs, growth, latency, once, thorough } from "./measure.ts";
import { costOf, parseEveryLine, withLargeFile } from "./programs.ts";

const page = "docs/performance.md";
const { megabytes } = parseArgs({ options: { megabytes: { type: "string" } } }).values;
const isWhole = megabytes === undefined;
const size = Number(megabytes ?? 20);
const effort = isWhole ? thorough : once;

const usual: Recipe = { seed: 20_261_121, megabytes: size, matches: 0, nearMisses: 0.002, style: "mixed" };
const some = { ...usual, matches: 0.0001 };
const mixes: readonly (readonly [name: string, goal: number | undefined, recipe: Recipe])[] = [
	["no matches", undefined, usual],
	["0.01 % matches", 6, some],
	["1 % matches", 4, { ...usual, matches: 0.01 }],
	["30 % matches", 0.95, { ...usual, matches: 0.3 }],
	["0.01 % matches, messages of 1 KB", undefined, { ...some, messageBytes: 1, megabytes: size / 4 }],
	["0.01 % matches, messages of 10 KB", undefined, { ...some, messageBytes: 10_000 }],
	["0.01 % matches, messages of 1 MB", undefined, { ...some, messageBytes: 995_000 }],
	["0.01 % matches, quotes and HTML escaped as System.Text.Json does", undefined, { ...some, style: "escaped" }],
	["hostile: every record a near miss", undefined, { ...usual, nearMisses: 1 }],
	["hostile: 30 % matches, each spelled with \\u00XX", undefined, { ...usual, matches: 0.3, spelled: true }],
];
const ways = { plain: plainPath(), function: functionPath() };
const lines: string[] = [];
const goals: string[] = [];

const quiet = generate(some);
// First, while the process is small: later it would have room to hide growth in.
const grown = growth(ways.function, quiet.messages, isWhole ? 800e6 : 20e6);

section("The function's own path", [
	"From bytes to redacted sightings with the set `recommended`, times as fast as `JSON.parse` of every message and the two base rules",
	"without any redaction, on the same data in the same run. Both found the same records, or there would be no table.",
]);
row("messages", "MB", "records", "matching", "times as fast", "goal");
row("---", "---", "---", "---", "---", "---");
for (const [name, goal, recipe] of mixes) {
	const corpus = generate(recipe);
	const ratio = compare(ways, corpus.messages, effort).function;
	row(name, ...sizes(corpus), `**${show(ratio)}**`, goal === undefined ? "" : String(goal));
	if (goal !== undefined) note(`${name}: at least ${goal} times as fast as plain parsing`, `${show(ratio)} times`, ratio >= goal);
}

const { inspectAll, match, sieve } = detection();
const flood = generate({ ...usual, matches: 0.3, megabytes: Math.min(size, 12) }).messages.flatMap(
	(message) => decodeMessage(message).records,
);
const hits = flood.flatMap((record) => (match(record).length === 0 ? [] : [{ record, matches: match(record) }]));
/** A neighbour on the same core makes it up to 1.6 times as slow, for seconds at a time. */
const roundsOfOne = isWhole ? 60 : 1;
const sightAll = (): unknown => {
	const sight = freshSight();
	return hits.map(({ record, matches }) => sight(record, matches));
};
const perSighting = best(roundsOfOne, sightAll) / hits.length;
const nothing = generate({ ...usual, nearMisses: 0 }).messages;
const quietBatch = latency(ways.function, nothing, Math.min(10, nothing.length));
const batch = latency(ways.function, quiet.messages, Math.min(10, quiet.messages.length));
const recorded = await recordFindings(isWhole ? 500 : 50);
const perGigabyte = (best(9, () => inspectAll(quiet.messages)) / quiet.bytes) * 1e9;

section("What one thing costs", [
	"CPU time; the table is one in memory, so that only our own work counts. No run remembers what an earlier one redacted. A sighting is the",
	`best of ${roundsOfOne} rounds: other guests of the machine make both cores slower, for seconds at a time. Batches are measured one after another,`,
	"as a living process has them: no collection of garbage is forced before each.",
]);
row("what", "cost", "goal");
row("---", "---", "---");
cost("one sighting of a flood (30 % matches), from matched record to redacted sighting", perSighting * 1000, "µs", 40);
cost("half of the quiet batches, 10 messages without any trace (table calls: 0, a test counts them)", quietBatch.p50, "ms", 1);
cost("half of the batches of 10 messages at 0.01 % matches", batch.p50, "ms", 1);
cost("99 of 100 such batches", batch.p99, "ms", 2);
cost("table calls of a new finding for two destinations, in a wave of 500", recorded.calls, "calls", 8);
cost("judging and recording one of them", recorded.cpuMs, "ms", undefined);
cost("growth of the process over 800 MB", grown, "MB", 10);

section("More rules", [
	"Matching one record, all records of the data at 1 % matches; getting ready is what a start costs. The invented ones ask for a common",
	"program and words of its command line. So many common programs open the sieve for most records: there the index decides.",
]);
row("rules", "matching a record", "getting ready", "sieve alone, times `JSON.parse`");
row("---", "---", "---", "---");
const records = generate({ ...usual, matches: 0.01, megabytes: Math.min(size, 8) }).messages.flatMap(
	(message) => decodeMessage(message).records,
);
const curve = [2, rulesOfSet("recommended").length, 50, 500, 3_000].map((count) => {
	const rules = count === 2 ? rulesOfSet("base") : firstRules(count);
	if (createSieve(rules).open.length > 0) throw new Error("a rule without a literal would open the sieve for its tables");
	const ready = cpuMs(() => literalsOf(rules));
	const matcher = createMatcher(rules);
	const each = best(5, () => records.map(matcher)) / records.length;
	const { sift } = createSieve(rules);
	const ratio = compare(
		{ parse: parseOnly, sift: (all) => all.flatMap((one) => (sift(one).verdict === "nothing" ? [] : [])) },
		quiet.messages,
		effort,
	).sift;
	row(String(count), `${(each * 1000).toFixed(1)} µs`, `${ready.toFixed(0)} ms`, show(ratio));
	return { count, each, ready };
});
const [many, usualRules] = [curve.find(({ count }) => count === 3_000), curve.find(({ count }) => count === 50)];
if (many !== undefined) note("literals of 3,000 rules ready in less than 200 ms", `${many.ready.toFixed(0)} ms`, many.ready < 200);
if (many !== undefined && usualRules !== undefined)
	note(
		"60 times as many rules cost less than 6 times as much",
		`${show(many.each / usualRules.each)} times`,
		many.each / usualRules.each < 6,
	);

section("Against ripgrep", []);
lines.push(againstRipgrep(quiet.messages), "");

if (isWhole) {
	const command = "bin/tunnelwatch.mjs";
	const version = costOf([command, "version"]);
	const samples = costOf([command, "run", "--what-if", "samples/"]);
	const gigabyte = 1e9;
	const [what, parse] = withLargeFile(quiet.messages, gigabyte, (path) => [
		costOf([command, "run", "--what-if", path]),
		costOf(["--eval", parseEveryLine, "--", path]),
	]) as [ReturnType<typeof costOf>, ReturnType<typeof costOf>];
	section("The command line", ["The whole process, CPU time from start to end, with the compile cache of an earlier run; from a clone."]);
	row("command", "CPU", "most memory", "goal");
	row("---", "---", "---", "---");
	row("`tunnelwatch version`", seconds(version.cpuSeconds), mb(version.megabytes), "0.4 s");
	row("`tunnelwatch run --what-if samples/`", seconds(samples.cpuSeconds), mb(samples.megabytes), "0.4 s");
	row("`tunnelwatch run --what-if` on 1 GB, a message per line", seconds(what.cpuSeconds), mb(what.megabytes), "a third of the next line");
	row("`JSON.parse` of every line of it", seconds(parse.cpuSeconds), mb(parse.megabytes), "");
	// Measured once, against the commit before the embedded table became SQLite.
	lines.push(
		"",
		"A run that records into the embedded table, 3,000 new findings from 3,000 devices: 29 findings and 106 repeated sightings a second, 5 ms",
		"and 1.5 ms of CPU each. The first version, with an emulator in its place: 4.4 and 7.8 a second, 60 ms of CPU for a finding. Both on",
		"2026-11-26 with Node v24.21.0, the load average being 23 on 2 cores; the first version with 300 findings.",
	);
	note("`version` in less than 0.4 s of CPU", seconds(version.cpuSeconds), version.cpuSeconds < 0.4);
	note("`run --what-if samples/` in less than 0.4 s of CPU", seconds(samples.cpuSeconds), samples.cpuSeconds < 0.4);
	const times = parse.cpuSeconds / what.cpuSeconds;
	note("`run --what-if` on 1 GB at least 3 times as fast as `JSON.parse` of every line", `${show(times)} times`, times >= 3);
}

if (isWhole)
	writeFileSync(
		page,
		`${[...front(), ...lines, ...deliverySection(), ...goalLines()]
			.join("\n")
			.replace(/\n{3,}/g, "\n\n")
			.trimEnd()}\n`,
	);

function front(): readonly string[] {
	const gbPerSecond = 1 / (perGigabyte / 1000);
	// An instance of 2 GB, at the list price of docs/sizing.md.
	const perTerabyte = perGigabyte * 0.000_052;
	// A device of docs/sizing.md writes 20,000 records of 2.5 KB a day, 2.5 times as much in the busiest minutes.
	const devices = (gbPerSecond * 1e9 * 86_400) / (20_000 * 2_500 * 2.5);
	return [
		"# Performance",
		"",
		"What it means, on one core of this machine and at 0.01 % matches:",
		"",
		`- **${gbPerSecond.toFixed(1)} GB a second** from bytes to redacted sightings: ${perGigabyte.toFixed(0)} ms of CPU for a gigabyte.`,
		`- **$${perTerabyte.toFixed(2)} of CPU for a terabyte** on an instance of 2 GB ([sizing.md](sizing.md)); receiving the same data costs the host and its worker more than this, and the Event Hub far more.`,
		`- **${(Math.floor(devices / 10_000) * 10_000).toLocaleString("en")} devices** for one core in their busiest minutes, as far as this work goes. What an instance really serves is limited earlier, by its receive path and by the hub's throughput units: see [sizing.md](sizing.md).`,
		"",
		`Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} with Node ${process.version} on ${cpus()[0]?.model ?? "an unknown processor"}; ${size} MB of generated`,
		"messages for each row unless it says otherwise: 50 to 300 KB, all tables with their real columns, three ways to write JSON, and in 0.2 % of",
		"records a near miss, which holds what a rule looks for without matching. CPU time, all ways in every round in turning order, the median of",
		"the rounds' ratios. A round goes three times through the data with each way, after ten rounds that do not count: 64 matching records in",
		"20 MB are too few for the code of a sighting to be compiled, as it soon is in a process that lives for days. Nothing that was redacted in",
		"one pass is remembered in the next; what the paths of programs say is, as the same programs lie in the same places everywhere.",
		`The load average of the machine was ${(loadavg()[0] ?? 0).toFixed(0)} on ${cpus().length} cores: where that is more than the cores, absolute times are higher than on an idle one.`,
		"",
	];
}

/** Written by whoever measures delivery, and kept. */
function deliverySection(): readonly string[] {
	const [begin, end] = ["<!-- delivery: kept as it is by `npm run bench` -->", "<!-- end of delivery -->"];
	const kept = readFileSync(page, "utf8").split(begin)[1]?.split(end)[0]?.trim();
	return ["", "## Delivery", "", begin, "", kept ?? "Measured in [reliability.md](reliability.md).", "", end, ""];
}

function goalLines(): readonly string[] {
	return ["## Goals", "", "| goal | measured | met |", "|---|---|---|", ...goals];
}

function againstRipgrep(messages: readonly Buffer[]): string {
	if (spawnSync("rg", ["--version"]).status !== 0)
		return "ripgrep is not installed on the machine that wrote this page, so it was not compared.";
	const words = literalsOf(rulesOfSet("recommended")).literals.flatMap(({ text }) => ["-e", text]);
	return withLargeFile(messages, 200e6, (path) => {
		const timed = spawnSync("bash", ["-c", 'TIMEFORMAT="%U %S"; time rg -c -i -F "$@" >/dev/null', "rg", ...words, path], {
			encoding: "utf8",
		});
		const [user = 0, system = 0] = timed.stderr.trim().split(" ").map(Number);
		const ours = messages.reduce((sum, { byteLength }) => sum + byteLength, 0);
		const own = best(5, () => messages.map((one) => sieve.sift(one))) / 1000 / (ours / 200e6);
		return `The sieve is ${show((user + system) / own)} times as fast as \`rg -c -i -F\` with the same ${words.length / 2} literals, which does not see escaped letters.`;
	});
}

function parseOnly(messages: readonly Buffer[]): readonly string[] {
	for (const message of messages) JSON.parse(message.toString("utf8"));
	return [];
}

function best(runs: number, work: () => unknown): number {
	work();
	return Math.min(...Array.from({ length: runs }, () => cpuMs(work)));
}

function cost(what: string, value: number, unit: string, goal: number | undefined): void {
	const shown = `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`;
	row(what, shown, goal === undefined ? "" : `${goal} ${unit}`);
	if (goal !== undefined) note(`${what}: at most ${goal} ${unit}`, shown, value <= goal);
}

function note(goal: string, measured: string, met: boolean): void {
	goals.push(`| ${goal} | ${measured} | ${met ? "yes" : "**no**"} |`);
	if (!isWhole) return;
	console.log(`${met ? "met" : "MISSED"}: ${goal}: ${measured}`);
}

function section(title: string, words: readonly string[]): void {
	lines.push("", `## ${title}`, "", ...words, "");
}

function row(...cells: readonly string[]): void {
	const line = `| ${cells.join(" | ")} |`;
	lines.push(line);
	console.log(line);
}

function sizes({ bytes, records: count, matches }: Corpus): readonly string[] {
	return [(bytes / 1e6).toFixed(0), String(count), String(matches)];
}

function show(ratio: number): string {
	return ratio.toFixed(ratio < 10 ? 2 : 1);
}

function seconds(value: number): string {
	return `${value.toFixed(2)} s`;
}

function mb(value: number): string {
	return `${value.toFixed(0)} MB`;
}
