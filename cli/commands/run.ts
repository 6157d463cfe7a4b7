import type { Command } from "commander";
import type { RunHubOptions } from "../run-hub.ts";

interface RunOptions extends Partial<RunHubOptions> {
	readonly eventHub?: string;
}

/** `tunnelwatch run` */
export function addRun(program: Command): void {
	program
		.command("run")
		.description("read exported messages or records, record what they show, tell the destinations that are set")
		.argument("[paths...]", "files, folders, or - for standard input (the default when something is piped in)")
		.option("--what-if", "change nothing and send nothing: show matches and what would be sent")
		.option("--json", "one JSON object per line on standard output, everything else on standard error")
		.option("--cards", "show every card as it comes, not only the severest one at the end (with --json: on standard error)")
		.option("--approvals <file>", "which tunnels are ours (default: the setting APPROVALS_FILE)")
		.option(
			"--event-hub <namespace/hub>",
			"read this Event Hub instead of files, to its end, and go on there the next time; or <namespace>/<hub>,<hub>",
		)
		.option("--consumer-group <name>", "with --event-hub: whom to read as (default: $Default); not the group of the function")
		.option("--from <place>", "with --event-hub: earliest, latest, a time (2026-11-21T19:00:00Z) or <partition>:<sequence number>")
		.option("--to <place>", "with --event-hub: last message to read, <partition>:<sequence number>, to fill a gap")
		.option("--follow", "with --event-hub: keep reading what comes, until Ctrl-C")
		.addHelpText(
			"after",
			`
Input, told by its content: Event Hub messages or records (per line, in lists, pretty-printed), storage exports,
Log Analytics rows, advanced hunting results (CSV, API, Graph), Event Hub Capture; plain, gzip or zstd. A folder is
searched to the bottom. How to read an Event Hub: docs/operate.md.

Without TABLE_ENDPOINT an embedded table keeps the findings in .tunnelwatch/ of the folder you are in, so a second run
shows what is held back. The settings are listed in README.md.

Examples:
  tunnelwatch run --what-if hunting.csv
  tunnelwatch run --what-if --json export/ > matches.ndjson
  zcat export.ndjson.gz | tunnelwatch run --what-if -

Exit code: 0 done · 1 an input or the table could not be used, or not all of it · 2 wrong usage or settings ·
130 stopped by Ctrl-C`,
		)
		.action(async (paths: readonly string[], options: RunOptions, command: Command) => {
			const {
				eventHub,
				whatIf = false,
				json = false,
				cards = false,
				approvals,
				consumerGroup = "$Default",
				follow = false,
				...places
			} = options;
			if (eventHub === undefined) {
				const stray = ["consumerGroup", "from", "to", "follow"].some((name) => name in options);
				if (stray) command.error("error: --consumer-group, --from, --to and --follow belong to --event-hub");
				process.exitCode = await (await import("../run.ts")).run(paths, { whatIf, json, cards, approvals });
			} else {
				if (paths.length > 0) command.error("error: give either paths or --event-hub");
				process.exitCode = await (await import("../run-hub.ts")).runHub(eventHub, {
					whatIf,
					json,
					// It can go on for days: its cards come as they do.
					cards: cards || !json,
					approvals,
					consumerGroup,
					follow,
					...places,
				});
			}
		});
}
