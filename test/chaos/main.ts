import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { bundle } from "../../scripts/bundle.ts";
import { type ChaosResult, runChaos } from "./run.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, seed: { type: "string" } } });
const kills = Number(values.kills);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const print = (line: string) => process.stdout.write(`${line}\n`);
if (!Number.isInteger(kills) || !Number.isInteger(seed)) {
	print("Usage: npm run chaos -- [--kills 200] [--seed N], both whole numbers");
	process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-chaos-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));
// Whatever hangs, this ends, though not because the machine is busy; the processes end with us.
setTimeout(
	() => {
		print(`chaos: FAILED · not over in time · seed ${seed}`);
		process.exit(1);
	},
	900_000 + kills * 10_000,
).unref();

await bundle(join(folder, "main.mjs"));
const deadly = await runChaos({
	seed,
	kills: 0,
	killers: 2,
	devices: 12,
	bundle: join(folder, "main.mjs"),
	leases: "ended",
	progress: print,
});
for (const violation of deadly.violations.slice(0, 20)) print(violation);
print(
	`killer messages: ${deadly.violations.length === 0 ? "ok" : `FAILED, ${deadly.violations.length} violations`} · ${deadly.killers} records killed ` +
		`${deadly.deaths} processes and are in quarantine · ${deadly.batches} batches, ${deadly.devices} devices, ${deadly.lost} lost · ${deadly.seconds} s`,
);
const result = await runChaos({ seed, kills, devices: 160, bundle: join(folder, "main.mjs"), leases: "run out", progress: print });
for (const violation of result.violations.slice(0, 20)) print(violation);
print(verdictLine(result));
process.exit(result.violations.length + deadly.violations.length === 0 ? 0 : 1);

function verdictLine(run: ChaosResult): string {
	const repeated = Object.values(run.duplicates).reduce((sum, count) => sum + count, 0);
	const why = Object.entries(run.duplicates).map(([excuse, count]) => `${count} ${excuse}`);
	return [
		`chaos: ${run.violations.length === 0 ? "ok" : `FAILED, ${run.violations.length} violations`}`,
		`${run.kills} kills`,
		`${run.batches} batches, ${run.redeliveries} redeliveries (${run.rejections} after a rejection)`,
		`${run.devices} devices, ${run.records} records, ${run.poison} unreadable messages`,
		`${run.tableRequests} table requests, ${run.tableFaults} disturbed`,
		`${run.posts} posts, ${run.accepted} taken, ${repeated} of them again (${why.join(", ")})`,
		`${run.lost} lost`,
		`seed ${seed}`,
		`${run.seconds} s`,
		`Node ${process.version}`,
	].join(" · ");
}
