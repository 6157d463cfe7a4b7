/**
 * Plays the whole catalogue of faults: 49 kinds × 200 histories and 5,000 random pairs, on every core.
 *
 *   npx node scripts/simulate.ts
 *   npx node scripts/simulate.ts --seed 17 --faults S5,C10 [--records 3]     one history again
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { allFaults, faultKinds } from "../test/simulation/faults.ts";
import { catalogue, explain, type Played, playOne } from "../test/simulation/run.ts";

const each = 200;
const pairs = 5_000;

interface Report {
	readonly histories: number;
	readonly records: number;
	readonly accepted: number;
	readonly duplicates: number;
	readonly failures: readonly Played[];
	readonly rssBytes: number;
}

if (!isMainThread) parentPort?.postMessage(await playShare(Number(workerData.share), Number(workerData.of)));
else {
	const { values } = parseArgs({ options: { seed: { type: "string" }, faults: { type: "string" }, records: { type: "string" } } });
	process.exitCode =
		values.seed === undefined ? await playAll() : await playAgain(Number(values.seed), values.faults ?? "", values.records);
}

async function playAll(): Promise<number> {
	const started = performance.now();
	const of = availableParallelism();
	const reports = await Promise.all(Array.from({ length: of }, (_, share) => delegate(share, of)));
	const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
	const failures = reports.flatMap((report) => report.failures);
	for (const failure of failures.slice(0, 10)) console.error(await explain(failure));
	const seconds = Math.round((performance.now() - started) / 1_000);
	console.log(
		`${sum((one) => one.histories)} histories (${allFaults.length} kinds of faults × ${each}, ${pairs} pairs) in ${seconds} s, ` +
			`${failures.length} with a violated invariant`,
	);
	console.log(
		`${sum((one) => one.records)} records, ${sum((one) => one.accepted)} messages taken, ${sum((one) => one.duplicates)} of them twice ` +
			`because an answer was lost or a process died, always under the same id`,
	);
	console.log(`memory at the end: ${Math.round(Math.max(...reports.map((one) => one.rssBytes)) / 1_048_576)} MB`);
	return failures.length === 0 ? 0 : 1;
}

function delegate(share: number, of: number): Promise<Report> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL(import.meta.url), { workerData: { share, of } });
		worker.once("message", resolve);
		worker.once("error", reject);
	});
}

async function playShare(share: number, of: number): Promise<Report> {
	const report = { histories: 0, records: 0, accepted: 0, duplicates: 0 };
	const failures: Played[] = [];
	let index = 0;
	for (const { seed, plan } of catalogue(each, pairs)) {
		if (index++ % of !== share) continue;
		const played = await playOne(seed, plan);
		report.histories += 1;
		report.records += played.records;
		report.accepted += played.accepted;
		report.duplicates += played.duplicates;
		if (played.violations.length > 0) failures.push(played);
	}
	return { ...report, failures, rssBytes: process.memoryUsage.rss() };
}

async function playAgain(seed: number, faults: string, records: string | undefined): Promise<number> {
	// In the order given: it is part of the history.
	const plan = faults.split(",").flatMap((word) => allFaults.filter((kind) => kind === word));
	const played = await playOne(seed, plan, records === undefined ? {} : { maxEvents: Number(records) });
	console.log(plan.map((kind) => `${kind}: ${faultKinds[kind]}`).join("\n"));
	console.log(played.violations.length === 0 ? `no violation; ${played.accepted} messages taken` : played.violations.join("\n"));
	return played.violations.length === 0 ? 0 : 1;
}
