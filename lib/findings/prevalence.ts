import { createHash } from "node:crypto";
import * as z from "zod";
import type { Prevalence, Sighting, Spread } from "../cloudflared/sighting.ts";
import { columns, dateColumn } from "./columns.ts";
import { findingKey } from "./finding.ts";
import { createGrowth, type Growth } from "./growth.ts";
import type { NewRow, Table } from "./table.ts";

/** Counts on how many devices of a tenant an account, a tunnel and a binary were seen. */
export interface PrevalenceCounter {
	/** Notes the sighting's own device too, so the answer is at least one. */
	count(sighting: Sighting): Promise<Prevalence>;
}

const mostDevices = 100;
const cacheMs = 3_600_000;
const mostCached = 5_000;

/**
 * One row for each fact and device, written once: it says since when. Counting the same sighting again changes nothing,
 * so a batch that comes again gets the same answer. What a device showed within the last hour is answered from memory.
 */
export function createPrevalenceCounter({ table, clock }: { readonly table: Table; readonly clock: () => Date }): PrevalenceCounter {
	const growth = createGrowth({ table, clock });
	const cache = new Map<string, { readonly until: number; readonly spread: Promise<Spread> }>();
	const spreadOf = (kind: string, value: string, sighting: Sighting): Promise<Spread> => {
		const partitionKey = `p${hash([sighting.device.tenantId, kind, value])}`;
		const device = findingKey(sighting.device);
		const rowKey = `d|${device}`;
		const cached = cache.get(partitionKey + rowKey);
		const now = clock().getTime();
		if (cached !== undefined && cached.until > now) return cached.spread;
		const spread = note(table, growth, device, { partitionKey, rowKey }, sighting.at);
		cache.set(partitionKey + rowKey, { until: now + cacheMs, spread });
		// A failure is not an answer to remember.
		spread.catch(() => cache.delete(partitionKey + rowKey));
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

async function note(
	table: Table,
	growth: Growth,
	device: string,
	key: { readonly partitionKey: string; readonly rowKey: string },
	at: Date,
): Promise<Spread> {
	await growth.add(device, () => create(table, { ...key, values: columns({ v: 1, since: at }) }));
	const { rows } = await table.page({ partitionKey: key.partitionKey, from: "d|", to: "d}" }, { size: mostDevices });
	const moments = rows
		.map((found) => z.object({ since: dateColumn }).safeParse(found.values))
		.flatMap(({ data }) => data?.since.getTime() ?? []);
	return { devices: Math.max(1, rows.length), since: new Date(Math.min(at.getTime(), ...moments)) };
}

/** Was it not there before? */
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
