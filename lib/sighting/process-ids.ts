import { createHash } from "node:crypto";
import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import { columnText } from "./column-text.ts";
import type { Identified } from "./reading.ts";

/** Names of the process that a sighting is about and of the one that started it: 12 hex each, several ways to know one. */
export interface ProcessIds {
	readonly own: readonly string[];
	readonly parent: readonly string[];
}

/**
 * A process is named by Defender's unique id, by its number and its start, and by its file and command line on that day:
 * rows of one process do not all carry the same. A number alone names none, since numbers come again.
 */
export function processIds(record: DefenderRecord, subject: Identified["subject"]): ProcessIds {
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

function idsOf(unique: string, numbered: readonly string[], written: readonly string[]): readonly string[] {
	const [file = "", line = ""] = written;
	const whole = (parts: readonly string[]): boolean => parts.length > 0 && parts.every((part) => part !== "" && part !== "0");
	return [
		...(unique === "" ? [] : [hash(["unique", unique])]),
		...(whole(numbered) ? [hash(["numbered", ...numbered])] : []),
		...(file !== "" && line !== "" ? [hash(["written", ...written.map((part) => part.toLowerCase())])] : []),
	];
}

function hash(parts: readonly string[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}
