import { composeDetection } from "../../lib/app/compose.ts";
import type { Settings } from "../../lib/app/settings.ts";
import { fileLimits } from "../../lib/defender/limits.ts";
import { inspect } from "../../lib/inspect.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { findInputs } from "../input/find-inputs.ts";
import { createLedger } from "../input/ledger.ts";
import { readInput } from "../input/read-input.ts";
import { startReading } from "../input/reading.ts";
import { type InputReport, reportInputs } from "../input/report-inputs.ts";

export interface HistoryFilter {
	readonly since: Date | undefined;
	/** Exclusive. */
	readonly until: Date | undefined;
	/** Part of a device's name, or its id, in any case. */
	readonly device: string | undefined;
}

export interface History {
	readonly sightings: readonly Sighting[];
	readonly records: number;
	readonly inputs: InputReport;
}

/** Everything that the rules see in some files, not judged yet. Rejects with the system's error for what cannot be opened. */
export async function readHistory(paths: readonly string[], settings: Settings, filter: HistoryFilter): Promise<History> {
	const parts = { ...composeDetection(settings), sieve: undefined, limits: fileLimits };
	const ledger = createLedger();
	const sightings: Sighting[] = [];
	let records = 0;
	const never = new AbortController().signal;
	for (const input of await findInputs(paths)) {
		const reading = startReading(input);
		const add = (messages: Parameters<typeof inspect>[0]) => {
			const inspected = inspect(messages, parts);
			ledger.add(reading, inspected);
			records += inspected.records;
			for (const sighting of inspected.sightings) if (isWanted(sighting, filter)) sightings.push(sighting);
		};
		for await (const { messages } of readInput(reading, never)) add(messages);
		add([]);
	}
	return { sightings, records, inputs: reportInputs(ledger.results()) };
}

function isWanted({ at, device }: Sighting, { since, until, device: wanted }: HistoryFilter): boolean {
	if (since !== undefined && at < since) return false;
	if (until !== undefined && at >= until) return false;
	if (wanted === undefined) return true;
	const part = wanted.toLowerCase();
	return device.id.toLowerCase() === part || device.name.toLowerCase().includes(part);
}
