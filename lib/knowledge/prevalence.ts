import { createHash } from "node:crypto";
import * as z from "zod";
import { foldId } from "../defender/device-identity.ts";
import type { Prevalence, Sighting, Spread } from "../sighting/sighting.ts";
import { columns, dateColumn } from "../store/columns.ts";
import { ageMs, renewAfterMs } from "../store/last-used.ts";
import type { NewRow, Row, Table } from "../store/table.ts";
import { deviceRowKey } from "./device-row-key.ts";
import { createGrowth, type Growth } from "./row-quota.ts";

/** Counts on how many devices of a tenant an account, a tunnel and a binary were seen. */
export interface PrevalenceCounter {
	/** Counts the sighting's own device too, so the result is at least one. */
	count(sighting: Sighting): Promise<Prevalence>;
}

/** All facts share 16 partitions, so that unused ones can be found and removed. */
export const prevalencePartitions: readonly string[] = [..."0123456789abcdef"].map((digit) => `p${digit}`);

const mostDevices = 100;
const cacheMs = 3_600_000;
const mostCached = 5_000;

const schema = z.object({ since: dateColumn });

/**
 * One row for each fact and device, which says since when, and is only stamped again once a month. Counting the same sighting again changes nothing,
 * so a batch that comes again gets the same answer. What a device showed within the last hour is answered from memory.
 */
export function createPrevalenceCounter({ table, clock }: { readonly table: Table; readonly clock: () => Date }): PrevalenceCounter {
	const growth = createGrowth({ table, clock });
	const cache = new Map<string, { readonly until: number; readonly spread: Promise<Spread> }>();
	const spreadOf = (kind: string, value: string, sighting: Sighting): Promise<Spread> => {
		const fact = hash([foldId(sighting.device.tenantId), kind, value]);
		const device = deviceRowKey(sighting.device);
		const id = `${fact}|${device}`;
		const cached = cache.get(id);
		const now = clock();
		if (cached !== undefined && cached.until > now.getTime()) return cached.spread;
		const spread = note({ table, growth, now }, fact, device, sighting.at);
		cache.set(id, { until: now.getTime() + cacheMs, spread });
		// Do not cache failures.
		spread.catch(() => cache.delete(id));
		for (const oldest of cache.keys()) {
			if (cache.size <= mostCached) break;
			cache.delete(oldest);
		}
		return spread;
	};
	return {
		async count(sighting) {
			const { tunnel, program } = sighting;
			const [account, tunnelId, binary] = await Promise.all(
				[["account", tunnel?.account ?? ""] as const, ["tunnel", tunnel?.tunnelId ?? ""] as const, ["binary", program.sha256] as const].map(
					([kind, value]) => (value === "" ? undefined : spreadOf(kind, value, sighting)),
				),
			);
			return {
				...(account === undefined ? {} : { account }),
				...(tunnelId === undefined ? {} : { tunnel: tunnelId }),
				...(binary === undefined ? {} : { binary }),
			};
		},
	};
}

interface NoteDeps {
	readonly table: Table;
	readonly growth: Growth;
	readonly now: Date;
}

async function note({ table, growth, now }: NoteDeps, fact: string, device: string, at: Date): Promise<Spread> {
	const key = { partitionKey: `p${fact.slice(0, 1)}`, rowKey: `d|${fact}|${device}` };
	await growth.add(device, () => create(table, { ...key, values: columns({ v: 1, since: at, touchedAt: now }) }));
	const { rows } = await table.page({ partitionKey: key.partitionKey, from: `d|${fact}|`, to: `d|${fact}}` }, { size: mostDevices });
	await renew(
		table,
		rows.find((row) => row.rowKey === key.rowKey),
		now,
	);
	const moments = rows.map((found) => schema.safeParse(found.values)).flatMap(({ data }) => data?.since.getTime() ?? []);
	return { devices: Math.max(1, rows.length), since: new Date(Math.min(at.getTime(), ...moments)) };
}

/** A concurrent writer has set the same stamp. Beyond a hundred devices, one row more or less does not matter. */
async function renew(table: Table, own: Row | undefined, now: Date): Promise<void> {
	if (own === undefined || ageMs(own, now) < renewAfterMs) return;
	await table.replace({ ...own, values: { ...own.values, ...columns({ touchedAt: now }) } }, own.etag);
}

/** Returns whether the row is new. */
async function create(table: Table, row: NewRow): Promise<boolean> {
	let written = await table.create(row);
	if (written.outcome === "tableMissing") {
		await table.ensure();
		written = await table.create(row);
	}
	return written.outcome === "written";
}

function hash(parts: readonly string[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
}
