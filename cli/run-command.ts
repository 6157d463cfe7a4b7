import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { addApprovals } from "./commands/approvals.ts";
import { addBacktest } from "./commands/backtest.ts";
import { addFindings } from "./commands/findings.ts";
import { addHelpTopics } from "./commands/help-topics.ts";
import { addOperate } from "./commands/operate.ts";
import { unknownCommand } from "./commands/refuse-unknown.ts";
import { addRoutes } from "./commands/routes.ts";
import { addRules } from "./commands/rules.ts";
import { addRun } from "./commands/run.ts";
import { addShell } from "./commands/shell.ts";
import { foldText } from "./fold-text.ts";
import { printLine } from "./print-line.ts";
import { columnsOf } from "./screen.ts";
import { endOnSignals } from "./stop-signals.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };

/** Runs one command with everything that it writes and reads; sets the exit code of the process. */
export async function runCommand(args: readonly string[]): Promise<void> {
	const program = createProgram();
	const release = endOnSignals();
	try {
		await program.parseAsync(args, { from: "user" });
	} catch (error) {
		if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
		else {
			// To know all secrets means to load all rules.
			const { redactError } = await import("../lib/families/redact.ts");
			process.stderr.write(`${redactError(error)}\n`);
			process.exitCode = 1;
		}
	} finally {
		release();
	}
}

/** Where the width is unknown. */
const helpColumns = 80;

/** All commands with their options; nothing is loaded or done before one is parsed. */
export function createProgram(): Command {
	const program = new Command("tunnelwatch")
		.description("Finds abuse of Cloudflare Tunnel in the Microsoft Defender XDR streaming export and tells people once.")
		.version(version)
		.option("--env <file>", "read settings from this file (NAME=value per line); the environment wins")
		.exitOverride()
		.configureOutput({
			getOutHelpWidth: () => columnsOf(process.stdout) ?? helpColumns,
			getErrHelpWidth: () => columnsOf(process.stderr) ?? helpColumns,
			writeOut: (text) => process.stdout.write(foldText(text, columnsOf(process.stdout))),
			writeErr: (text) => process.stderr.write(foldText(text, columnsOf(process.stderr))),
		})
		.addHelpText("beforeAll", ({ error, command: { args, commands } }): string => {
			const [word, page] = args;
			if (!error || word !== "help" || page === undefined || page === "help") return "";
			return `${unknownCommand(
				page,
				commands.map((one) => one.name()),
			)}\n`;
		})
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch run --what-if hunting.csv        look into an export; nothing is recorded or sent
  tunnelwatch run export/                      record what it shows, and send what is due
  tunnelwatch backtest export/ --html r.html   what would have been told, and when
  tunnelwatch findings --severity high         what is known
  tunnelwatch --env app.env doctor             check what a deployed function depends on

Exit code: 0 done · 1 something could not be used or found, or is not well · 2 wrong usage or settings · 130 stopped
by Ctrl-C. Where a command means more by them, its help says so.`,
		);

	program.hook("preAction", async () => {
		const file: unknown = program.opts()["env"];
		if (typeof file !== "string") return;
		let slips: readonly string[] = [];
		try {
			slips = await (await import("./env-file.ts")).loadEnvFile(file);
		} catch {
			program.error(`error: the file given with --env cannot be read: ${file}`);
		}
		for (const slip of slips) printLine(slip);
	});

	// Each command loads what it needs when it is called: the SDKs take longer to load than most commands to run.
	addRun(program);
	addBacktest(program);
	addFindings(program);
	addRules(program);
	addApprovals(program);
	addRoutes(program);
	addOperate(program);
	addHelpTopics(program);
	addShell(program, version);
	nameHelp(program, "tunnelwatch");
	return program;
}

/** A mistake is answered with the help of the command that it was made in. */
function nameHelp(command: Command, words: string): void {
	command.showHelpAfterError(`Try \`${words} --help\`.`);
	for (const one of command.commands) nameHelp(one, `${words} ${one.name()}`);
}
