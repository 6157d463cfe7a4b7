import type { DeviceRow } from "./defender/device.ts";
import { deviceKey } from "./defender/device-identity.ts";
import type { Message } from "./defender/message.ts";
import { redactError } from "./families/redact.ts";
import { findingId, findingKey } from "./findings/finding.ts";
import { type Inspected, inspect, type Steps } from "./inspect.ts";
import { type Delivered, nothingDelivered } from "./outbox/delivery-report.ts";
import type { Recorded } from "./outbox/recorded.ts";
import type { Sighting } from "./sighting/sighting.ts";
import { inParallel } from "./store/parallel.ts";
import { faultName, isFault } from "./watch/fault.ts";
import type { Progress } from "./watch/progress.ts";
import { entriesOf, type Setback } from "./watch/quarantine-entries.ts";
import type { Quarantined } from "./watch/quarantined.ts";

/** Dependencies of the six steps. */
export interface Parts extends Steps {
	/** Learns from DeviceInfo and DeviceNetworkInfo; without it, those records are skipped. */
	readonly learn: ((rows: readonly DeviceRow[]) => Promise<void>) | undefined;
	/** Whose tunnel and how urgent, with what is known besides the record. */
	readonly judge: (sightings: readonly Sighting[], now: Date) => Promise<readonly Sighting[]>;
	readonly quarantine: (entries: readonly Quarantined[], now: Date) => Promise<void>;
	readonly record: (sightings: readonly Sighting[], now: Date) => Promise<readonly Recorded[]>;
	/** Best effort: what it cannot deliver stays owed. */
	readonly deliver: (recorded: readonly Recorded[]) => Promise<Delivered>;
	readonly clock: () => Date;
	/** How long a batch may record, in ms; absent: as long as it takes. The rest is delivered again. */
	readonly budgetMs?: number;
	/** Called when all is read, before the first call that leaves the process, if there is to be one. */
	readonly inspected?: (() => Promise<void>) | undefined;
	/** What earlier tries of the same batch have recorded. */
	readonly progress?: Progress;
}

/** The full result of a batch. Counts are in records unless stated otherwise. */
export interface Outcome extends Inspected {
	readonly recorded: readonly Recorded[];
	readonly delivered: Delivered;
	/** Why what the batch says about devices without a sighting was not kept; it says the same again within the hour. */
	readonly learnFailed: string | undefined;
}

/**
 * Runs one batch through all six steps. Rejects only if something could not be recorded, after recording the rest. The
 * caller must then not acknowledge the batch; the next try skips work already done. Unreadable input is quarantined
 * before anything is recorded, so it is never dropped silently. Device context is learned first only if judging needs
 * it; the rest must neither delay a message nor fail what is recorded. A batch without a match makes no call outside
 * the process.
 */
export async function runPipeline(messages: readonly Message[], parts: Parts): Promise<Outcome> {
	const inspected = inspect(messages, parts);
	if (inspected.sightings.length + inspected.devices.length + inspected.quarantined.length > 0) await parts.inspected?.();
	await setAside(parts, inspected.quarantined);
	const seen = new Set(inspected.sightings.map(({ device }) => deviceKey(device)));
	const isSeen = ({ tenantId, columns: { DeviceId: id } }: DeviceRow) => typeof id === "string" && seen.has(deviceKey({ tenantId, id }));
	const needed = inspected.devices.filter(isSeen);
	if (needed.length > 0) await parts.learn?.(needed);
	const { sightings, recorded, quarantined } = await recordDevices(inspected, parts);
	await setAside(parts, quarantined);
	const told = recorded.filter((one) => one.kinds.length > 0);
	const delivered = told.length > 0 ? await parts.deliver(told) : nothingDelivered;
	const rest = inspected.devices.filter((row) => !isSeen(row));
	const learnFailed = rest.length > 0 ? await failureOf(parts.learn?.(rest)) : undefined;
	return { ...inspected, quarantined: [...inspected.quarantined, ...quarantined], sightings, recorded, delivered, learnFailed };
}

async function setAside({ quarantine, clock }: Parts, entries: readonly Quarantined[]): Promise<void> {
	if (entries.length > 0) await quarantine(entries, clock());
}

const devicesAtOnce = 16;

/** One device after another: a device that cannot be recorded does not affect the others. */
async function recordDevices(
	{ sightings, origins }: Inspected,
	parts: Parts,
): Promise<Pick<Outcome, "sightings" | "recorded" | "quarantined">> {
	const ends = parts.clock().getTime() + (parts.budgetMs ?? Number.POSITIVE_INFINITY);
	const groups = [...Map.groupBy(sightings, ({ device }) => deviceKey(device)).values()];
	const todo = groups.filter((group) => !group.every((one) => parts.progress?.isDone(one)));
	const judged = new Map<Sighting, Sighting>();
	const quarantined: Quarantined[] = [];
	const failures: unknown[] = [];
	let late = 0;
	const recorded = await inParallel(todo, devicesAtOnce, async (group): Promise<readonly Recorded[]> => {
		if (parts.clock().getTime() >= ends) {
			late += 1;
			return [];
		}
		try {
			const known = await parts.judge(group, parts.clock());
			for (const [index, one] of group.entries()) judged.set(one, known[index] ?? one);
			const done = await parts.record(known, parts.clock());
			parts.progress?.done(group);
			return done;
		} catch (error) {
			if (isFault(error)) quarantined.push(...unexpected(group, origins, error));
			else failures.push(error);
			return [];
		}
	});
	if (failures.length + late > 0) throw unfinished(failures, late, todo.length);
	const all = recorded.flat();
	for (const { key, setAside: why } of all) {
		if (why === "refused-by-table") quarantined.push(findingEntry(key, why));
		if (why === "row-newer") quarantined.push(...placesOf(sightings.filter(isOf(key)), origins, { reason: why }));
	}
	// They are recorded, so they count as that: the entries only say that something was lost.
	const damaged = all.filter((one) => one.damaged).map(({ key }) => findingEntry(key, "row-damaged"));
	await setAside(parts, damaged);
	return { sightings: sightings.map((one) => judged.get(one) ?? one), recorded: all, quarantined };
}

function unfinished(failures: readonly unknown[], late: number, total: number): Error {
	const [first] = failures;
	if (first === undefined) return new Error(`${late} of ${total} devices could not be recorded in time; the next try goes on with them`);
	return new Error(`${failures.length + late} of ${total} devices could not be recorded: ${redactError(first)}`);
}

/** A fault of ours about these sightings costs them, and is noted where they stand. */
function unexpected(group: readonly Sighting[], origins: Inspected["origins"], error: unknown): readonly Quarantined[] {
	return placesOf(group, origins, { reason: "unexpected", error: faultName(error) });
}

function isOf(key: string): (sighting: Sighting) => boolean {
	return ({ device, family }) => findingKey(device, family) === key;
}

/** Where the records of these sightings stand, so that they can be read again. */
function placesOf(group: readonly Sighting[], origins: Inspected["origins"], why: Omit<Setback, "record">): readonly Quarantined[] {
	const places = group.flatMap((one) => origins.get(one) ?? []);
	return [...Map.groupBy(places, ({ message }) => message)].flatMap(([message, those]) =>
		entriesOf(
			message,
			those.map(({ record }) => ({ record, ...why })),
		),
	);
}

async function failureOf(work: Promise<void> | undefined): Promise<string | undefined> {
	try {
		await work;
		return undefined;
	} catch (error) {
		return redactError(error);
	}
}

/** Named by its finding; its records stand in the hub for as long as that keeps them. */
function findingEntry(key: string, reason: "refused-by-table" | "row-damaged"): Quarantined {
	return {
		at: { source: `finding ${findingId({ key })}`, message: -1 },
		record: undefined,
		reason,
		size: 0,
		sha256: "",
	};
}
