import { type Command, InvalidArgumentError } from "commander";
import type { DoctorOptions } from "../doctor.ts";

/** `tunnelwatch drill` and `doctor` */
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

Exit code: 0 everybody has it · 1 somebody has not · 2 wrong usage or settings`,
		)
		.action(async ({ hub, timeout, json }: { readonly hub?: string; readonly timeout: number; readonly json: boolean }) => {
			process.exitCode = await (await import("../drill.ts")).drill({ hub, timeoutSeconds: timeout, json });
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

Exit code: 0 nothing is broken · 1 something is · 2 wrong usage`,
		)
		.action(async (options: DoctorOptions) => {
			process.exitCode = await (await import("../doctor.ts")).doctor(options);
		});
}

function seconds(text: string): number {
	if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("Write a number of seconds.");
	return Number(text);
}
