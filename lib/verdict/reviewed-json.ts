import type * as z from "zod";

export type ReviewedJson<T> =
	| { readonly ok: true; readonly value: T }
	/** Sentences that say where and what to do; none shows a value of the file. */
	| { readonly ok: false; readonly mistakes: readonly string[] };

/** Reads the text of a file that people write and review, by its schema; all mistakes at once, each with its place. */
export function readReviewedJson<T>(json: string, schema: z.ZodType<T>): ReviewedJson<T> {
	const parsed = parseJson(json);
	if (!parsed.ok) return { ok: false, mistakes: [parsed.mistake] };
	const read = schema.safeParse(parsed.value);
	return read.success ? { ok: true, value: read.data } : { ok: false, mistakes: read.error.issues.map(mistake) };
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

function mistake(issue: z.core.$ZodIssue): string {
	const place = issue.path.reduce<string>((so, key) => (typeof key === "number" ? `${so}[${key}]` : `${so}${so && "."}${String(key)}`), "");
	const what = issue.code === "unrecognized_keys" ? `does not know ${issue.keys.join(", ")}` : issue.message;
	return place === "" ? `the file: ${what}` : `${place}: ${what}`;
}
