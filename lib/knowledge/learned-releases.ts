import { createHash } from "node:crypto";
import * as z from "zod";
import { foldId } from "../defender/device-identity.ts";
import { findFamily } from "../families/find-family.ts";
import type { Release } from "../sighting/release.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { changeRow } from "../store/change-row.ts";
import { columns, dateColumn } from "../store/columns.ts";
import { createTurns } from "../store/keyed-lock.ts";
import { renewAfterMs } from "../store/last-used.ts";
import type { Key, Row } from "../store/table.ts";
import { deviceRowKey } from "./device-row-key.ts";
import { type PrevalenceDeps, partitionOfFact } from "./prevalence.ts";
import { createRowQuota } from "./row-quota.ts";

/**
 * Published releases by SHA-1. Vendors publish only SHA-256, and most rows carry only SHA-1. A row of the tenant with
 * both, whose SHA-256 is published, shows what its SHA-1 stands for. Never matched by name or path.
 */
export interface LearnedReleases {
	/** What the program's SHA-1 stands for, where its row has no SHA-256; read at most once an hour. */
	find(sighting: Sighting): Promise<Release | undefined>;
	/** Learns from rows that carry both; nothing is written that is known. */
	note(sightings: readonly Sighting[]): Promise<void>;
}

const cacheMs = 3_600_000;
const mostCached = 2_000;

/** What the table says about one SHA-1. */
interface Known {
	/** `undefined` = nothing was learned about it. */
	readonly sha256: string | undefined;
	readonly touchedAt: Date;
}

/** One row for each learned SHA-1, and only for published files: a device cannot fill the table with hashes of its own. */
export function createLearnedReleases(deps: PrevalenceDeps): LearnedReleases {
	const { table, clock } = deps;
	const quota = createRowQuota(clock);
	const oneAtATime = createTurns();
	const cache = new Map<string, { readonly until: number; readonly known: Promise<Known> }>();
	const remember = (id: string, known: Promise<Known>): Promise<Known> => {
		cache.delete(id);
		cache.set(id, { until: clock().getTime() + cacheMs, known });
		// Do not cache failures.
		known.catch(() => cache.delete(id));
		for (const oldest of cache.keys()) {
			if (cache.size <= mostCached) break;
			cache.delete(oldest);
		}
		return known;
	};
	const known = (id: string): Promise<Known> => {
		const cached = cache.get(id);
		if (cached !== undefined && cached.until > clock().getTime()) return cached.known;
		return remember(id, table.get(addressOf(id)).then(readRow));
	};
	const learn = (id: string, sha256: string, sighting: Sighting): Promise<void> =>
		oneAtATime(id, async () => {
			const before = await known(id);
			const now = clock();
			if (before.sha256 !== undefined && now.getTime() - before.touchedAt.getTime() < renewAfterMs) return;
			if (before.sha256 === undefined && !quota.take(deviceRowKey(sighting.device))) return;
			const changed = await changeRow(deps, addressOf(id), (row) => {
				// The first row that taught it stays: a later one that says otherwise is no better.
				const next = { sha256: readRow(row).sha256 ?? sha256, touchedAt: now };
				return { values: columns({ v: 1, ...next }), result: next };
			});
			if (changed.outcome === "written") void remember(id, Promise.resolve(changed.result));
			else cache.delete(id);
		});
	return {
		async find(sighting) {
			const releases = releasesOf(sighting);
			const { sha1, sha256 } = sighting.program;
			if (releases === undefined || sha1 === "" || sha256 !== "") return undefined;
			const learned = (await known(idOf(sighting))).sha256;
			return learned === undefined ? undefined : releases.find(learned);
		},
		async note(sightings) {
			const pairs = sightings.filter(({ program }) => program.release !== undefined && program.sha1 !== "" && program.sha256 !== "");
			await Promise.all(pairs.map((one) => learn(idOf(one), one.program.sha256, one)));
		},
	};
}

function releasesOf({ family }: Sighting) {
	return findFamily(family)?.reader.releases;
}

function idOf({ device, program }: Sighting): string {
	const parts = [foldId(device.tenantId), "sha1", program.sha1];
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
}

function addressOf(id: string): Key {
	return { partitionKey: partitionOfFact(id), rowKey: `h|${id}` };
}

const schema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), touchedAt: dateColumn });

/** An unreadable row is learned again. */
function readRow(row: Row | undefined): Known {
	const read = schema.safeParse(row?.values);
	return read.success ? read.data : { sha256: undefined, touchedAt: new Date(0) };
}
