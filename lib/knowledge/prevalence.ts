import { hash } from "node:crypto";
import * as z from "zod";
import { foldId } from "../defender/device-identity.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Prevalence, Sighting, Spread } from "../sighting/sighting.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { columns, dateColumn, jsonColumn, redactedColumn } from "../store/columns.ts";
import { createTurns } from "../store/keyed-lock.ts";
import { renewAfterMs } from "../store/last-used.ts";
import type { Key, Row } from "../store/table.ts";
import { deviceRowKey } from "./device-row-key.ts";
import { createRowQuota } from "./row-quota.ts";

/** Counts on how many devices of a tenant an account, a tunnel and a binary were seen: up to a hundred, which is many. */
export interface PrevalenceCounter {
	/** The sighting's own device included, so each answer is at least one. Reads one row for each fact, at most once an hour. */
	look(sighting: Sighting): Promise<Prevalence>;
	/** Remembers that these devices show what they show; nothing is written once that is known, or the fact is common. */
	note(sightings: readonly Sighting[]): Promise<void>;
}

export interface PrevalenceDeps extends ChangeDeps {
	readonly clock: () => Date;
}

/** All facts share 16 partitions, so that unused ones can be found and removed. */
export const prevalencePartitions: readonly string[] = [..."0123456789abcdef"].map((digit) => `p${digit}`);

const mostDevices = 100;
const cacheMs = 3_600_000;
const mostCached = 5_000;
/** Of a device's key: enough to tell a hundred apart. */
const shortKey = 12;

/** Kept by name: one of them may be the device that is asked about. */
const mostNamed = 4;
const longestName = 64;

interface NamedDevice {
	readonly key: string;
	readonly name: Redacted;
}

/** What is known of one account, tunnel or binary. */
interface Fact {
	readonly devices: readonly string[];
	/** The first of them that have a name; of accounts alone. */
	readonly named: readonly NamedDevice[];
	readonly since: Date | undefined;
	readonly touchedAt: Date;
	/** As it was read; `undefined` when it has changed since, or is not there. */
	readonly row: Row | undefined;
	readonly exists: boolean;
}

/**
 * One row for each fact, with the devices that show it. Counting the same sighting again changes nothing, so a batch that
 * comes again gets the same answer.
 */
export function createPrevalenceCounter(deps: PrevalenceDeps): PrevalenceCounter {
	const { table, clock } = deps;
	const quota = createRowQuota(clock);
	const oneAtATime = createTurns();
	const cache = new Map<string, { readonly until: number; readonly fact: Promise<Fact> }>();
	const remember = (id: string, fact: Promise<Fact>): Promise<Fact> => {
		cache.set(id, { until: clock().getTime() + cacheMs, fact });
		// Do not cache failures.
		fact.catch(() => cache.delete(id));
		for (const oldest of cache.keys()) {
			if (cache.size <= mostCached) break;
			cache.delete(oldest);
		}
		return fact;
	};
	const known = (id: string): Promise<Fact> => {
		const cached = cache.get(id);
		return cached !== undefined && cached.until > clock().getTime() ? cached.fact : remember(id, load(deps, id));
	};
	const noteFact = (kind: keyof Prevalence, id: string, { device, at }: Sighting): Promise<void> =>
		oneAtATime(id, async () => {
			const fact = await known(id);
			const key = deviceRowKey(device);
			const isFresh = clock().getTime() - fact.touchedAt.getTime() < renewAfterMs;
			const named = kind === "account" ? [{ key: short(key), name: device.name.slice(0, longestName) as Redacted }] : [];
			const isKnown = fact.devices.includes(short(key)) && withNames(fact.named, named).length === fact.named.length;
			if (isFresh && (isKnown || fact.devices.length >= mostDevices)) return;
			if (!fact.exists && !quota.take(key)) return;
			let tries = 0;
			const read = async () => (tries++ === 0 && (fact.row !== undefined || !fact.exists) ? fact.row : table.get(addressOf(id)));
			const change = (row: Row | undefined) => {
				const known = merge(readFact(row, []), fact);
				const next = { ...withDevice(known, short(key), at, clock()), named: withNames(known.named, named) };
				const names = next.named.length === 0 ? undefined : JSON.stringify(next.named);
				const values = columns({ v: 2, since: next.since, touchedAt: next.touchedAt, devices: next.devices.join(" "), names });
				return { values, result: next };
			};
			const changed = await changeRow(deps, addressOf(id), change, read);
			// Where others changed it all the time it is common, or is shown again.
			if (changed.outcome === "written") void remember(id, Promise.resolve(changed.result));
			else cache.delete(id);
		});
	return {
		async look(sighting) {
			const spreads = await Promise.all(factsOf(sighting).map(async ([kind, id]) => [kind, spreadOf(await known(id), sighting)] as const));
			// The kinds are those of a prevalence.
			return Object.fromEntries(spreads) as Prevalence;
		},
		async note(sightings) {
			await Promise.all(sightings.flatMap((sighting) => factsOf(sighting).map(([kind, id]) => noteFact(kind, id, sighting))));
		},
	};
}

function factsOf({ device, tunnel, program }: Sighting): readonly (readonly [keyof Prevalence, string])[] {
	const tenant = foldId(device.tenantId);
	const values = { account: tunnel?.account ?? "", tunnel: tunnel?.tunnelId ?? "", binary: program.sha256 };
	const kinds = ["account", "tunnel", "binary"] as const;
	return kinds.filter((kind) => values[kind] !== "").map((kind) => [kind, factHash([tenant, kind, values[kind]])] as const);
}

function spreadOf({ devices, named, since }: Fact, { device, at }: Sighting): Spread {
	const own = short(deviceRowKey(device));
	const count = devices.includes(own) ? devices.length : devices.length + 1;
	const others = named.filter(({ key }) => key !== own).slice(0, mostNamed - 1);
	return {
		devices: Math.min(count, mostDevices),
		since: since !== undefined && since < at ? since : at,
		...(others.length === 0 ? {} : { others: others.map(({ name }) => name) }),
	};
}

/** The first ones stay: where it began is what a responder looks for. */
function withNames(known: readonly NamedDevice[], more: readonly NamedDevice[]): readonly NamedDevice[] {
	const all = new Map<string, NamedDevice>();
	for (const one of [...known, ...more]) if (one.name !== "" && !all.has(one.key)) all.set(one.key, one);
	return [...all.values()].slice(0, mostNamed);
}

function withDevice({ devices, since }: Fact, device: string, at: Date, now: Date): Fact {
	const all = devices.includes(device) ? devices : [...devices, device].slice(0, mostDevices);
	const first = since !== undefined && since < at ? since : at;
	return { devices: all, named: [], since: first, touchedAt: now, row: undefined, exists: true };
}

function merge(stored: Fact, known: Fact): Fact {
	const { since } = known;
	const devices = [...new Set([...stored.devices, ...known.devices])].slice(0, mostDevices);
	const named = withNames(stored.named, known.named);
	return {
		...stored,
		devices,
		named,
		since: stored.since !== undefined && (since === undefined || stored.since < since) ? stored.since : since,
	};
}

/** Of a fact by its hash. */
export function partitionOfFact(id: string): string {
	return `p${id.slice(0, 1)}`;
}

function addressOf(id: string): Key {
	return { partitionKey: partitionOfFact(id), rowKey: `d|${id}` };
}

/** The version before kept a row for each device; they stand behind the fact's own and are read with it until they expire. */
async function load({ table }: PrevalenceDeps, id: string): Promise<Fact> {
	const { partitionKey, rowKey } = addressOf(id);
	const { rows } = await table.page({ partitionKey, from: rowKey, to: `${rowKey}}` }, { size: mostDevices + 1 });
	const row = rows.find((one) => one.rowKey === rowKey);
	return readFact(
		row,
		rows.filter((one) => one.rowKey !== rowKey),
	);
}

const namesColumn = jsonColumn(z.array(z.object({ key: z.string(), name: redactedColumn })).max(mostNamed));
const schema = z.object({
	since: dateColumn,
	touchedAt: dateColumn,
	devices: z.string().default(""),
	// Names only help people: without them the fact still counts.
	names: namesColumn.optional().catch(undefined),
});

/** A row that cannot be read starts again: it only counts. */
function readFact(row: Row | undefined, before: readonly Row[]): Fact {
	const rows = [...(row === undefined ? [] : [row]), ...before];
	const read = rows.flatMap((one) => {
		const { data } = schema.safeParse(one.values);
		return data === undefined ? [] : [{ ...data, own: one.rowKey.split("|")[2] }];
	});
	const devices = read.flatMap(({ devices: list, own }) => [
		...(list === "" ? [] : list.split(" ")),
		...(own === undefined ? [] : [short(own)]),
	]);
	const moments = read.map(({ since }) => since.getTime());
	return {
		devices: [...new Set(devices)].slice(0, mostDevices),
		named: read[0]?.names ?? [],
		since: moments.length === 0 ? undefined : new Date(Math.min(...moments)),
		touchedAt: read[0]?.touchedAt ?? new Date(0),
		row,
		exists: row !== undefined,
	};
}

function short(deviceKey: string): string {
	return deviceKey.slice(0, shortKey);
}

function factHash(parts: readonly string[]): string {
	return hash("sha256", JSON.stringify(parts), "hex").slice(0, 24);
}
