import * as z from "zod";
import { severities } from "../detect/severity-scale.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Value, Values } from "./table.ts";

/** Readers of single columns, shared by all rows. */
export const severityColumn = z.enum(severities);

/** Only redacted text is ever stored, so what is read back carries the type. */
export const redactedColumn = z.custom<Redacted>((value) => typeof value === "string");

const moment = z.iso.datetime().transform((text) => new Date(text));

export const dateColumn = moment;

/** An absent column reads as `undefined`. */
export const maybeDateColumn = moment.optional();

export const countColumn = z.number().int().nonnegative();

/** A column of JSON text, read through a schema. */
export function jsonColumn<T>(schema: z.ZodType<T>) {
	return z
		.string()
		.transform((text, context): unknown => {
			try {
				return JSON.parse(text);
			} catch (error) {
				if (!(error instanceof SyntaxError)) throw error;
				context.addIssue({ code: "custom", message: "not JSON" });
				return z.NEVER;
			}
		})
		.pipe(schema);
}

/** Columns to write: `undefined` is left out, because a table cannot hold it. */
export function columns(values: Readonly<Record<string, Value | Date | undefined>>): Values {
	const written: Record<string, Value> = {};
	for (const [name, value] of Object.entries(values)) {
		if (value !== undefined)
			written[name] = value instanceof Date ? value.toISOString() : typeof value === "string" ? oneLine(value) : value;
	}
	return written;
}

/** Some tables split a transaction into lines also at these two; in JSON the escape reads back as the character. */
function oneLine(text: string): string {
	return text.replace(/[\u2028\u2029]/g, (separator) => (separator === "\u2028" ? "\\u2028" : "\\u2029"));
}

/** A column holds 32,768 UTF-16 units. */
const mostListUnits = 30_000;

/** JSON of a list; where not all of it fits into a column, without the entries for which no room is left. */
export function listText(list: readonly unknown[]): string {
	let units = 2;
	const fitting: string[] = [];
	for (const one of list) {
		const text = JSON.stringify(one);
		if (units + text.length + 1 > mostListUnits) continue;
		units += text.length + 1;
		fitting.push(text);
	}
	return `[${fitting.join(",")}]`;
}

/** Cut to `units` UTF-16 units, never through a character, and free of the lone surrogates that no table gives back. */
export function cut<T extends string>(text: T, units: number): T {
	const whole = text.toWellFormed();
	// Redacted text stays redacted when its end is lost.
	if (whole.length <= units) return whole as T;
	const head = whole.slice(0, units - 1);
	return `${head.isWellFormed() ? head : head.slice(0, -1)}…` as T;
}
