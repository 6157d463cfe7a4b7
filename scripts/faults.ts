/**
 * The table of faults in docs/reliability.md: one fault after the other around the built functions.
 *
 *   npm run faults [name…]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inParallel } from "../lib/store/parallel.ts";
import { startAzurite } from "../test/azurite.ts";
import { faults, runFault, timerMs } from "../test/chaos/fault-table.ts";
import { bundle } from "./bundle.ts";

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-faults-"));
const file = join(folder, "main.mjs");
await bundle(file);
const azurite = await startAzurite();
console.log(`Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; the timer each ${timerMs / 1_000} s`);
console.log("| fault | devices | lost | given up | repeated | of these unexplained | told after |\n|---|---|---|---|---|---|---|");
const chosen = faults.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const all = await inParallel(chosen, 3, async (fault) => {
	const found = await runFault(fault, azurite, file);
	const { name, devices, lost, dead, repeated, unexplained, toldAfterS } = found;
	console.log(`| ${name} | ${devices} | ${lost} | ${dead} | ${repeated} | ${unexplained} | ${toldAfterS} s |`);
	return found;
});
await azurite.close();
rmSync(folder, { recursive: true, force: true });
process.exitCode = all.every(({ lost, dead, unexplained }) => lost + dead + unexplained === 0) ? 0 : 1;
