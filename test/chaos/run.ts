import { setTimeout as sleep } from "node:timers/promises";
import { TableClient } from "@azure/data-tables";
import { findingAddress, readFinding } from "../../lib/findings/finding-row.ts";
import { owedAddress, owedValues } from "../../lib/outbox/owed-row.ts";
import { wake } from "../../lib/outbox/retry-now.ts";
import type { Table } from "../../lib/store/table.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { createRandom } from "../bench/random.ts";
import { changeDeps } from "../store/change-deps.ts";
import { createFaultyProxy, type FaultyProxy } from "./faulty-proxy.ts";
import { startFaultySink } from "./faulty-sink.ts";
import { openHub } from "./hub.ts";
import { destination, judge, readOwedRows, type Verdict } from "./invariants.ts";
import { createKiller } from "./killer.ts";
import { patiently, patientTable } from "./patiently.ts";
import { createStaff, type Staff } from "./staff.ts";
import { canaries, type StoryRecord, tellStory } from "./story.ts";

export interface ChaosOptions {
	readonly seed: number;
	readonly kills: number;
	readonly devices: number;
	/** The built functions. */
	readonly bundle: string;
	/** `run out`: leases of the dead are waited for, 90 s. `ended`: at the end they are ended by hand, as time would. */
	readonly leases: "run out" | "ended";
	/** The processes acknowledge before they record: the checks must notice. */
	readonly hasty?: boolean;
	/** Records that kill the process that reads them, beside good ones; nothing else goes wrong then. */
	readonly killers?: number;
	readonly progress?: (line: string) => void;
}

export interface ChaosResult extends Verdict {
	readonly kills: number;
	readonly batches: number;
	readonly redeliveries: number;
	readonly rejections: number;
	readonly devices: number;
	readonly records: number;
	readonly poison: number;
	readonly killers: number;
	/** Processes that ended, by whatever. */
	readonly deaths: number;
	readonly posts: number;
	readonly accepted: number;
	readonly tableRequests: number;
	readonly tableFaults: number;
	readonly seconds: number;
}

const tableName = "chaos";
const tick = { data: { json: '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}' } };

/** Real processes on real connections, with everything going wrong around them; then peace, and what came of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
	const startedAt = new Date();
	const seedOf = (part: number) => createRandom(options.seed * 16 + part);
	const story = tellStory(options.devices, seedOf(0), options.killers);
	const azurite = await startAzurite();
	const table = patientTable(createTableStore({ connectionString: azurite.connectionString(), tableName }));
	await table.ensure();
	const killer = createKiller(
		() => staff,
		seedOf(1),
		() => proxy.requests(),
	);
	const proxy: FaultyProxy = createFaultyProxy(azurite.url, seedOf(3), (workerId) => killer.acted(workerId, "wrote"));
	const sink = await startFaultySink(seedOf(2), (workerId) => {
		killer.acted(workerId, "posted");
		proxy.posted();
	});
	const staff: Staff = await createStaff({
		size: 2,
		bundle: options.bundle,
		manner: options.hasty === true ? "hasty" : options.killers === undefined ? "usual" : "mortal",
		async welcome(workerId) {
			const { url, close } = await proxy.open(workerId);
			const env = {
				TABLE_ENDPOINT: `${url}/devstoreaccount1`,
				TABLE_NAME: tableName,
				WEBHOOK_URL: sink.url(workerId),
				WEBHOOK_SECRET: `whsec_${Buffer.from(canaries.webhookKey).toString("base64")}`,
			};
			return { env, farewell: close };
		},
	});
	const hasty: string[] = [];
	const hub = openHub({
		messages: story.messages,
		staff,
		random: seedOf(4),
		acknowledged: async (records) => {
			hasty.push(...(await unrecorded(table, records)));
		},
	});
	const timer = startTimer(staff, table, seedOf(5));
	if (options.killers !== undefined) {
		sink.heal();
		proxy.heal();
	}
	try {
		const watch = setInterval(() => {
			const share = Math.min(1, (killer.kills() + 1) / (options.kills + 1));
			hub.arrive(Math.ceil(share * story.messages.length));
		}, 200);
		const report = setInterval(() => {
			const { batches, done } = hub.counts();
			options.progress?.(
				`${killer.kills()} of ${options.kills} kills · ${done} of ${batches} batches done · ${sink.receipts.length} messages taken`,
			);
		}, 10_000);
		await killer.run(options.kills);
		clearInterval(watch);
		hub.arrive(story.messages.length);
		sink.heal();
		proxy.heal();
		await hub.finished;
		while (staff.open() > 0) await sleep(20);
		if (options.leases === "ended") await endLeases(table);
		options.progress?.("no more faults; waiting until nothing is owed");
		// A batch that was acknowledged too early is the verdict already, and what was owed about it may never come.
		if (hasty.length === 0) await untilNothingIsOwed(table, 130_000);
		clearInterval(report);
		timer.stop();
		while (staff.open() > 0) await sleep(20);

		const verdict = await judge({
			story,
			table,
			rows: await patiently(() => readEverything(azurite)),
			receipts: sink.receipts,
			marks: proxy.marks,
			troubles: proxy.troubles,
			calls: proxy.calls,
			killedAt: staff.killedAt,
			said: [...staff.output, ...hub.rejections],
			startedAt,
		});
		const { batches, redeliveries } = hub.counts();
		return {
			...verdict,
			violations: [...new Set(hasty), ...staff.accidents, ...verdict.violations],
			kills: killer.kills(),
			batches,
			redeliveries,
			rejections: hub.rejections.length,
			devices: options.devices,
			records: [...story.expected.values()].reduce((sum, { records }) => sum + records.size, 0),
			poison: story.poison,
			killers: story.killers,
			deaths: staff.killedAt.size,
			posts: sink.requests(),
			accepted: sink.receipts.length,
			tableRequests: proxy.requests(),
			tableFaults: proxy.faults(),
			seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
		};
	} finally {
		timer.stop();
		staff.close();
		sink.close();
		await azurite.close();
	}
}

/** I9: what is acknowledged is in the table, at that very moment. */
async function unrecorded(table: Table, records: readonly StoryRecord[]): Promise<readonly string[]> {
	const missing: string[] = [];
	for (const [key, own] of Map.groupBy(records, (record) => record.key)) {
		const row = await table.get(findingAddress(key));
		const seen = new Set(row === undefined ? [] : readFinding(row).finding?.seen);
		if (!own.every(({ id }) => seen.has(id))) missing.push(`I9 a batch was acknowledged though ${key} was not recorded`);
	}
	return missing;
}

/** The timer function, more often than each minute and in one process at a time; now and then a person asks for another try. */
function startTimer(staff: Staff, table: Table, random: ReturnType<typeof createRandom>): { stop(): void } {
	let busy = false;
	const minute = setInterval(async () => {
		const ready = staff.ready();
		if (busy || ready.length === 0) return;
		busy = true;
		await random.pick(ready).call("deliver", tick);
		busy = false;
	}, 1_000);
	const person = setInterval(() => void wake(changeDeps(table), [destination], new Date()), 4_000);
	return {
		stop() {
			clearInterval(minute);
			clearInterval(person);
		},
	};
}

/** Only while nobody is at work: then every lease is that of a dead process. */
async function endLeases(table: Table): Promise<void> {
	for (const { key, destination: name, owed, etag } of await readOwedRows(table)) {
		if (owed?.state !== "leased") continue;
		await table.replace({ ...owedAddress(key, name), values: owedValues({ ...owed, leaseUntil: new Date(0) }) }, etag);
	}
}

/** Ends in any case: what is still owed then is for the verdict. */
async function untilNothingIsOwed(table: Table, patienceMs: number): Promise<void> {
	const until = performance.now() + patienceMs;
	while (performance.now() < until) {
		const rows = await readOwedRows(table);
		if (rows.every(({ owed }) => owed?.state === "done")) return;
		await sleep(500);
	}
}

async function readEverything(azurite: Azurite): Promise<readonly string[]> {
	const client = TableClient.fromConnectionString(azurite.connectionString(), tableName, { allowInsecureConnection: true });
	const rows: string[] = [];
	for await (const row of client.listEntities()) rows.push(JSON.stringify(row));
	return rows;
}
