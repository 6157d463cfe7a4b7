import type { Command } from "commander";
import type { NewApproval } from "../approvals.ts";

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
		.option(...approvalsFile)
		.action(async ({ file }: { readonly file?: string }) => {
			process.exitCode = await (await import("../approvals.ts")).checkApprovals(named(file));
		});
	approvals
		.command("list")
		.description("list what is approved")
		.option(...approvalsFile)
		.option("--json", "one JSON object per line", false)
		.action(async ({ file, json }: { readonly file?: string; readonly json: boolean }) => {
			process.exitCode = await (await import("../approvals.ts")).listApprovals(named(file), { json });
		});
	approvals
		.command("add")
		.description("add an entry; everything it names must hold")
		.option(...approvalsFile)
		.option("--name <text>", "what people call it")
		.option("--account <tag>", "Cloudflare account tag, 32 hex (strong: the verdict is Ours)")
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
		.requiredOption("--reason <text>", "why it is approved")
		.requiredOption("--until <date>", "last day on which it holds, YYYY-MM-DD")
		.action(async ({ file, ...entry }: NewApproval & { readonly file?: string }) => {
			process.exitCode = await (await import("../approvals.ts")).addApproval(named(file), entry);
		});
}
