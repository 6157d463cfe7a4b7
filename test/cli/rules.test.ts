import { expect, test } from "vitest";
import { tunnelwatch } from "./tunnelwatch.ts";

test("rules lists what is active by the setting, and what is not", async () => {
	const ran = await tunnelwatch(["rules", "--json"], { env: { RULES: "cloudflared-usage" } });
	expect(ran.code).toBe(0);
	expect(ran.lines.filter((line) => line["active"] === true).map((line) => line["id"])).toEqual(["cloudflared-usage"]);
	expect(ran.lines.map((line) => line["id"])).toContain("cloudflared-portable-execution");
});

test("a wrong RULES setting is named: exit 2", async () => {
	const ran = await tunnelwatch(["rules"], { env: { RULES: "nope-canary" } });
	expect(ran.code).toBe(2);
	expect(ran.stderr).toContain("RULES: ");
	expect(ran.stderr).not.toContain("canary");
});

test("rules explain says test by test what matched and what did not", async () => {
	const ran = await tunnelwatch(["rules", "explain", "cloudflared-portable-execution", "--record", "samples/storage-export/PT1H.json"]);
	expect(ran.code).toBe(0);
	expect(ran.stdout).toContain("silent  line 1, record 0: DeviceProcessEvents");
	expect(ran.stdout).toContain('✓ FolderPath endswith "\\\\cloudflared.exe"   C:\\Tools\\cloudflared.exe');
	expect(ran.stdout).toContain("The rule does not read this table, but DeviceProcessEvents.");
	expect(ran.stdout).toContain("fires on 1 of 3 records.");
});

test("what a record holds cannot move the cursor, and shows no secret", async () => {
	const record = {
		category: "AdvancedHunting-DeviceProcessEvents",
		properties: { FileName: "\u001b[2Jcloudflared.exe", ProcessCommandLine: "x tunnel run --token canary-secret-value" },
	};
	const ran = await tunnelwatch(["rules", "explain", "cloudflared-usage", "--record", "-"], { input: JSON.stringify(record) });
	expect(ran.stdout).toContain("⟦U+001B⟧");
	expect(ran.stdout).not.toContain("\u001b");
	expect(ran.stdout).not.toContain("canary-secret-value");
});

test("an unknown rule: exit 1; a file without records: exit 1", async () => {
	expect((await tunnelwatch(["rules", "explain", "nope", "--record", "-"])).code).toBe(1);
	expect((await tunnelwatch(["rules", "explain", "cloudflared-usage", "--record", "-"], { input: "{}\n" })).code).toBe(1);
});
