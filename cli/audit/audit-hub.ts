import type { Table } from "../../lib/store/table.ts";
import { auditPartition, type PartitionAudit } from "../../lib/watch/audit.ts";
import { readContinuityLog } from "../../lib/watch/continuity-log.ts";
import { coverageAddress, readCoverage } from "../../lib/watch/coverage.ts";
import type { PartitionFacts } from "../../lib/watch/stream-look.ts";
import type { HubConnection } from "../hub/connection.ts";

export interface HubAudit {
	readonly hub: string;
	readonly partitions: readonly PartitionAudit[];
}

/** Readers note what they recorded this often; what is missing must be missing for longer. */
const noteMs = 20_000;

/** Checks the hub and the table directly and trusts no counter. Checks twice if something seems to be missing. */
export async function auditHub(connection: HubConnection, table: Table, sleep: (ms: number) => Promise<void>): Promise<HubAudit> {
	const { hub } = connection.address;
	const client = connection.consumer("$Default");
	try {
		const ids = await client.getPartitionIds();
		const facts = await Promise.all(
			ids.map(async (id): Promise<PartitionFacts> => {
				const { beginningSequenceNumber, lastEnqueuedSequenceNumber } = await client.getPartitionProperties(id);
				return { id, begin: Math.max(0, beginningSequenceNumber), last: lastEnqueuedSequenceNumber };
			}),
		);
		const first = await compare(hub, facts, table);
		if (first.every(({ missingCount }) => missingCount === 0)) return { hub, partitions: first };
		await sleep(noteMs);
		return { hub, partitions: await compare(hub, facts, table) };
	} finally {
		await client.close();
	}
}

async function compare(hub: string, facts: readonly PartitionFacts[], table: Table): Promise<readonly PartitionAudit[]> {
	const log = await readContinuityLog(table, hub);
	return Promise.all(
		facts.map(async (partition) => {
			const row = await table.get(coverageAddress(`${hub}/${partition.id}`));
			return auditPartition(partition, row === undefined ? undefined : readCoverage(row), log);
		}),
	);
}
