import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A pattern as it stands in the source. */
export interface SourcePattern {
	readonly file: string;
	readonly line: number;
	readonly pattern: RegExp;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every regular expression written as a literal in these files. */
export function patternsIn(files: readonly string[]): readonly SourcePattern[] {
	return files.flatMap((file) => {
		const source = readFileSync(`${root}${file}`, "utf8");
		return literalsIn(source).map(({ start, end }) => {
			const text = source.slice(start, end);
			const close = text.lastIndexOf("/");
			const line = source.slice(0, start).split("\n").length;
			return { file, line, pattern: new RegExp(text.slice(1, close), text.slice(close + 1)) };
		});
	});
}

const comment = /\/\/.*|\/\*[\s\S]*?\*\//y;
const string = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y;
const literal = /\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[dgimsuvy]*/y;
/** What stands before a pattern; behind anything else a slash divides. */
const opens = /(?:[(,=:[!&|?{};>]|\breturn)\s*$/;

/** A template's text counts as code: none in this project holds a slash that begins a pattern. */
function literalsIn(source: string): readonly { readonly start: number; readonly end: number }[] {
	const found: { start: number; end: number }[] = [];
	for (let at = 0; at < source.length; ) {
		const skipped = [comment, string].map((one) => endOf(one, source, at)).find((end) => end > at);
		const end = skipped ?? (opens.test(source.slice(Math.max(0, at - 40), at)) ? endOf(literal, source, at) : at);
		if (skipped === undefined && end > at) found.push({ start: at, end });
		at = Math.max(end, at + 1);
	}
	return found;
}

function endOf(sticky: RegExp, text: string, at: number): number {
	sticky.lastIndex = at;
	return sticky.test(text) ? sticky.lastIndex : at;
}

/** Texts to repeat that may make a pattern try over and over: its own literal pieces, and signs that its classes take. */
export function seedsFor({ source }: RegExp): readonly string[] {
	const plain = source
		.replace(/\(\?<?[=!:]|\[\^?(?:\\.|[^\]])*\]|\\[dwsbDWSB]|\{\d*,?\d*\}|[()|?*+^$]/g, "\u0000")
		.replace(/\\(.)/g, "$1")
		.split("\u0000")
		.filter((piece) => piece !== "");
	const pieces = [...new Set(plain)].slice(0, 24);
	const signs = [
		"a",
		"0",
		" ",
		'"',
		"'",
		"\\",
		"/",
		"-",
		"=",
		".",
		",",
		"_",
		":",
		"A",
		"\n",
		"%",
		"\\ ",
		"a ",
		"a,",
		"-a",
		"a=",
		"a/",
		"a.",
		"/a/",
	];
	const glue = pieces.flatMap((piece) => [`${piece} `, `${piece}a`, `${piece},`, `${piece}0`]);
	const begun = pieces.slice(0, 4).flatMap((piece) => signs.slice(0, 14).map((sign) => `${piece}${sign}`));
	const pairs = pieces.slice(0, 6).flatMap((one) => pieces.slice(0, 6).map((other) => `${one}${other}`));
	return [...new Set([...signs, ...pieces, ...glue, ...begun, ...pairs])];
}

/** A long text of one seed, with what may stand before it: the pattern's beginning. */
export function repeated(seed: string, length: number, before = ""): string {
	return before + seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
}

/**
 * Whether a search takes more than its share on a text so long: a linear one takes a fraction of it, a quadratic one many
 * times as much. The share is what it is on an idle machine of 2026; a slower or busier one gets more, by the yardstick.
 */
export function isSlow(pattern: RegExp, text: string, mostMicroseconds: number): boolean {
	return [1, 2, 3].every(() => {
		const taken = cpuOf(() => search(pattern, text));
		return taken > mostMicroseconds && taken > (mostMicroseconds / 1_000) * Math.min(cpuOf(yardstick), cpuOf(yardstick));
	});
}

/** Eight times the text: linear work takes eight times as long, quadratic 64 times. Measured again before it counts. */
export function growsFaster(work: (text: string) => void, seed: string, length: number): boolean {
	const [short, long] = [repeated(seed, length / 8), repeated(seed, length)];
	return [1, 2, 3].every(() => cpuOf(() => work(long)) > 30_000 + 24 * cpuOf(() => work(short)));
}

const yardstickText = ". ".repeat(1_200);

/**
 * A search that takes some 1,000 µs on an idle machine of 2026. It does what the dearest patterns do, looking a bounded way
 * ahead from each place: on a slow or busy machine both take longer alike.
 */
function yardstick(): void {
	search(/(?:^|[\s;&|(])\.\s{1,8}[^<;&|\n]{0,256}<\(/, yardstickText);
}

function search(pattern: RegExp, text: string): void {
	if (pattern.global) for (const _ of text.matchAll(pattern));
	else {
		pattern.lastIndex = 0;
		pattern.test(text);
	}
}

/** CPU time of this process, in microseconds: what others do on the machine does not count. */
function cpuOf(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return user + system;
}
