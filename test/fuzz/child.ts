import process from "node:process";
import { installCore, type TriggerData } from "../functions/core.ts";

export interface Work {
	readonly name: "detect" | "deliver";
	readonly trigger: TriggerData;
}

/** The built file in a process of its own, called as the Functions worker would call it. */
const [, , bundle = ""] = process.argv;
const core = installCore();
await import(bundle);

process.on("message", ({ name, trigger }: Work) => void work(name, trigger));
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });

async function work(name: Work["name"], trigger: TriggerData): Promise<void> {
	const before = process.cpuUsage();
	const reply = await core.invoke(name, trigger).then(
		() => ({}),
		(error: unknown) => ({ rejected: error instanceof Error ? error.message : String(error) }),
	);
	const { user, system } = process.cpuUsage(before);
	process.send?.({ ...reply, cpuMs: (user + system) / 1_000 });
}
