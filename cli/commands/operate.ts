import { type Command, InvalidArgumentError } from "commander";
import type { AuditOptions } from "../audit.ts";
import type { DoctorOptions } from "../doctor.ts";

/** `tunnelwatch drill`, `audit` and `doctor` */
export function addOperate(program: Command): void {
	program
		.command("drill")
		.description("send one marked sighting to the Event Hub and watch until its notice is sent: a fire drill for what is deployed")
		.option("--hub <name>", "which of the hubs in EVENTHUB_NAME (default: the first)")
		.option("--timeout <seconds>", "how long to wait", seconds, 180)
		.option("--json", "one JSON object per step on standard output", false)
		.addHelpText(
			"after",
			`
People will get a message about the device tunnelwatch-drill; tell them before. Needs EVENTHUB_NAME,
EventHub__fullyQualifiedNamespace and TABLE_ENDPOINT as the function has them, and for you the roles
"Azure Event Hubs Data Sender" on the hub and "Storage Table Data Reader" on the storage account.

Examples:
  tunnelwatch --env app.env drill
  tunnelwatch --env app.env drill --hub defender --timeout 300

Exit code: 0 everybody has it · 1 somebody has not · 2 wrong usage or settings`,
		)
		.action(async ({ hub, timeout, json }: { readonly hub?: string; readonly timeout: number; readonly json: boolean }) => {
			process.exitCode = await (await import("../drill.ts")).drill({ hub, timeoutSeconds: timeout, json });
		});

	program
		.command("audit")
		.description("compare what the Event Hub holds with what is recorded: was any message passed over?")
		.option("--accept", "take the expired messages for looked into: their alarm ends", false)
		.option("--json", "one JSON document on standard output (docs/audit.schema.json)", false)
		.addHelpText(
			"after",
			`
covered: recorded · running: being read, or waiting · missing: passed over, still in the hub, read again by the
timer within minutes · expired: passed over and gone. Needs EVENTHUB_NAME, EventHub__fullyQualifiedNamespace and
TABLE_ENDPOINT as the function has them, and for you the roles "Azure Event Hubs Data Receiver" on the hub and
"Storage Table Data Reader" on the storage account; --accept needs "Storage Table Data Contributor".

Examples:
  tunnelwatch --env app.env audit                    all partitions, and a sentence
  tunnelwatch --env app.env audit --json | jq .outcome
  tunnelwatch --env app.env audit --accept           after you asked Defender for that time

Exit code: 0 whole · 1 something is missing or expired · 2 cannot tell, wrong usage or settings`,
		)
		.action(async (options: AuditOptions) => {
			process.exitCode = await (await import("../audit.ts")).audit(options);
		});

	program
		.command("doctor")
		.description("check everything the function depends on: settings, sign-in, table, hub, destinations; says what to do")
		.option("--send-test", "send a marked test message to every destination", false)
		.option("--sizing", "also say what the hub's own rates need and cost", false)
		.option("--health <address>", "also look at the deployed app: address of its health function, with its key in FUNCTION_KEY")
		.option("--package <file>", "with --health: .sha256 of the package that should run")
		.option("--json", "one JSON object per finding on standard output", false)
		.addHelpText(
			"after",
			`
Give it the settings that the function has; docs/operate.md shows how. No value of a setting is ever shown.

Examples:
  tunnelwatch --env app.env doctor
  tunnelwatch --env app.env doctor --send-test        a test message each; may ask which form of it arrived
  tunnelwatch --env app.env doctor --sizing --json

Exit code: 0 nothing is broken · 1 something is · 2 not confirmed that a test message arrived, or wrong usage`,
		)
		.action(async (options: DoctorOptions) => {
			process.exitCode = await (await import("../doctor.ts")).doctor(options);
		});
}

function seconds(text: string): number {
	if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("Write a number of seconds.");
	return Number(text);
}
