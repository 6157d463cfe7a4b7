import type { Command } from "commander";
import { refuseUnknown } from "./refuse-unknown.ts";

/** `tunnelwatch rules` */
export function addRules(program: Command): void {
	const rules = program.command("rules").description("list the rules: ● active by the setting RULES, ○ not");
	rules
		.command("list", { isDefault: true })
		.description("list the rules (the default)")
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch rules
  tunnelwatch rules list --json`,
		)
		.action(async (options: { readonly json: boolean }) => {
			process.exitCode = (await import("../rules.ts")).listRules(options);
		});
	rules
		.command("explain")
		.description("say test by test why a rule fires on a record, or why not")
		.argument("<id>", "the rule's id")
		.requiredOption("--record <file>", "file with one record or message per line; - for standard input")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch rules explain cloudflared-usage --record record.json
  tail -1 export.ndjson | tunnelwatch rules explain cloudflared-quick-tunnel --record -`,
		)
		.action(async (id: string, { record }: { readonly record: string }) => {
			process.exitCode = await (await import("../rules.ts")).explainRule(id, record);
		});
	refuseUnknown(rules);
}
