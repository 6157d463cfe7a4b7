import type { DeviceRow } from "./defender/device.ts";
import { type Decoded, decodeMessage, decodeRecords, nothingDecoded } from "./defender/envelope.ts";
import { hubLimits, type Limits } from "./defender/limits.ts";
import type { Message } from "./defender/message.ts";
import type { DefenderRecord } from "./defender/record.ts";
import type { Match } from "./detect/match.ts";
import type { Sieve } from "./detect/prefilter/prefilter.ts";
import type { Sighting } from "./sighting/sighting.ts";
import { faultName } from "./watch/fault.ts";
import { entriesOf, type Setback } from "./watch/quarantine-entries.ts";
import type { Quarantined } from "./watch/quarantined.ts";

/** What steps 1–4 need: no world at all. */
export interface Steps {
	/** Step 1; absent = every message is parsed whole, with the same result. */
	readonly sieve: Sieve | undefined;
	/** What one message may hold; absent = the limits of a hub. */
	readonly limits?: Limits;
	readonly match: (record: DefenderRecord) => readonly Match[];
	/** Is the record from one of our tenants? Others are set aside. */
	readonly accepts: (record: { readonly tenantId: string }) => boolean;
	readonly sight: (record: DefenderRecord, matches: readonly Match[]) => readonly Sighting[];
}

export interface RecordOrigin {
	readonly message: Message;
	/** Unknown for a record that was cut out of its message. */
	readonly record: number | undefined;
}

/** Bytes and rules in, values out. */
export interface Inspected {
	readonly messages: number;
	/** Records parsed; with a sieve, only those of the messages it could not rule out. */
	readonly records: number;
	/** Those of them that are of a table which somebody here reads. */
	readonly known: number;
	readonly sightings: readonly Sighting[];
	/** Where each of them stood. */
	readonly origins: ReadonlyMap<Sighting, RecordOrigin>;
	readonly devices: readonly DeviceRow[];
	readonly quarantined: readonly Quarantined[];
}

/** Whatever a message or one of its records does to a step costs that message or record, and is set aside by its place. */
export function inspect(messages: readonly Message[], { sieve, limits = hubLimits, match, accepts, sight }: Steps): Inspected {
	const sightings: Sighting[] = [];
	const origins = new Map<Sighting, RecordOrigin>();
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
				setbacks.push({ record, reason: "unexpected", error: faultName(error) });
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
				const position = decoded.positions[index];
				guarded(position, () => {
					const matches = match(record);
					if (matches.length === 0) return;
					if (!accepts(record)) return void setbacks.push({ record: position, reason: "other-tenant" });
					for (const sighting of sight(record, matches)) {
						sightings.push(sighting);
						origins.set(sighting, { message, record: position });
					}
				});
			}
		});
		quarantined.push(...entriesOf(message, setbacks));
	}
	return { messages: messages.length, records, known, sightings, origins, devices, quarantined };
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
