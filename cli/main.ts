#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { addApproval, checkApprovals, listApprovals, type NewApproval } from "./approvals.ts";
import { type CardOptions, card } from "./card.ts";
import { doctor } from "./doctor.ts";
import { drill } from "./drill.ts";
import { listFindings, retryFindings } from "./findings.ts";
import { explainRule, listRules } from "./rules.ts";
import { run } from "./run.ts";
import { type RunHubOptions, runHub } from "./run-hub.ts";

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
	.option("--approvals <file>", "which tunnels are ours (default: the setting APPROVALS_FILE)")
	.option("--event-hub <namespace/hub>", "read this Event Hub instead of files, to its end, and go on there the next time")
	.option("--consumer-group <name>", "with --event-hub: whom to read as (default: $Default); not the group of the function")
	.option("--from <place>", "with --event-hub: earliest, latest, a time (2026-11-21T19:00:00Z) or <partition>:<sequence number>")
	.option("--to <place>", "with --event-hub: last message to read, <partition>:<sequence number>, to fill a gap")
	.option("--follow", "with --event-hub: keep reading what comes, until Ctrl-C")
	.addHelpText(
		"after",
		`
Input: one Event Hub message per line ({"records":[…]}), or one record per line as in a storage export.
In folders, *.ndjson, *.jsonl and storage blobs (PT1H.json) are read. How to read an Event Hub: docs/operate.md.

Without TABLE_ENDPOINT an embedded table keeps the findings in .tunnelwatch/ of this project, so a second run
shows what is held back. The settings are listed in README.md.

Exit code: 0 done · 1 input or table could not be used · 2 wrong usage or settings · 130 stopped by Ctrl-C`,
	)
	.action(async (paths: readonly string[], options: RunOptions) => {
		const { eventHub, whatIf = false, json = false, approvals, consumerGroup = "$Default", follow = false, ...places } = options;
		if (eventHub === undefined) {
			const stray = ["consumerGroup", "from", "to", "follow"].some((name) => name in options);
			if (stray) program.error("error: --consumer-group, --from, --to and --follow belong to --event-hub");
			process.exitCode = await run(paths, { whatIf, json, approvals });
		} else {
			if (paths.length > 0) program.error("error: give either paths or --event-hub");
			process.exitCode = await runHub(eventHub, { whatIf, json, approvals, consumerGroup, follow, ...places });
		}
	});

interface RunOptions extends Partial<RunHubOptions> {
	readonly eventHub?: string;
}

program
	.command("drill")
	.description("send one marked sighting to the Event Hub and watch until its notice is sent: a fire drill for what is deployed")
	.option("--timeout <seconds>", "how long to wait", seconds, 180)
	.option("--json", "one JSON object per step on standard output", false)
	.addHelpText(
		"after",
		`
People will get a message about the device tunnelwatch-drill; tell them before. Needs EVENTHUB_NAME,
EventHub__fullyQualifiedNamespace and TABLE_ENDPOINT as the function has them, and for you the roles
"Azure Event Hubs Data Sender" on the hub and "Storage Table Data Reader" on the storage account.

Exit code: 0 everybody has it · 1 somebody has not · 2 wrong usage or settings`,
	)
	.action(async ({ timeout, json }: { readonly timeout: number; readonly json: boolean }) => {
		process.exitCode = await drill({ timeoutSeconds: timeout, json });
	});

program
	.command("doctor")
	.description("check everything the function depends on: settings, sign-in, table, hub, destinations; says what to do")
	.option("--send-test", "send a marked test message to every destination", false)
	.option("--json", "one JSON object per finding on standard output", false)
	.addHelpText(
		"after",
		`
Give it the settings that the function has; docs/operate.md shows how. No value of a setting is ever shown.

Exit code: 0 nothing is broken · 1 something is · 2 wrong usage`,
	)
	.action(async ({ sendTest, json }: { readonly sendTest: boolean; readonly json: boolean }) => {
		process.exitCode = await doctor({ sendTest, json });
	});

function seconds(text: string): number {
	if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("Write a number of seconds.");
	return Number(text);
}

program
	.command("card")
	.description("write a page that shows cards as Teams does: light and dark, on a desktop and a phone")
	.argument("[which]", "a finding's id, `all` that are stored, or `sample`", "sample")
	.option("--out <file>", "where to write it (default: cards.html in the data folder)")
	.option("--open", "open it in the browser")
	.action(async (which: string, options: CardOptions) => {
		process.exitCode = await card(which, options);
	});

const found = program.command("findings").description("list what was found, the severest first, and what became of its notices");
found
	.command("list", { isDefault: true })
	.description("list findings (the default)")
	.option("--dead", "only those with notices that were given up", false)
	.option("--json", "one JSON object per line", false)
	.action(async (options: { readonly dead: boolean; readonly json: boolean }) => {
		process.exitCode = await listFindings(options);
	});
found
	.command("retry")
	.description("owe again what was given up, when the destination is mended")
	.argument("[id]", "a finding's id; without one, all")
	.action(async (id: string | undefined) => {
		process.exitCode = await retryFindings(id);
	});

const rules = program.command("rules").description("list the rules: ● active by the setting RULES, ○ not");
rules
	.command("list", { isDefault: true })
	.description("list the rules (the default)")
	.option("--json", "one JSON object per line", false)
	.action((options: { readonly json: boolean }) => {
		process.exitCode = listRules(options);
	});
rules
	.command("explain")
	.description("say test by test why a rule fires on a record, or why not")
	.argument("<id>", "the rule's id")
	.requiredOption("--record <file>", "file with one record or message per line; - for standard input")
	.action(async (id: string, { record }: { readonly record: string }) => {
		process.exitCode = await explainRule(id, record);
	});

const approvalsFile = ["--file <path>", "the file", process.env["APPROVALS_FILE"] || "approvals.json"] as const;
const approvals = program
	.command("approvals")
	.description("look after the file that says which tunnels are ours; docs/approvals.md explains it");
approvals
	.command("check")
	.description("read the file as the function does: mistakes, and what to look at")
	.option(...approvalsFile)
	.action(async ({ file }: { readonly file: string }) => {
		process.exitCode = await checkApprovals(file);
	});
approvals
	.command("list")
	.description("list what is approved")
	.option(...approvalsFile)
	.option("--json", "one JSON object per line", false)
	.action(async ({ file, json }: { readonly file: string; readonly json: boolean }) => {
		process.exitCode = await listApprovals(file, { json });
	});
approvals
	.command("add")
	.description("add an entry; everything it names must hold")
	.option(...approvalsFile)
	.option("--name <text>", "what people call it")
	.option("--account <tag>", "Cloudflare account tag, 32 hex (strong: the verdict is Ours)")
	.option("--tunnel <id...>", "tunnels of that account that are approved")
	.option("--any-tunnel", "every tunnel of that account")
	.option("--sha256 <hash>", "hash of the program")
	.option("--path <path>", "full path of the program")
	.option("--device <id>", "DeviceId or full name")
	.option("--device-group <name>", "device group in Defender")
	.option("--user <name>", "DOMAIN\\user or UPN")
	.requiredOption("--owner <text>", "who answers for it")
	.requiredOption("--reason <text>", "why it is approved")
	.requiredOption("--until <date>", "last day on which it holds, YYYY-MM-DD")
	.action(async ({ file, ...entry }: NewApproval & { readonly file: string }) => {
		process.exitCode = await addApproval(file, entry);
	});

try {
	await program.parseAsync();
} catch (error) {
	if (!(error instanceof CommanderError)) throw error;
	process.exitCode = error.exitCode === 0 ? 0 : 2;
}
