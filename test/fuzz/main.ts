/** Every shape of hostile hub message through the built functions. Exit code 1 when one of them did harm. */
import { hubShapes } from "./hub-shapes.ts";
import { runHubFuzz } from "./run.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

const { shapes, failures, worst } = await runHubFuzz(hubShapes(), (done) => say(`${done} shapes`));
for (const failure of failures) say(failure);
say(`${shapes} shapes of hub messages, ${failures.length} did harm; the dearest took ${Math.round(worst.cpuMs)} ms (${worst.name})`);
process.exit(failures.length === 0 ? 0 : 1);
