import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { NewApproval } from "../approvals.ts";
import type { ProposeOptions } from "../propose-approvals.ts";

/** `tunnelwatch approvals` */
export function addApprovals(program: Command): void {
	const approvalsFile = ["--file <path>", "the file (default: the setting APPROVALS_FILE, or approvals.json)"] as const;
	const named = (file: string | undefined) => file ?? (process.env["APPROVALS_FILE"] || "approvals.json");
	const approvals = program
		.command("approvals")
		.description("look after the file that says which tunnels are ours; docs/approvals.md explains it");
	approvals
		.command("check")
		.description("read the file as the function does: mistakes, and what to look at")
		.argument("[path]", "the file, the same as --file")
		.option(...approvalsFile)
		.addHelpText("after", "\nExample:\n  tunnelwatch approvals check approvals.json")
		.action(async (path: string | undefined, { file }: { readonly file?: string }) => {
			process.exitCode = await (await import("../approvals.ts")).reportApprovals(named(path ?? file));
		});
	approvals
		.command("list")
		.description("list what is approved")
		.option(...approvalsFile)
		.argument("[path]", "the file, the same as --file")
		.option("--json", "one JSON object per line", false)
		.addHelpText("after", "\nExample:\n  tunnelwatch approvals list approvals.json --json")
		.action(async (path: string | undefined, { file, json }: { readonly file?: string; readonly json: boolean }) => {
			process.exitCode = await (await import("../approvals.ts")).listApprovals(named(path ?? file), { json });
		});
	approvals
		.command("propose")
		.description("read exports and propose which tunnels could be approved, with the evidence and what would become silent")
		.argument("<paths...>", "files, folders, or - for standard input")
		.option(...approvalsFile)
		.option("--out <path>", "write the file with the proposals added; what it already approves stays")
		.option("--owner <text>", "who answers for them", "to be named")
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Only whole pairs of account and tunnel with at least two things that speak for them are proposed, each until 90 days
from now; never quick tunnels, renamed programs, remote administration or whole networks. A person decides.

Examples:
  tunnelwatch approvals propose hunting.csv
  tunnelwatch approvals propose export/ --owner "Platform team" --out approvals.json`,
		)
		.action(async (paths: readonly string[], { file, ...options }: Omit<ProposeOptions, "file"> & { readonly file?: string }) => {
			// A list that is there already is added to, not replaced.
			const known = file ?? (options.out !== undefined && existsSync(options.out) ? options.out : undefined);
			process.exitCode = await (await import("../propose-approvals.ts")).proposeFromHistory(paths, { file: named(known), ...options });
		});
	approvals
		.command("add")
		.description("add an entry; everything it names must hold")
		.option(...approvalsFile)
		.option("--finding <id>", "take account and tunnel from this finding, where both were seen and nothing else was")
		.option("--name <text>", "what people call it")
		.option("--account <tag>", "Cloudflare account tag, 32 hex (strong: the verdict is Approved)")
		.option("--tunnel <id...>", "tunnels of that account that are approved")
		.option("--any-tunnel", "every tunnel of that account, which nobody else uses; a hosted service's account needs its tunnels listed")
		.option("--sha256 <hash>", "hash of the program")
		.option("--sha1 <hash>", "SHA-1 of the program, which more rows carry")
		.option("--signer <type>", "SignerType of a program with a valid signature")
		.option("--path <path>", "full path of the program")
		.option("--device <id>", "DeviceId")
		.option("--device-name <name>", "the device's full name; names can be taken, prefer --device")
		.option("--device-group <name>", "device group in Defender")
		.option("--user <name>", "DOMAIN\\user or UPN")
		.requiredOption("--owner <text>", "who answers for it")
		.option("--reason <text>", "why it is approved; needed without --finding")
		.requiredOption("--until <date>", "last day on which it holds, YYYY-MM-DD")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch approvals add --finding cf-3f9c2a7d5110 --owner "Platform team" --until 2027-02-28
  tunnelwatch approvals add --account 5a3c1f7e9b2d4860a1c4e7f20b9d6835 --tunnel 0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046 --owner "Dev team" --reason "web preview" --until 2027-06-30
  tunnelwatch approvals add --device-group Servers --path /usr/bin/cloudflared --sha256 5d8a44ef… --owner Platform --reason fleet --until 2027-06-30

The entry counts once the reviewed file is deployed; nothing is approved before.`,
		)
		.action(async ({ file, finding, ...entry }: AddOptions, command: Command) => {
			if (finding !== undefined) {
				process.exitCode = await (await import("../approve-finding.ts")).approveFinding(named(file), finding, entry);
				return;
			}
			if (entry.reason === undefined) command.error("error: say why with --reason");
			process.exitCode = await (await import("../approvals.ts")).addApproval(named(file), { ...entry, reason: entry.reason });
		});
}

type AddOptions = Omit<NewApproval, "reason"> & { readonly file?: string; readonly finding?: string; readonly reason?: string };
