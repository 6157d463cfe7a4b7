import { type Command, Option } from "commander";
import { severities } from "../../lib/detect/severity-scale.ts";
import type { CardOptions } from "../card.ts";
import type { ListOptions } from "../findings.ts";

/** `tunnelwatch findings` and `card` */
export function addFindings(program: Command): void {
	program
		.command("card")
		.description("write a page that shows messages as a chat does: light and dark, on a desktop and a phone")
		.argument("[which]", "a finding's id, `all` that are stored, or `sample`", "sample")
		.option("--out <file>", "where to write it (default: cards.html in the data folder)")
		.option("--open", "open it in the browser")
		.option("--as <destination>", "chat whose messages are drawn (default: the first that can be)")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch card --open
  tunnelwatch card cf-2e47a13c8270 --as slack --out card.html`,
		)
		.action(async (which: string, options: CardOptions) => {
			process.exitCode = await (await import("../card.ts")).card(which, options);
		});

	const found = program.command("findings").description("list what was found, the severest first, and what became of its notices");
	found
		.command("list", { isDefault: true })
		.description("list findings (the default)")
		.option("--dead", "only those with notices that failed for good", false)
		.addOption(new Option("--severity <least>", "only this severe or more").choices(severities))
		.addOption(new Option("--verdict <verdict>", "only with this verdict").choices(["ours", "not-ours", "cannot-tell"]))
		.option("--device <text>", "only devices with this in their name, or with this id")
		.option("--open", "only those that are not closed", false)
		.addOption(new Option("--sort <by>", "what comes first").choices(["severity", "time", "count", "device"]).default("severity"))
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch findings --severity high --open
  tunnelwatch findings --device srv- --sort time
  tunnelwatch findings --dead`,
		)
		.action(async (options: ListOptions) => {
			process.exitCode = await (await import("../findings.ts")).listFindings(options);
		});
	found
		.command("retry")
		.description("requeue notices that failed for good, once the destination is fixed")
		.argument("[id]", "a finding's id; without one, all")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch findings retry cf-2e47a13c8270
  tunnelwatch findings retry`,
		)
		.action(async (id: string | undefined) => {
			process.exitCode = await (await import("../findings.ts")).retryFindings(id);
		});
}
