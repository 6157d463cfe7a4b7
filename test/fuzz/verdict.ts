/**
 * The long run of the verdict's promises: `node test/fuzz/verdict.ts [records] [seed]`, 2,000 records a promise by default.
 * Prints the seed to repeat it with; exit code 1 with the smallest record that breaks a promise.
 */
import { invariants } from "../families/cloudflared/verdict-invariants.ts";

const records = Number(process.argv[2] ?? 2_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const broken = invariants.filter(({ name, assert }) => {
	try {
		assert(records, seed);
		return false;
	} catch (error) {
		process.stderr.write(`BROKEN: ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
		return true;
	}
});
process.stdout.write(`${invariants.length} promises on ${records} records each from seed ${seed}: ${broken.length} broken\n`);
process.exit(broken.length === 0 ? 0 : 1);
