import type * as z from "zod";

export type ReviewedJson<T> =
	| { readonly ok: true; readonly value: T }
	/** Sentences that say where and what to do; none shows a value of the file. */
	| { readonly ok: false; readonly mistakes: readonly string[] };

/** Longest text of such a file, in UTF-16 units; a thousand tunnels take 40,000. */
export const mostReviewed = 1024 * 1024;

/** So many are named; a file that is something else altogether has one for each of its lines. */
const mostMistakes = 100;

/**
 * Reads the text of a file that people write and review, by its schema; all mistakes at once, each with its place.
 * @param list what a file that is a bare list calls it in places; its entries are called by their names too.
 */
export function readReviewedJson<T>(json: string, schema: z.ZodType<T>, list = ""): ReviewedJson<T> {
	if (json.length > mostReviewed) return { ok: false, mistakes: ["the file is larger than 1 MB"] };
	const parsed = parseJson(json);
	if (!parsed.ok) return { ok: false, mistakes: [parsed.mistake] };
	const read = schema.safeParse(parsed.value);
	const issues = [...repeatedMembers(json), ...(read.error?.issues ?? [])];
	if (read.success && issues.length === 0) return { ok: true, value: read.data };
	const mistakes = issues.slice(0, mostMistakes).map((issue) => mistake(issue, list, parsed.value));
	const more = issues.length - mistakes.length;
	return { ok: false, mistakes: more === 0 ? mistakes : [...mistakes, `the file: ${more} more`] };
}

function parseJson(json: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly mistake: string } {
	try {
		return { ok: true, value: JSON.parse(json.replace(/^\uFEFF/, "")) };
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		// The rest of the parser's message repeats the file.
		const [place] = error.message.match(/line \d+ column \d+/) ?? [];
		const look = place === undefined ? "look for a comment, a comma before ] or }, or another encoding than UTF-8" : `see ${place}`;
		return { ok: false, mistake: json.trim() === "" ? "the file is empty" : `the file is not JSON: ${look}` };
	}
}

/** A member that stands twice in one object. The parser keeps the last one, and a reviewer may have read the first. */
interface Repeated {
	readonly code: "repeated";
	readonly path: readonly (string | number)[];
}

interface Open {
	/** Names of an object's members so far; a list has none. */
	readonly names: Set<string> | undefined;
	/** Where the parser is: the member's name, or the entry's place. */
	at: string | number;
	isName: boolean;
}

/** The tokens of JSON that place its members. A text need not be closed, so that nothing is read twice for its end. */
const token = /"(?:[^"\\]+|\\.)*"?|[{}[\],:]/g;

/** @param json which the parser has taken. */
function repeatedMembers(json: string): readonly Repeated[] {
	const found: Repeated[] = [];
	const open: Open[] = [];
	for (const [text] of json.matchAll(token)) {
		const inner = open.at(-1);
		if (text === "{") open.push({ names: new Set(), at: "", isName: true });
		else if (text === "[") open.push({ names: undefined, at: 0, isName: false });
		else if (text === "}" || text === "]") open.pop();
		else if (inner === undefined) continue;
		else if (text === ",") {
			inner.isName = inner.names !== undefined;
			if (typeof inner.at === "number") inner.at += 1;
		} else if (text === ":") inner.isName = false;
		else if (inner.isName) {
			inner.at = String(JSON.parse(text));
			if (inner.names?.has(inner.at)) found.push({ code: "repeated", path: open.map(({ at }) => at) });
			inner.names?.add(inner.at);
		}
	}
	return found;
}

function mistake(issue: z.core.$ZodIssue | Repeated, list: string, file: unknown): string {
	const place = issue.path.reduce<string>((so, key, at) => {
		if (typeof key !== "number") return `${so}${so && "."}${keysOf([String(key)])}`;
		return `${at === 0 ? list : so}[${key}]${at === 0 ? nameOf(file, key) : ""}`;
	}, "");
	const what = issue.code === "repeated" ? "stands twice: keep one" : wordsOf(issue, file);
	return place === "" ? `the file: ${what}` : `${place}: ${what}`;
}

const kinds: Readonly<Partial<Record<string, string>>> = {
	string: "text",
	number: "a number",
	boolean: "true or false",
	array: "a list: [ … ]",
	object: "an object: { … }",
};

function wordsOf(issue: z.core.$ZodIssue, file: unknown): string {
	if (issue.code === "unrecognized_keys") return `does not know ${keysOf(issue.keys)}`;
	if (issue.code === "too_big" && issue.message.startsWith("Too big: expected array")) return `must have at most ${issue.maximum} entries`;
	const kind = issue.code === "invalid_type" ? kinds[issue.expected] : undefined;
	// A schema's own words say more.
	if (kind === undefined || !issue.message.startsWith("Invalid input: expected ")) return issue.message;
	return valueAt(file, issue.path) === undefined ? "is missing" : `must be ${kind}`;
}

function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>(
		(value, key) => (typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
		file,
	);
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
