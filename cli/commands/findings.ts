import type { Command } from "commander";
import type { CardOptions } from "../card.ts";

/** `tunnelwatch findings` and `card` */
export function addFindings(program: Command): void {
	program
		.command("card")
		.description("write a page that shows messages as a chat does: light and dark, on a desktop and a phone")
		.argument("[which]", "a finding's id, `all` that are stored, or `sample`", "sample")
		.option("--out <file>", "where to write it (default: cards.html in the data folder)")
		.option("--open", "open it in the browser")
		.action(async (which: string, options: CardOptions) => {
			process.exitCode = await (await import("../card.ts")).card(which, options);
		});

	const found = program.command("findings").description("list what was found, the severest first, and what became of its notices");
	found
		.command("list", { isDefault: true })
		.description("list findings (the default)")
		.option("--dead", "only those with notices that were given up", false)
		.option("--json", "one JSON object per line", false)
		.action(async (options: { readonly dead: boolean; readonly json: boolean }) => {
			process.exitCode = await (await import("../findings.ts")).listFindings(options);
		});
	found
		.command("retry")
		.description("owe again what was given up, when the destination is mended")
		.argument("[id]", "a finding's id; without one, all")
		.action(async (id: string | undefined) => {
			process.exitCode = await (await import("../findings.ts")).retryFindings(id);
		});
}
