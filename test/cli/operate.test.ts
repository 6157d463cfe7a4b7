import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, tunnelwatch } from "./tunnelwatch.ts";

test("every command and option in docs/operate.md exists", async () => {
	const page = readFileSync(join(project, "docs", "operate.md"), "utf8");
	const commands = [
		...new Set([...page.matchAll(/(?:`tunnelwatch|npx tunnelwatch|cli\/main\.ts) ([a-z]+)/g)].map(([, command = ""]) => command)),
	].toSorted();
	expect(commands).toEqual(["approvals", "audit", "doctor", "drill", "findings", "help", "run"]);
	let help = "";
	for (const command of commands) help += (await tunnelwatch([command, "--help"])).stdout;
	const ours = /--(?:follow|from|to|consumer-group|event-hub|what-if|json|send-test|timeout)\b/g;
	const options = new Set([...page.matchAll(ours)].map(([option]) => option));
	expect(options.size).toBe(9);
	for (const option of options) expect(help).toContain(option);
});
