import { createInterface } from "node:readline";
import type { Ask } from "./forms.ts";

/** Asks on this terminal; `undefined` where no person sits at one. Ctrl-D is no answer; Ctrl-C ends the command. */
export function terminalAsk(): Ask | undefined {
	if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
	return (question) =>
		new Promise((resolve) => {
			const lines = createInterface({ input: process.stdin, output: process.stdout });
			// Reading a line, the terminal sends the key instead of the signal.
			lines.once("SIGINT", () => {
				lines.close();
				process.emit("SIGINT", "SIGINT");
			});
			lines.once("close", () => resolve(undefined));
			lines.question(`${question} `, (answer) => {
				resolve(answer);
				lines.close();
			});
		});
}
