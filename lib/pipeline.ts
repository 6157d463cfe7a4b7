import type { DeviceRow } from "./defender/device.ts";
import { deviceKey } from "./defender/device-identity.ts";
import { type Decoded, decodeMessage, decodeRecords, nothingDecoded } from "./defender/envelope.ts";
import { hubLimits, type Limits } from "./defender/limits.ts";
import type { Message } from "./defender/message.ts";
import type { DefenderRecord } from "./defender/record.ts";
import type { Match } from "./detect/match.ts";
import type { Sieve } from "./detect/prefilter/prefilter.ts";
import { redactError } from "./families/redact.ts";
import { findingId } from "./findings/finding.ts";
import type { Delivered } from "./outbox/delivery-report.ts";
import type { Recorded } from "./outbox/record.ts";
import type { Sighting } from "./sighting/sighting.ts";
import type { Quarantined } from "./watch/quarantine.ts";
import { entriesOf, type Setback } from "./watch/quarantine-entries.ts";

/** What the six steps need from the world. */
export interface Parts {
	/** Step 1; absent = every message is parsed whole, with the same result. */
	readonly sieve: Sieve | undefined;
	/** What one message may hold; absent = the limits of a hub. */
	readonly limits?: Limits;
	readonly match: (record: DefenderRecord) => readonly Match[];
	/** Is the record from one of our tenants? Others are set aside. */
	readonly accepts: (record: { readonly tenantId: string }) => boolean;
	readonly sight: (record: DefenderRecord, matches: readonly Match[]) => readonly Sighting[];
	/** What DeviceInfo and DeviceNetworkInfo say; absent = they are passed over. */
	readonly learn: ((rows: readonly DeviceRow[]) => Promise<void>) | undefined;
	/** Whose tunnel and how urgent, with what is known besides the record. */
	readonly judge: (sightings: readonly Sighting[], now: Date) => Promise<readonly Sighting[]>;
	readonly quarantine: (entries: readonly Quarantined[], now: Date) => Promise<void>;
	readonly record: (sightings: readonly Sighting[], now: Date) => Promise<readonly Recorded[]>;
	/** Best effort: what it cannot deliver stays owed. */
	readonly deliver: (keys: readonly string[]) => Promise<Delivered>;
	readonly clock: () => Date;
}

/** Everything a batch came to. Counts are in records unless they say otherwise. */
export interface Outcome extends Inspected {
	readonly recorded: readonly Recorded[];
	readonly delivered: Delivered;
	/** Why what the batch says about devices without a sighting was not kept; it says the same again within the hour. */
	readonly learnFailed: string | undefined;
}

/** Steps 1–4: bytes and rules in, values out. */
export interface Inspected {
	readonly messages: number;
	/** Records parsed; with a sieve, only those of the messages it could not rule out. */
	readonly records: number;
	/** Those of them that are of a table which somebody here reads. */
	readonly known: number;
	readonly sightings: readonly Sighting[];
	readonly devices: readonly DeviceRow[];
	readonly quarantined: readonly Quarantined[];
}

/**
 * One batch through all six steps. Rejects only if recording failed: then the caller must not acknowledge the batch.
 * Unreadable input is noted before anything is recorded, so that it is never silently dropped either. What is said about
 * devices is learned first only where judging needs it: the rest must not delay a message, nor fail what is recorded.
 */
export async function runPipeline(messages: readonly Message[], parts: Parts): Promise<Outcome> {
	const inspected = inspect(messages, parts);
	await parts.quarantine(inspected.quarantined, parts.clock());
	const seen = new Set(inspected.sightings.map(({ device }) => deviceKey(device)));
	const isSeen = ({ tenantId, columns: { DeviceId: id } }: DeviceRow) => typeof id === "string" && seen.has(deviceKey({ tenantId, id }));
	const needed = inspected.devices.filter(isSeen);
	if (needed.length > 0) await parts.learn?.(needed);
	const sightings = await parts.judge(inspected.sightings, parts.clock());
	const recorded = await parts.record(sightings, parts.clock());
	const refused = recorded.filter((one) => one.reason === "quarantined").map(({ key }) => refusedEntry(key));
	if (refused.length > 0) await parts.quarantine(refused, parts.clock());
	const delivered = await parts.deliver(recorded.filter((one) => one.kinds.length > 0).map((one) => one.key));
	const rest = inspected.devices.filter((row) => !isSeen(row));
	const learnFailed = rest.length > 0 ? await failureOf(parts.learn?.(rest)) : undefined;
	return { ...inspected, quarantined: [...inspected.quarantined, ...refused], sightings, recorded, delivered, learnFailed };
}

async function failureOf(work: Promise<void> | undefined): Promise<string | undefined> {
	try {
		await work;
		return undefined;
	} catch (error) {
		return redactError(error);
	}
}

/** Whatever a message or one of its records does to a step costs that message or record, and is set aside by its place. */
export function inspect(
	messages: readonly Message[],
	{ sieve, limits = hubLimits, match, accepts, sight }: Pick<Parts, "sieve" | "limits" | "match" | "accepts" | "sight">,
): Inspected {
	const sightings: Sighting[] = [];
	const devices: DeviceRow[] = [];
	const quarantined: Quarantined[] = [];
	let records = 0;
	let known = 0;
	for (const message of messages) {
		const setbacks: Setback[] = [];
		const guarded = (record: number | undefined, work: () => void): void => {
			try {
				work();
			} catch (error) {
				setbacks.push({ record, reason: "unexpected", error: error instanceof Error ? error.name : typeof error });
			}
		};
		guarded(undefined, () => {
			const decoded = readMessage(message.body, sieve, limits);
			records += decoded.total;
			known += decoded.records.length + decoded.devices.length;
			// Never spread into arguments: there may be a million.
			for (const one of decoded.unreadable) setbacks.push(one);
			for (const one of decoded.devices) if (accepts(one)) devices.push(one);
			for (const [index, record] of decoded.records.entries()) {
				guarded(decoded.positions[index], () => {
					const matches = match(record);
					if (matches.length === 0) return;
					if (accepts(record)) sightings.push(...sight(record, matches));
					else setbacks.push({ record: undefined, reason: "other-tenant" });
				});
			}
		});
		quarantined.push(...entriesOf(message, setbacks));
	}
	return { messages: messages.length, records, known, sightings, devices, quarantined };
}

function readMessage(body: unknown, sieve: Sieve | undefined, limits: Limits): Decoded {
	if (sieve === undefined || !(body instanceof Uint8Array) || body.byteLength > limits.bytes) return decodeMessage(body, limits);
	const sifted = sieve.sift(body);
	switch (sifted.verdict) {
		case "nothing":
			return nothingDecoded;
		case "records":
			return placeless(decodeRecords(sifted.records, limits));
		case "whole":
			return decodeMessage(body, limits);
	}
}

/** Records that were cut out of their message do not know where they stood. */
function placeless(decoded: Decoded): Decoded {
	return { ...decoded, positions: [], unreadable: decoded.unreadable.map((one) => ({ ...one, record: undefined })) };
}

/** What the table refuses for ever is named by its finding; its records stand in the hub for as long as that keeps them. */
function refusedEntry(key: string): Quarantined {
	return {
		at: { source: `finding ${findingId({ key })}`, message: -1 },
		record: undefined,
		reason: "refused-by-table",
		size: 0,
		sha256: "",
	};
}
