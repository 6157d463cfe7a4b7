import { createInterface } from "node:readline";
import type { Ask } from "./forms.ts";

/** Asks on this terminal; `undefined` where no person sits at one. Ctrl-D is no answer. */
export function terminalAsk(): Ask | undefined {
	if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
	return (question) =>
		new Promise((resolve) => {
			const lines = createInterface({ input: process.stdin, output: process.stdout });
			lines.once("close", () => resolve(undefined));
			lines.question(`${question} `, (answer) => {
				resolve(answer);
				lines.close();
			});
		});
}
