import { composeDestinations, composeDetection, composeStorage, nothing, policyOf, world } from "./app.ts";
import { type ApprovalsFile, createApprovalsFile } from "./approvals-file.ts";
import type { Settings } from "./config.ts";
import type { Message } from "./defender/message.ts";
import { eachMinute } from "./findings/deliver.ts";
import type { Destination } from "./findings/delivery.ts";
import { type Finding, findingKey } from "./findings/finding.ts";
import { partitions } from "./findings/finding-row.ts";
import { createMemory } from "./findings/memory.ts";
import { owedRange, readOwed } from "./findings/owed-row.ts";
import type { Delivered } from "./findings/pass.ts";
import { decide } from "./findings/policy.ts";
import type { Recorded } from "./findings/record.ts";
import { render } from "./findings/send.ts";
import { rowsOf, type Table } from "./findings/table.ts";
import { wake } from "./findings/wake.ts";
import { createConsole } from "./notify/console/console.ts";
import type { Terminal } from "./notify/console/terminal-card.ts";
import { createPortal } from "./notify/portal.ts";
import { inspect, type Outcome, runPipeline } from "./pipeline.ts";

export interface Screen {
	readonly write: (text: string) => void;
	readonly terminal: () => Terminal;
}

/** The pipeline on a person's machine. */
export interface LocalApp {
	readonly destinations: readonly string[];
	/** Makes due now what earlier runs could not deliver. Answers what is worth saying before the work begins. */
	begin(): Promise<readonly string[]>;
	run(messages: readonly Message[]): Promise<Outcome>;
	/** One pass over what is due: what the timer does in Azure, for a run that goes on for days. */
	deliver(): Promise<void>;
	/** Delivers what is owed, also from earlier runs, and waits a little for what is to be tried again. */
	settle(stop: AbortSignal): Promise<void>;
	/** What stays stored for the next run. */
	owed(): Promise<readonly Owing[]>;
}

export interface Owing {
	readonly destination: string;
	readonly count: number;
}

/** A first retry comes after 5 s, so a receiver that only stumbled gets its notice within the same run. */
const patienceMs = 8_000;

/** Against the table at `endpoint`; without one, nothing is recorded and nothing is sent, and cards show what would be. */
export function createLocalApp(settings: Settings, endpoint: string | undefined, screen: Screen): LocalApp {
	const detection = composeDetection(settings);
	const terminal = createConsole({ ...screen, knowledge: { rules: detection.findRule, portal: createPortal(settings.PORTAL_URL) } });
	const remote = composeDestinations(settings, detection);
	const approvals = createApprovalsFile(settings.APPROVALS_FILE);
	const destinations = [terminal, ...remote.destinations];
	const names = destinations.map((one) => one.name);
	const about = { destinations: names };
	const warnings = async () => {
		await approvals.refresh(world.clock());
		return [...remote.warnings, ...approvals.mistakes(), ...approvals.warnings()];
	};
	// Every message is parsed whole: the counts are exact, and damage is seen wherever it is.
	const parts = { ...detection, sieve: undefined, clock: world.clock };
	if (endpoint === undefined) return { ...about, ...dryRun(settings, parts, approvals, terminal), begin: warnings };

	const { recorder, dispatcher, quarantine, table, judge, learn } = composeStorage(settings, endpoint, destinations, approvals);
	return {
		...about,
		begin: async () => {
			await table.ensure();
			await wake(table, names, world.clock());
			return warnings();
		},
		run: (messages) =>
			runPipeline(messages, {
				...parts,
				judge,
				learn,
				quarantine: quarantine.add,
				record: recorder.record,
				deliver: (keys) => dispatcher.deliver(keys, eachMinute),
			}),
		async deliver() {
			await dispatcher.deliverDue(eachMinute);
		},
		async settle(stop) {
			let quietSince = world.clock().getTime();
			for (;;) {
				const { left, sent, oldestOwedMs } = await dispatcher.deliverDue(eachMinute);
				const now = world.clock().getTime();
				if (sent > 0) quietSince = now;
				const owing = left > 0 || oldestOwedMs !== undefined || (await countOwed(table)).length > 0;
				if (!owing || stop.aborted || now - quietSince > patienceMs) return;
				await world.sleep(500);
			}
		},
		owed: () => countOwed(table),
	};
}

async function countOwed(table: Table): Promise<readonly Owing[]> {
	const now = world.clock();
	const counts = new Map<string, number>();
	for (const partition of partitions) {
		for await (const row of rowsOf(table, owedRange(partition))) {
			const { destination, owed } = readOwed(row);
			// What is promised for later, and was not tried yet, is not late.
			const waits =
				owed?.state === "leased" || (owed?.state === "due" && (owed.attempt > 0 || owed.dueAt === undefined || owed.dueAt <= now));
			if (waits) counts.set(destination, (counts.get(destination) ?? 0) + 1);
		}
	}
	return [...counts].map(([destination, count]) => ({ destination, count }));
}

type Working = Pick<LocalApp, "run" | "deliver" | "settle" | "owed">;

const nothingDelivered: Delivered = {
	posts: [],
	storms: [],
	sent: 0,
	retried: 0,
	dead: 0,
	possibleDuplicates: 0,
	left: 0,
	oldestOwedMs: undefined,
	interrupted: undefined,
};

/** The same decisions, kept in memory; at the end each finding that would be told is shown once. */
function dryRun(settings: Settings, parts: Parameters<typeof inspect>[1], approvals: ApprovalsFile, terminal: Destination): Working {
	const findings = new Map<string, Finding>();
	const policy = policyOf(settings);
	const judge = createMemory({
		approvals: approvals.current,
		finding: (key) => Promise.resolve(findings.get(key)),
		device: nothing,
		prevalence: () => Promise.resolve({}),
	});
	const recordOne = (key: string, group: Parameters<typeof decide>[1], now: Date): Recorded => {
		const decision = decide(findings.get(key), group, now, policy);
		const blank = { key, fresh: 0, repeats: group.length, finding: undefined, kinds: [], dueAt: undefined, owed: [] };
		if (decision.reason === "repeat") return { ...blank, reason: "repeat" };
		const { reason, finding, fresh } = decision;
		findings.set(key, finding);
		const counted = { ...blank, reason, finding, fresh, repeats: group.length - fresh };
		if (reason === "held") return counted;
		return { ...counted, kinds: [reason === "later" ? "changed" : reason], dueAt: decision.dueAt };
	};
	return {
		async run(messages) {
			const now = world.clock();
			await approvals.refresh(now);
			const inspected = inspect(messages, parts);
			const sightings = await judge(inspected.sightings, now);
			const groups = Map.groupBy(sightings, ({ device }) => findingKey(device));
			const recorded = [...groups].map(([key, group]) => recordOne(key, group, now));
			return { ...inspected, sightings, recorded, delivered: nothingDelivered };
		},
		deliver: () => Promise.resolve(),
		async settle(stop) {
			for (const finding of findings.values()) {
				const notice = render(finding, { sent: 0, countSent: 0 }, world.clock());
				if (notice !== undefined) await terminal.send(notice, stop);
			}
		},
		owed: () => Promise.resolve([]),
	};
}
