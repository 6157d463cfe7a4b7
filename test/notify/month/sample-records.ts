import { createHash } from "node:crypto";
import { join } from "node:path";
import { findInputs } from "../../../cli/input/find-inputs.ts";
import { readInput } from "../../../cli/input/read-input.ts";
import { startReading } from "../../../cli/input/reading.ts";
import type { Message } from "../../../lib/defender/message.ts";

type Columns = Readonly<Record<string, unknown>>;

/** A record of the samples, as the export writes it. */
export interface SampleRecord {
	readonly time: string;
	readonly properties: Columns & { readonly DeviceName: string; readonly Timestamp: string };
}

export const samples = join(import.meta.dirname, "..", "..", "..", "samples");

/** A storage account gets its hour when that is over, and somebody has to hand it in. */
const storedLaterMs = 4 * 3_600_000;

/** The messages in `samples/` with their records, those cut off included, in the order in which they reach the hub. */
export async function readSamples(): Promise<readonly { readonly message: Message; readonly arrives: Date }[]> {
	const found: { readonly message: Message; readonly arrives: Date }[] = [];
	for (const input of await findInputs([samples])) {
		for await (const { messages } of readInput(startReading(input), new AbortController().signal)) {
			for (const message of messages) {
				const times = recordsOf(message).map(({ time }) => Date.parse(time));
				// One that cannot be read arrives with the one before it.
				const written = times.length === 0 ? (found.at(-1)?.arrives.getTime() ?? 0) : Math.max(...times) + 300;
				const arrives = new Date(message.at.source.includes("storage-export") ? written + storedLaterMs : written);
				found.push({ message, arrives });
			}
		}
	}
	return found.toSorted((a, b) => a.arrives.getTime() - b.arrives.getTime());
}

/** What a message holds; nothing where it cannot be read. */
export function recordsOf({ body }: Message): readonly SampleRecord[] {
	const parsed = typeof body === "string" || body instanceof Uint8Array ? parse(Buffer.from(body).toString("utf8")) : body;
	const list = typeof parsed === "object" && parsed !== null && "records" in parsed ? parsed.records : [parsed];
	return Array.isArray(list) ? list.filter(isRecord) : [];
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is SampleRecord {
	return typeof value === "object" && value !== null && "time" in value && "properties" in value;
}

/** The same record again: `hours` later, on another device, or with other columns. */
export function again(
	record: SampleRecord,
	hours: number,
	device?: { readonly name: string; readonly group: string },
	change: Columns = {},
): SampleRecord {
	const { properties, time } = record;
	const ms = hours * 3_600_000;
	// The sensor writes seven digits; the last four stay as they are.
	const timestamp = properties.Timestamp.replace(/^.{23}/, (moment) => later(`${moment}Z`, ms).slice(0, 23));
	const moved =
		device === undefined
			? {}
			: {
					DeviceName: device.name,
					MachineGroup: device.group,
					DeviceId: createHash("sha256").update(device.name).digest("hex").slice(0, 40),
				};
	return {
		...record,
		time: time.replace(/^.{23}/, (moment) => later(`${moment}Z`, ms).slice(0, 23)),
		properties: { ...properties, ...moved, ...change, Timestamp: timestamp },
	};
}

function later(moment: string, ms: number): string {
	return new Date(Date.parse(moment) + ms).toISOString();
}
