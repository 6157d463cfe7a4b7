#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { redactError } from "../lib/families/redact.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addFindings } from "./commands/findings.ts";
import { addHelpTopics } from "./commands/help-topics.ts";
import { addOperate } from "./commands/operate.ts";
import { addRules } from "./commands/rules.ts";
import { addRun } from "./commands/run.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("tunnelwatch")
	.description("Finds abuse of Cloudflare Tunnel in the Microsoft Defender XDR streaming export and tells people once.")
	.version(version)
	.option("--env <file>", "read settings from this file (NAME=value per line); the environment wins")
	.exitOverride()
	.showHelpAfterError("Try `tunnelwatch --help`.");

program.hook("preAction", () => {
	const file: unknown = program.opts()["env"];
	if (typeof file !== "string") return;
	try {
		process.loadEnvFile(file);
	} catch {
		program.error(`error: the file given with --env cannot be read: ${file}`);
	}
});

// Each command loads what it needs when it is called: the SDKs take longer to load than most commands to run.
addRun(program);
addFindings(program);
addRules(program);
addApprovals(program);
addOperate(program);
addHelpTopics(program);

// `tunnelwatch … | head` closes the pipe early. That is no error; a run hears of it, stops and closes its table.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") throw error;
});

try {
	await program.parseAsync();
} catch (error) {
	if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
	else {
		process.stderr.write(`${redactError(error)}\n`);
		process.exitCode = 1;
	}
}
