import process from "node:process";
import { installCore } from "../functions/core.ts";
import type { Question, Reply } from "./staff.ts";
import { deadly } from "./story.ts";

/**
 * One instance of the function app: the built file, in a process of its own, called as the Functions worker would.
 * With `hasty` it acknowledges a batch before it has recorded anything, to show that the checks would notice. With `mortal`
 * it dies, as at a fault in the engine, of whatever record has the deadly text in AdditionalFields.
 */
const [, , bundle = "", manner = ""] = process.argv;
if (manner === "mortal") {
	const parse = JSON.parse;
	JSON.parse = (text, ...rest) => {
		if (text === deadly) process.kill(process.pid, "SIGKILL");
		return parse(text, ...rest);
	};
}
const core = installCore();
await import(bundle);
let shown = 0;

process.on("message", (question: Question) => {
	if (manner === "hasty" && question.name === "detect") reply({ id: question.id, ok: true });
	void work(question).then(reply);
});
// Nobody is left to work for.
process.on("disconnect", () => process.exit());
reply({ id: 0, ok: true });

async function work({ id, name, trigger }: Question): Promise<Reply> {
	try {
		await core.invoke(name, trigger);
		return { id, ok: true };
	} catch (error) {
		return { id, ok: false, reason: error instanceof Error ? error.message : String(error) };
	} finally {
		for (const line of core.logs.slice(shown)) process.stdout.write(`${line}\n`);
		shown = core.logs.length;
	}
}

function reply(message: Reply): void {
	// A parent that is gone takes no answer.
	process.send?.(message, undefined, {}, () => undefined);
}
