import { foldId } from "../defender/device-identity.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { type ChangeDeps, changeRow } from "../store/change-row.ts";
import { troubleWords } from "../store/trouble.ts";
import {
	type Drill,
	type DrillRun,
	type DrillSchedule,
	drillAddress,
	drillProblems,
	drillValues,
	nextDrill,
	readDrillRow,
	toSend,
	withRun,
} from "../watch/drill.ts";
import type { Problem } from "../watch/problems.ts";
import { within } from "./deadline.ts";
import type { HubSender } from "./hub-sender.ts";
import { inventedDeviceId, isInvented, syntheticRecord } from "./synthetic.ts";

export interface WeeklyDrillDeps extends ChangeDeps {
	readonly clock: () => Date;
	/** `undefined`: none is wanted. */
	readonly schedule: DrillSchedule | undefined;
	readonly senders: readonly HubSender[];
	/** The tenant whose records are accepted. */
	readonly tenantId: string;
}

export interface WeeklyDrill {
	/** Sends what is due and says what did not arrive. Rejects if the table does not answer. */
	run(now: Date): Promise<readonly Problem[]>;
	/** Are these sightings of a drill? Then it has arrived, and is not told to anybody. Asks the table only about invented devices. */
	takes(sightings: readonly Sighting[]): Promise<boolean>;
	/** Did this process send one a moment ago? Then an arrival in the hub says nothing about the export. */
	sentLately(now: Date): boolean;
}

/** Its name, should a person ever see it. */
export const drillDevice = "tunnelwatch-weekly-drill";

const sendMs = 8_000;
const latelyMs = 3 * 60_000;

interface Claimed {
	readonly drill: Drill | undefined;
	/** What this timer has to send. */
	readonly due: readonly DrillRun[];
}

/** A drill that nobody has to start: one marked sighting a week through each hub, kept in one row that survives restarts. */
export function createWeeklyDrill(deps: WeeklyDrillDeps): WeeklyDrill {
	const { table, schedule, senders, clock } = deps;
	let sentAt = Number.NEGATIVE_INFINITY;

	/** The runs that are due, marked as tried in the same write: of several timers at once, only one sends. */
	const claim = async (wanted: DrillSchedule, now: Date): Promise<Claimed> => {
		const hubs = senders.map(({ hub }) => hub);
		const changed = await changeRow<Claimed>(deps, drillAddress, (row) => {
			const known = readDrillRow(row);
			const drill = nextDrill(known, wanted, hubs, () => inventedDeviceId(deps.newId()), now) ?? known;
			if (drill === undefined) return { keep: { drill, due: [] } };
			// A hub that is no longer read has nothing to prove.
			const due = toSend(drill, now).filter(({ hub }) => hubs.includes(hub));
			if (due.length === 0) return { keep: { drill, due } };
			const tried = due.reduce((next, { deviceId }) => withRun(next, deviceId, { triedAt: now }), drill);
			return { values: drillValues(tried), result: { drill: tried, due } };
		});
		return changed.outcome === "kept" || changed.outcome === "written" ? changed.result : { drill: undefined, due: [] };
	};

	const note = async (deviceId: string, taken: Date | undefined, failure: string | undefined): Promise<void> => {
		await changeRow(deps, drillAddress, (row) => {
			const known = readDrillRow(row);
			const before = known?.runs.find((run) => run.deviceId === deviceId);
			if (known === undefined || before === undefined) return { keep: undefined };
			return { values: drillValues(withRun(known, deviceId, { sentAt: before.sentAt ?? taken, failure })), result: undefined };
		});
	};

	const send = async (drill: Drill, { hub, deviceId }: DrillRun, now: Date): Promise<void> => {
		const sender = senders.find((one) => one.hub === hub);
		if (sender === undefined) return;
		const words = `THIS IS A DRILL of tunnelwatch, ${drill.dueAt.toISOString()}: nobody is attacking`;
		const record = syntheticRecord({ tenantId: deps.tenantId, deviceId, deviceName: drillDevice, words, at: now });
		sentAt = now.getTime();
		let failure: string | undefined;
		try {
			await within(sendMs, "sending the drill", sender.send({ records: [record] }));
		} catch (error) {
			failure = troubleWords(error, "The hub");
		}
		await note(deviceId, failure === undefined ? clock() : undefined, failure);
	};

	return {
		async run(now) {
			if (schedule === undefined || senders.length === 0) return [];
			const { drill, due } = await claim(schedule, now);
			if (drill === undefined) return [];
			await Promise.all(due.map((run) => send(drill, run, now)));
			const after = due.length === 0 ? drill : (readDrillRow(await table.get(drillAddress)) ?? drill);
			return drillProblems({ ...after, runs: after.runs.filter(({ hub }) => senders.some((one) => one.hub === hub)) }, now);
		},
		async takes(sightings) {
			const [first] = sightings;
			if (first === undefined || !isInvented(first.device.id)) return false;
			const id = foldId(first.device.id);
			const changed = await changeRow<boolean>(deps, drillAddress, (row) => {
				const drill = readDrillRow(row);
				const run = drill?.runs.find(({ deviceId }) => deviceId === id);
				if (drill === undefined || run === undefined) return { keep: false };
				if (run.arrivedAt !== undefined) return { keep: true };
				return { values: drillValues(withRun(drill, id, { arrivedAt: clock() })), result: true };
			});
			if (changed.outcome !== "kept" && changed.outcome !== "written") throw new Error("the arrival of a drill could not be noted");
			return changed.result;
		},
		sentLately: (now) => now.getTime() - sentAt < latelyMs,
	};
}
