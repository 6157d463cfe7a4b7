import type { Approval } from "../cloudflared/approvals.ts";
import { judge } from "../cloudflared/judge.ts";
import { type Remembered, rememberable } from "../cloudflared/remembered.ts";
import type { Prevalence, Sighting } from "../cloudflared/sighting.ts";
import type { DeviceContext } from "../defender/device.ts";
import { type Finding, findingKey } from "./finding.ts";
import { findingAddress, readFinding } from "./finding-row.ts";
import type { Table } from "./table.ts";

/** Where the background of a sighting comes from. */
export interface MemoryDeps {
	readonly approvals: () => readonly Approval[];
	readonly finding: (key: string) => Promise<Finding | undefined>;
	readonly device: (tenantId: string, deviceId: string) => Promise<DeviceContext | undefined>;
	readonly prevalence: (sighting: Sighting) => Promise<Prevalence>;
}

/**
 * Judges sightings with all that is known: approvals, what the device showed before (also earlier in this very batch),
 * what Defender says of the device, and how common the tunnel is in the tenant. Reads only, but for the counting.
 */
export function createMemory(deps: MemoryDeps): (sightings: readonly Sighting[], now: Date) => Promise<readonly Sighting[]> {
	return async (sightings, now) => {
		const judged = new Map<Sighting, Sighting>();
		for (const [key, group] of Map.groupBy(sightings, ({ device }) => findingKey(device))) {
			const shown = [...((await deps.finding(key))?.tunnels ?? [])];
			for (const sighting of group.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
				const prevalence = await deps.prevalence(sighting);
				const knowledge = {
					approvals: deps.approvals(),
					remembered: latest(shown, sighting.at),
					device: await deps.device(sighting.device.tenantId, sighting.device.id),
					firstInTenant: prevalence.account === undefined ? undefined : prevalence.account.devices === 1,
					now,
				};
				judged.set(sighting, { ...judge(sighting, knowledge), prevalence });
				const worth = rememberable(sighting);
				if (worth !== undefined) shown.push(worth);
			}
		}
		return sightings.map((sighting) => judged.get(sighting) ?? sighting);
	};
}

/** The newest of what was shown up to then: a record that comes late is judged by its own time. */
function latest(shown: readonly Remembered[], until: Date): Remembered | undefined {
	return shown
		.filter(({ at }) => at <= until)
		.reduce<Remembered | undefined>((newest, one) => (newest === undefined || one.at >= newest.at ? one : newest), undefined);
}

export function findingReader(table: Table): MemoryDeps["finding"] {
	return async (key) => {
		const row = await table.get(findingAddress(key));
		return row === undefined ? undefined : readFinding(row).finding;
	};
}
