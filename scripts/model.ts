/**
 * `npm run model`: checks the model of the outbox in every order of its steps, and that each broken variant of it fails.
 * Needs spin and gcc, about 30 seconds and 800 MB. Exit code 0 when all is as it should be, 1 when not, 2 without the tools.
 * `npm run model -- --walks` replaces the random walks that the tests replay; needed after each change of the model.
 */
import { check, missingTools } from "../test/model/check.ts";
import { variants } from "../test/model/variants.ts";
import { keepWalks, keptWalkCount } from "../test/model/walks.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
/** A model that shrank by mistake proves less: as designed it has more states than this. */
const fewest = 3_000_000;

const missing = missingTools();
if (missing.length > 0) {
	say(`The model was not checked: ${missing.join(" and ")} not found. On Debian and Ubuntu: apt-get install spin gcc libc6-dev`);
	process.exit(2);
}
if (process.argv.includes("--walks")) {
	keepWalks();
	say(`kept ${keptWalkCount.toLocaleString("en")} walks`);
	process.exit(0);
}
const designed = check(undefined);
const holds = designed.errors === 0 && designed.whole && designed.states >= fewest;
say(`${holds ? "ok" : "WRONG"}: as designed, ${designed.errors} errors in ${designed.states.toLocaleString("en")} states`);
const wrong = variants.filter(({ name, define }) => {
	const { errors, states } = check(define);
	say(`${errors > 0 ? "ok" : "WRONG"}: ${name} ${errors > 0 ? "fails" : "passes"} after ${states.toLocaleString("en")} states`);
	return errors === 0;
});
process.exit(holds && wrong.length === 0 ? 0 : 1);
