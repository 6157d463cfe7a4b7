import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import { columnText } from "./column-text.ts";
import type { Identified } from "./reading.ts";

/** Names of the process that a sighting is about and of the one that started it: several ways to know one. */
export interface ProcessIds {
	readonly own: readonly string[];
	readonly parent: readonly string[];
}

/**
 * A process is named by Defender's unique id, by its number and its start, and by its file and command line on that day:
 * rows of one process do not all carry the same. A number alone names none, since numbers come again.
 */
export function processIds(record: DefenderRecord, subject: Identified["subject"]): ProcessIds | undefined {
	// Only rows about a start are told as one.
	if (record.table !== "DeviceProcessEvents" && record.table !== "DeviceEvents") return undefined;
	const get = (column: Column): string => columnText(record, column);
	const unique = (name: string): string => {
		const value = record.columns[name];
		return typeof value === "string" || typeof value === "number" ? String(value) : "";
	};
	const day = get("Timestamp").slice(0, 10);
	const actor = idsOf(
		unique("InitiatingProcessUniqueId"),
		[get("InitiatingProcessId"), get("InitiatingProcessCreationTime")],
		[get("InitiatingProcessFileName"), get("InitiatingProcessCommandLine"), day],
	);
	if (subject === "own" && get("ProcessCommandLine") !== "") {
		const own = idsOf(
			unique("ProcessUniqueId"),
			[get("ProcessId"), get("ProcessCreationTime")],
			[get("FileName"), get("ProcessCommandLine"), day],
		);
		return { own, parent: actor };
	}
	const parent = idsOf("", [get("InitiatingProcessParentId"), get("InitiatingProcessParentCreationTime")], undefined);
	return { own: actor, parent };
}

/** Of a command line; it tells two apart well before its end. */
const longest = 2_048;

function idsOf(
	unique: string,
	[number, start]: readonly [number: string, start: string],
	written: readonly [file: string, line: string, day: string] | undefined,
): readonly string[] {
	const ids: string[] = [];
	if (unique !== "") ids.push(named(["unique", unique]));
	if (number !== "" && number !== "0" && start !== "" && start !== "0") ids.push(named(["numbered", number, start]));
	if (written !== undefined && written[0] !== "" && written[1] !== "") {
		const [file, line, day] = written;
		ids.push(named(["written", lowered(file), lowered(line), lowered(day)]));
	}
	return ids;
}

function lowered(part: string): string {
	return (part.length > longest ? part.slice(0, longest) : part).toLowerCase();
}

/**
 * A short name of a text: two FNV-1a sums. It runs for every sighting, and only says that two rows are about one process;
 * somebody who makes two texts collide hides nothing that is strong.
 */
function named(parts: readonly string[]): string {
	let one = 0x811c9dc5;
	let two = 0x9747b28c;
	for (const [index, part] of parts.entries()) {
		// Between two parts stands a line feed.
		for (let at = index === 0 ? 0 : -1; at < part.length; at++) {
			const unit = at === -1 ? 10 : part.charCodeAt(at);
			one = Math.imul(one ^ unit, 0x01000193);
			two = Math.imul(two ^ unit, 0x01000197);
		}
	}
	return base36(one >>> 0) + base36(two >>> 0);
}

const pairs = Array.from({ length: 36 ** 2 }, (_, value) => value.toString(36).padStart(2, "0"));

/** As `toString(36)` writes it, several times as fast. */
function base36(value: number): string {
	let text = "";
	let rest = value;
	for (; rest >= 36; rest = Math.floor(rest / 36 ** 2)) text = (pairs[rest % 36 ** 2] ?? "") + text;
	return rest === 0 && text !== "" ? text : (pairs[rest]?.charAt(1) ?? "") + text;
}
