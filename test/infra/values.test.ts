import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unknownValues } from "../../scripts/infra/unknown-values.ts";
import { root } from "./template.ts";

const parameters = readFileSync(`${root}infra/main.bicepparam`, "utf8");

test("every value that the parameters file reads is known, and what belongs to others is left alone", () => {
	const names = [...parameters.matchAll(/'(TUNNELWATCH_\w+)'/g)].map(([, name = ""]) => name);

	expect(names.length).toBeGreaterThan(50);
	expect(unknownValues([...names, "PATH", "AZURE_LOCATION", "TEAMS_WEBHOOK_URL"], parameters)).toEqual([]);
});

test("a misspelled value is named with the one that was meant, and its content is not", () => {
	expect(unknownValues(["TUNNELWATCH_ALERT_EMIAL", "tunnelwatch_preset", "TUNNELWATCH_COLOUR_OF_CARDS"], parameters)).toEqual([
		"TUNNELWATCH_ALERT_EMIAL would be ignored: infra/main.bicepparam does not read it. Did you mean TUNNELWATCH_ALERT_EMAIL?",
		expect.stringMatching(/^tunnelwatch_preset would be ignored/),
		"TUNNELWATCH_COLOUR_OF_CARDS would be ignored: infra/main.bicepparam does not read it.",
	]);
});

test("azd stops before it provisions, and so does whoever runs the check by hand", () => {
	const run = (variables: Readonly<Record<string, string>>) =>
		spawnSync(process.execPath, ["scripts/check-values.ts"], {
			cwd: root,
			encoding: "utf8",
			env: { PATH: process.env["PATH"], ...variables },
		});
	const azd = readFileSync(`${root}azure.yaml`, "utf8");
	const refused = run({ TUNNELWATCH_PREZET: "canary" });

	expect(azd).toMatch(
		/^hooks:\n {2}preprovision:(\n {4}(posix|windows):\n {6}shell: (sh|pwsh)\n {6}run: npm run --silent check-values){2}$/m,
	);
	expect(readFileSync(`${root}package.json`, "utf8")).toContain('"check-values": "node scripts/check-values.ts"');
	expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("Did you mean TUNNELWATCH_PRESET?")]);
	expect(refused.stderr).not.toContain("canary");
	expect(run({ TUNNELWATCH_PRESET: "fast" }).status).toBe(0);
});
