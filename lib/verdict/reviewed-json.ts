import type * as z from "zod";

export type ReviewedJson<T> =
	| { readonly ok: true; readonly value: T }
	/** Sentences that say where and what to do; none shows a value of the file. */
	| { readonly ok: false; readonly mistakes: readonly string[] };

/** So many are named; a file that is something else altogether has one for each of its lines. */
const mostMistakes = 100;

/**
 * Reads the text of a file that people write and review, by its schema; all mistakes at once, each with its place.
 * @param list what a file that is a bare list calls it in places; its entries are called by their names too.
 */
export function readReviewedJson<T>(json: string, schema: z.ZodType<T>, list = ""): ReviewedJson<T> {
	const parsed = parseJson(json);
	if (!parsed.ok) return { ok: false, mistakes: [parsed.mistake] };
	const read = schema.safeParse(parsed.value);
	if (read.success) return { ok: true, value: read.data };
	const mistakes = read.error.issues.slice(0, mostMistakes).map((issue) => mistake(issue, list, parsed.value));
	const more = read.error.issues.length - mistakes.length;
	return { ok: false, mistakes: more === 0 ? mistakes : [...mistakes, `the file: ${more} more`] };
}

function parseJson(json: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly mistake: string } {
	try {
		return { ok: true, value: JSON.parse(json.replace(/^\uFEFF/, "")) };
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		// The rest of the parser's message repeats the file.
		const [place] = error.message.match(/line \d+ column \d+/) ?? [];
		return { ok: false, mistake: `the file is not JSON${place === undefined ? "" : `: see ${place}`}` };
	}
}

function mistake(issue: z.core.$ZodIssue, list: string, file: unknown): string {
	const place = issue.path.reduce<string>((so, key, at) => {
		if (typeof key !== "number") return `${so}${so && "."}${String(key)}`;
		return `${at === 0 ? list : so}[${key}]${at === 0 ? nameOf(file, key) : ""}`;
	}, "");
	const what = issue.code === "unrecognized_keys" ? `does not know ${keysOf(issue.keys)}` : issue.message;
	return place === "" ? `the file: ${what}` : `${place}: ${what}`;
}

/** Of an entry in a bare list, if it has one that can be shown. */
function nameOf(file: unknown, index: number): string {
	const entry: unknown = Array.isArray(file) ? file[index] : undefined;
	if (typeof entry !== "object" || entry === null || !("name" in entry)) return "";
	return typeof entry.name === "string" && /^[\x20-\x7e]{1,80}$/.test(entry.name) ? ` (${entry.name})` : "";
}

/** A file can hold anything, also in the names of its members. */
function keysOf(keys: readonly string[]): string {
	const shown = keys.slice(0, 10).map((key) => key.slice(0, 60).replace(/[^\x20-\x7e]/g, "?"));
	return keys.length > shown.length ? `${shown.join(", ")} and ${keys.length - shown.length} more` : shown.join(", ");
}
