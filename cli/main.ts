#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { run } from "./run.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("tunnelwatch")
	.description("Finds abuse of Cloudflare Tunnel in the Microsoft Defender XDR streaming export and tells people once.")
	.version(version)
	.exitOverride()
	.showHelpAfterError("Try `tunnelwatch --help`.");

program
	.command("run")
	.description("read exported messages or records, record what they show, tell the destinations that are set")
	.argument("[paths...]", "files, folders, or - for standard input (the default when something is piped in)")
	.option("--what-if", "change nothing and send nothing: show matches and what would be sent")
	.option("--json", "one JSON object per line on standard output, everything else on standard error")
	.addHelpText(
		"after",
		`
Input: one Event Hub message per line ({"records":[…]}), or one record per line as in a storage export.
In folders, *.ndjson, *.jsonl and storage blobs (PT1H.json) are read.

Without TABLE_ENDPOINT an embedded table keeps the findings in .tunnelwatch/ of this project, so a second run
shows what is held back. The settings are listed in README.md.

Exit code: 0 done · 1 input or table could not be used · 2 wrong usage or settings · 130 stopped by Ctrl-C`,
	)
	.action(async (paths: readonly string[], options: { readonly whatIf?: boolean; readonly json?: boolean }) => {
		process.exitCode = await run(paths, { whatIf: options.whatIf === true, json: options.json === true });
	});

try {
	await program.parseAsync();
} catch (error) {
	if (!(error instanceof CommanderError)) throw error;
	process.exitCode = error.exitCode === 0 ? 0 : 2;
}
