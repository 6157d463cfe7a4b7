import { redact } from "../../lib/families/redact.ts";
import { groupDigits } from "../../lib/notify/group-digits.ts";
import { inert } from "../../lib/notify/text.ts";
import { type InputResult, inputVerdict } from "./ledger.ts";

export interface InputReport {
	/** For people: how each input was read, what was skipped, and what could not be read. */
	readonly lines: readonly string[];
	/** Something that was named could not be examined, or nothing at all was. */
	readonly failed: boolean;
}

const shown = 10;

/** What became of the inputs. An input of which nothing was read is a failure: silence about it would be an all-clear. */
export function reportInputs(results: readonly InputResult[]): InputReport {
	const judged = results.map((result) => ({ name: pathText(result.reading.input.path), result, verdict: inputVerdict(result) }));
	const of = (kind: (typeof judged)[number]["verdict"]["kind"]) => judged.filter(({ verdict }) => verdict.kind === kind);
	const inferred = judged.flatMap(({ name, result }) => inferredLine(name, result) ?? []);
	const notes = of("read").flatMap(({ name, verdict }) => (verdict.says === "" ? [] : [`${name} ${verdict.says}`]));
	const skipped = of("skipped").map(({ name, verdict }) => `Skipped ${name}: it ${verdict.says}`);
	const partly = of("partly").map(({ name, verdict }) => `Partly read: ${name} ${verdict.says}`);
	const unread = of("unread").map(({ name, verdict }) => `NOT READ: ${name} ${verdict.says}`);
	const nothing = results.length > 0 && of("read").length + of("partly").length === 0;
	return {
		lines: [
			...few(inferred),
			...few(notes),
			...few(skipped),
			...partly,
			...unread,
			...(nothing ? ["Nothing was examined. That is no all-clear."] : []),
		],
		failed: unread.length > 0 || partly.length > 0 || nothing,
	};
}

/** The line of `--json` for one input. */
export function inputLine(result: InputResult): object {
	const { reading, messages, records, known, unreadable } = result;
	const { kind, says } = inputVerdict(result);
	return {
		type: "input",
		source: reading.input.path,
		format: reading.format,
		status: kind,
		...(says === "" ? {} : { detail: says }),
		messages,
		records,
		examined: known,
		unreadable: Object.fromEntries(unreadable),
		...(reading.inferred.size === 0 ? {} : { tables: Object.fromEntries(reading.inferred) }),
	};
}

function inferredLine(name: string, { reading }: InputResult): string | undefined {
	if (reading.inferred.size === 0) return undefined;
	const tables = [...reading.inferred].map(([table, rows]) => `${table} (${groupDigits(rows)})`);
	return `${name}: ${reading.format}, rows taken from their columns to be of ${tables.join(", ")}.`;
}

function few(lines: readonly string[]): readonly string[] {
	return lines.length <= shown ? lines : [...lines.slice(0, shown), `… and ${groupDigits(lines.length - shown)} more like these.`];
}

function pathText(path: string): string {
	return path === "-" ? "standard input" : inert(redact(path), 200);
}
