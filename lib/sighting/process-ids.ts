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
	const parent = idsOf("", [get("InitiatingProcessParentId"), get("InitiatingProcessParentCreationTime")], []);
	return { own: actor, parent };
}

/** Of a command line; it tells two apart well before its end. */
const longest = 2_048;

function idsOf(unique: string, numbered: readonly string[], written: readonly string[]): readonly string[] {
	const [file = "", line = ""] = written;
	const whole = (parts: readonly string[]): boolean => parts.length > 0 && parts.every((part) => part !== "" && part !== "0");
	return [
		...(unique === "" ? [] : [named(["unique", unique])]),
		...(whole(numbered) ? [named(["numbered", ...numbered])] : []),
		...(file !== "" && line !== "" ? [named(["written", ...written.map(lowered)])] : []),
	];
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

const digits = "0123456789abcdefghijklmnopqrstuvwxyz";

/** As `toString(36)` writes it, several times as fast. */
function base36(value: number): string {
	let text = "";
	for (let rest = value; rest > 0; rest = Math.floor(rest / 36)) text = digits.charAt(rest % 36) + text;
	return text === "" ? "0" : text;
}
