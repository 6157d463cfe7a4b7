import type { Command } from "commander";
import { printText } from "../print-line.ts";
import { quarantineWords } from "../quarantine-words.ts";

/** `tunnelwatch help quarantine`: pages that belong to no command. */
export function addHelpTopics(program: Command): void {
	program
		.command("quarantine", { hidden: true })
		.description("what the reasons mean for which messages and records are set aside")
		.action(() => {
			printText(quarantinePage());
		})
		.configureHelp({ formatHelp: () => `${quarantinePage()}\n` });
}

function quarantinePage(): string {
	const entries = Object.entries(quarantineWords).map(([reason, { means, cure }]) => `${reason}\n  ${means}\n  → ${cure}`);
	return `Messages and records that cannot be read are set aside with a reason, and cost nothing else.\n\n${entries.join("\n")}`;
}
