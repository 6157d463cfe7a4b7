import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSettings, settingNames } from "../../lib/app/settings.ts";
import { settingsTable } from "../../lib/app/settings-table.ts";

function mistakes(environment: Record<string, string>): readonly string[] {
	const read = readSettings(environment);
	return read.ok ? [] : read.mistakes;
}

describe("settings", () => {
	test("none is needed to try it out, and the defaults are those of the table in README.md", () => {
		const read = readSettings({});
		expect(read).toMatchObject({
			ok: true,
			settings: {
				TABLE_NAME: "tunnelwatch",
				RULES: "recommended",
				QUIET_HOURS: 24,
				QUIET_MAX_DAYS: 7,
				CHANGES_PER_PERIOD: 3,
				TENANT_IDS: [],
			},
		});
	});

	test("an empty value is an absent one, as templates write it", () => {
		expect(readSettings({ TABLE_ENDPOINT: "", QUIET_HOURS: "  ", WEBHOOK_URL: "" }).ok).toBe(true);
	});

	test("all mistakes are named at once, each with the fix, and no value is repeated", () => {
		const found = mistakes({
			TABLE_ENDPOINT: "canary-endpoint",
			TABLE_NAME: "9canary",
			RULES: "canary-rule",
			TENANT_IDS: "canary-tenant",
			QUIET_HOURS: "canary-hours",
			WEBHOOK_FORMAT: "canary-format",
		});
		for (const name of ["TABLE_ENDPOINT", "TABLE_NAME", "RULES", "TENANT_IDS", "QUIET_HOURS", "WEBHOOK_FORMAT"]) {
			expect(found.filter((mistake) => mistake.startsWith(`${name}: `))).toHaveLength(1);
		}
		expect(found.join()).not.toContain("canary");
	});

	test.each([
		["0", false],
		["1", true],
		["168", true],
		["169", false],
		["1.5", false],
		["-1", false],
	])("QUIET_HOURS=%s: %s", (value, good) => {
		expect(mistakes({ QUIET_HOURS: value }).length === 0).toBe(good);
	});

	test("a Key Vault reference that was not resolved is recognised, and says what to check", () => {
		expect(mistakes({ WEBHOOK_URL: "@Microsoft.KeyVault(SecretUri=https://canary.vault.example/secrets/x/)" })).toEqual([
			'WEBHOOK_URL: the Key Vault reference is not resolved; check that the identity has "Key Vault Secrets User" on the vault and that the secret exists',
		]);
	});

	test("a retired Teams connector is refused with what to do instead", () => {
		const [mistake] = mistakes({ TEAMS_WEBHOOK_URL: "https://contoso.webhook.office.com/webhookb2/canary" });
		expect(mistake).toMatch(/^TEAMS_WEBHOOK_URL: .*Workflows/);
		expect(mistake).not.toContain("canary");
	});

	test("plain http to this machine is for trying out: not with a table in the cloud", () => {
		expect(mistakes({ WEBHOOK_URL: "http://127.0.0.1:9000/hook" })).toEqual([]);
		const [mistake] = mistakes({ WEBHOOK_URL: "http://127.0.0.1:9000/hook", TABLE_ENDPOINT: "https://acme.table.core.windows.net" });
		expect(mistake).toMatch(/^WEBHOOK_URL: /);
	});

	test("a wrong address is named although another setting of the same destination is wrong too", () => {
		const found = mistakes({ WEBHOOK_URL: "http://canary:pw@h/x", WEBHOOK_SECRET: "bad", TEAMS_WEBHOOK_URL: "https://canary.example/x" });
		expect(found.map((mistake) => mistake.split(":")[0]).sort()).toEqual(["TEAMS_WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_URL"]);
		expect(found.join()).not.toContain("canary");
	});

	test("a fallback needs somebody to fall back to, and somebody to fall back from", () => {
		const teams = "http://127.0.0.1:9/workflows/0/triggers/manual/paths/invoke?sig=x";
		const webhook = "http://127.0.0.1:9/hook";
		expect(mistakes({ FALLBACK: "teams", TEAMS_WEBHOOK_URL: teams })).toHaveLength(1);
		expect(mistakes({ FALLBACK: "webhook", TEAMS_WEBHOOK_URL: teams })).toHaveLength(1);
		expect(mistakes({ FALLBACK: "webhook", TEAMS_WEBHOOK_URL: teams, WEBHOOK_URL: webhook })).toEqual([]);
	});

	test("a table endpoint with a signature or a key in it is refused", () => {
		expect(mistakes({ TABLE_ENDPOINT: "https://acme.table.core.windows.net/?sig=canary" })).toHaveLength(1);
	});
});

test("the settings table of README.md is fresh: npm run docs writes it", () => {
	expect(readFileSync("README.md", "utf8")).toContain(settingsTable());
	for (const name of settingNames) expect(settingsTable()).toContain(`| \`${name}\` |`);
});
