import { type Command, InvalidArgumentError } from "commander";
import type { BacktestOptions } from "../backtest.ts";

/** `tunnelwatch backtest` */
export function addBacktest(program: Command): void {
	program
		.command("backtest")
		.description("replay exports in their own time: what would have been told, and when; changes nothing and sends nothing")
		.argument("<paths...>", "files, folders, or - for standard input")
		.option("--since <time>", "only what was seen from then on, such as 2026-11-01 or 2026-11-01T08:00:00Z", moment)
		.option("--until <time>", "only what was seen before then", moment)
		.option("--device <text>", "only devices with this in their name, or with this id")
		.option("--rules <rules>", "other rules than the setting RULES, such as all or recommended,-cloudflared-mention")
		.option("--approvals <file>", "other approvals than the setting APPROVALS_FILE")
		.option("--html <file>", "also write a page with a timeline and a map of accounts, tunnels and devices")
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch backtest export/ --since 2026-11-01 --html report.html
  tunnelwatch backtest hunting.csv --rules all --approvals approvals.json

Exit code: 0 done · 1 an input could not be used, or not all of it · 2 wrong usage or settings`,
		)
		.action(async (paths: readonly string[], options: BacktestOptions) => {
			process.exitCode = await (await import("../backtest.ts")).backtest(paths, options);
		});
}

function moment(text: string): Date {
	const at = new Date(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? text : "");
	if (Number.isNaN(at.getTime()))
		throw new InvalidArgumentError("Write a day (2026-11-01) or a moment with its zone (2026-11-01T08:00:00Z).");
	return at;
}
