/**
 * Plays the watch over the stream: a day of each fault with the template's own alarms, 1,000,000 histories of a partition
 * whose host passes messages over, and twenty years of each kind of tenant with 280 outages, on every core.
 *
 *   npx node scripts/simulate-stream.ts [--histories 1000000] [--years 20]
 *   npx node scripts/simulate-stream.ts --seed 17 [--mutant no-etag]                 one history again
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { mistakesOf } from "../test/simulation/stream/alarm-table.ts";
import { mutants, playContinuity } from "../test/simulation/stream/continuity.ts";
import { type Lived, live, percentile, tenants, unreadDelays, year } from "../test/simulation/stream/tenants.ts";
import { faults } from "../test/simulation/stream/watched-day.ts";

const outagesPerYear = 14;
const stopsPerTenant = 280;
const unreadLimit = 15;

interface Share {
	readonly histories: number;
	readonly handedOut: number;
	readonly planted: number;
	readonly reread: number;
	readonly lostThoughRecorded: number;
	readonly mostRanges: number;
	readonly slowestS: number;
	readonly failures: readonly string[];
	/** By tenant. */
	readonly lives: readonly (readonly Lived[])[];
	readonly unread: readonly (readonly number[])[];
}

interface Task {
	readonly share: number;
	readonly of: number;
	readonly histories: number;
	readonly years: number;
}

const { values } = parseArgs({
	options: {
		histories: { type: "string", default: "1000000" },
		years: { type: "string", default: "20" },
		seed: { type: "string" },
		mutant: { type: "string" },
	},
});

if (!isMainThread) parentPort?.postMessage(playShare(workerData as Task));
else if (values.seed === undefined) process.exitCode = await playAll(Number(values.histories), Number(values.years));
else {
	const mutant = mutants.find((one) => one === values.mutant);
	console.log(JSON.stringify(playContinuity(Number(values.seed), mutant)));
}

async function playAll(histories: number, years: number): Promise<number> {
	const started = performance.now();
	const of = availableParallelism();
	const shares = await Promise.all(Array.from({ length: of }, (_, share) => delegate({ share, of, histories, years })));
	const sum = (of: (share: Share) => number) => shares.reduce((total, share) => total + of(share), 0);
	const most = (of: (share: Share) => number) => Math.max(...shares.map(of));
	const number = (count: number) => count.toLocaleString("en-US");
	console.log(
		`${number(sum((one) => one.histories))} histories: ${number(sum((one) => one.handedOut))} messages handed out, ` +
			`${number(sum((one) => one.planted))} passed over; each was read again or told lost, within ${most((one) => one.slowestS)} s at most`,
	);
	console.log(
		`${number(sum((one) => one.reread))} read again, ${sum((one) => one.lostThoughRecorded)} told lost though recorded, ` +
			`at most ${most((one) => one.mostRanges)} ranges in a row`,
	);
	const failures = [...(await playAlarms()), ...shares.flatMap((one) => one.failures)];
	for (const [index, tenant] of tenants.entries()) {
		const lives = shares.flatMap((one) => one.lives[index] ?? []);
		const unread = shares.flatMap((one) => one.unread[index] ?? []);
		const minutes = lives.reduce((total, one) => total + one.minutes, 0);
		const falseIn30Days = (lives.reduce((total, one) => total + one.falseAlarms, 0) / minutes) * 30 * 24 * 60;
		const outages = lives.reduce((total, one) => total + one.outages, 0);
		const delays = lives.flatMap((one) => one.delays);
		const busy = lives.flatMap((one) => one.busyDelays);
		const { falseIn30Days: mostFalse, anyStart, busyStart } = tenant.limits;
		const of = (list: readonly number[]) => `${number(percentile(list, 50))} / ${number(percentile(list, 95))}`;
		const slowest = Math.max(0, ...unread);
		console.log(
			`${tenant.name}: ${falseIn30Days.toFixed(2)} false alarms in 30 days; ${delays.length} of ${outages} outages told within 72 h, ` +
				`after ${of(delays)} min (median / 95 %), begun in the middle of a working day after ${of(busy)} min; ` +
				`a reader that stops is told ${slowest} min after the first message that waits`,
		);
		const isLate = [anyStart, busyStart].some(([median, most], at) => {
			const list = at === 0 ? delays : busy;
			return percentile(list, 50) > median || percentile(list, 95) > most;
		});
		if (falseIn30Days > mostFalse || isLate || slowest > unreadLimit) failures.push(`${tenant.name}: outside of its limits`);
	}
	for (const failure of failures.slice(0, 20)) console.error(failure);
	console.log(`${failures.length} with a violated promise, ${Math.round((performance.now() - started) / 1_000)} s`);
	return failures.length === 0 ? 0 : 1;
}

/** Each fault for a whole day: one mail, one end. */
async function playAlarms(): Promise<readonly string[]> {
	const mistakes: string[] = [];
	for (const fault of faults) for (const mistake of await mistakesOf(fault, 24 * 60)) mistakes.push(`${fault} for a day: ${mistake}`);
	console.log(`${faults.length} faults that stand for a day: ${mistakes.length} of their alarms wrong`);
	return mistakes;
}

function delegate(task: Task): Promise<Share> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL(import.meta.url), { workerData: task });
		worker.once("message", resolve);
		worker.once("error", reject);
	});
}

function playShare({ share, of, histories, years }: Task): Share {
	const totals = { histories: 0, handedOut: 0, planted: 0, reread: 0, lostThoughRecorded: 0, mostRanges: 0, slowestS: 0 };
	const failures: string[] = [];
	for (let seed = share; seed < histories; seed += of) {
		const one = playContinuity(seed);
		totals.histories += 1;
		totals.handedOut += one.handedOut;
		totals.planted += one.planted;
		totals.reread += one.reread;
		totals.lostThoughRecorded += one.lostThoughRecorded;
		totals.mostRanges = Math.max(totals.mostRanges, one.mostRanges);
		totals.slowestS = Math.max(totals.slowestS, one.slowestS);
		if (one.missed + one.falseGaps + one.gapAlarms > 0) failures.push(`history ${seed}: ${JSON.stringify(one)}`);
	}
	const mine = Array.from({ length: years }, (_, seed) => seed).filter((seed) => seed % of === share);
	const lives = tenants.map((tenant) => mine.map((seed) => live(tenant, seed, year, outagesPerYear)));
	const unread = tenants.map((tenant) => unreadDelays(tenant, share, Math.ceil(stopsPerTenant / of)));
	return { ...totals, failures, lives, unread };
}
