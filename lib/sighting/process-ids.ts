import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import { columnText } from "./column-text.ts";
import type { Identified } from "./reading.ts";

/** Names of the process that a sighting is about and of the one that started it: several ways to know one. */
export interface ProcessIds {
	readonly own: readonly number[];
	readonly parent: readonly number[];
}

/**
 * Of a start only: connections and files of a process that runs already are news of their own. A process is named by
 * Defender's unique id, by its number and its start, and by its file and command line on that day: rows of one process do
 * not all carry the same. A number alone names none, since numbers come again.
 */
export function processIds(record: DefenderRecord, { subject, reading }: Pick<Identified, "subject" | "reading">): ProcessIds | undefined {
	if (record.table !== "DeviceProcessEvents" && record.table !== "DeviceEvents") return undefined;
	if (reading.mode === "unknown") return undefined;
	const get = (column: Column): string => columnText(record, column);
	const unique = (name: string): string => {
		const value = record.columns[name];
		return typeof value === "string" || typeof value === "number" ? String(value) : "";
	};
	const day = get("Timestamp").slice(0, 10);
	const actor = [
		...byUniqueId(unique("InitiatingProcessUniqueId")),
		...byNumber(get("InitiatingProcessId"), get("InitiatingProcessCreationTime")),
		...byCommand(get("InitiatingProcessFileName"), get("InitiatingProcessCommandLine"), day),
	];
	if (subject === "own" && get("ProcessCommandLine") !== "") {
		const own = [
			...byUniqueId(unique("ProcessUniqueId")),
			...byNumber(get("ProcessId"), get("ProcessCreationTime")),
			...byCommand(get("FileName"), get("ProcessCommandLine"), day),
		];
		return { own, parent: actor };
	}
	return { own: actor, parent: byNumber(get("InitiatingProcessParentId"), get("InitiatingProcessParentCreationTime")) };
}

const none: readonly number[] = [];

function byUniqueId(id: string): readonly number[] {
	return id === "" ? none : [named(`unique\n${id}`)];
}

function byNumber(number: string, start: string): readonly number[] {
	return number === "" || number === "0" || start === "" || start === "0" ? none : [named(`numbered\n${number}\n${start}`)];
}

/** Of a text; a command line tells two apart well before its end. */
const longest = 2_048;

function byCommand(file: string, line: string, day: string): readonly number[] {
	if (file === "" || line === "") return none;
	return [named(`written\n${file.slice(0, longest)}\n${line.slice(0, longest)}\n${day}`.toLowerCase())];
}

/**
 * A number of 53 bits for a text: two FNV-1a sums. It runs for every start, and only says that two rows are about one
 * process; somebody who makes two texts collide hides nothing that is strong.
 */
function named(text: string): number {
	let one = 0x811c9dc5;
	let two = 0x9747b28c;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		one = Math.imul(one ^ unit, 0x01000193);
		two = Math.imul(two ^ unit, 0x01000197);
	}
	return (one >>> 0) * 2 ** 21 + (two >>> 11);
}
