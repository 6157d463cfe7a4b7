import type { Command } from "commander";
import { nearest } from "../did-you-mean.ts";

/** What is no command of a group that has a default one is refused as such, and not as too many arguments of the default. */
export function refuseUnknown(group: Command): void {
	group.hook("preSubcommand", () => {
		const [word] = group.args;
		if (word === undefined || word.startsWith("-")) return;
		const names = group.commands.map((one) => one.name());
		if (word !== "help" && !names.includes(word)) group.error(unknownCommand(word, names));
	});
}

/** As the parser says it. */
export function unknownCommand(word: string, names: readonly string[]): string {
	const meant = nearest(word, names);
	return `error: unknown command '${word}'${meant === undefined ? "" : `\n(Did you mean ${meant}?)`}`;
}
