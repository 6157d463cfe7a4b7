import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { destinationKinds } from "../../lib/notify/index.ts";
import { deploy } from "./evaluate.ts";
import { allTemplates, at, compiledTemplate, only, root, sorted } from "./template.ts";

const sources = globSync("infra/terraform/*.tf", { cwd: root })
	.sort()
	.map((path) => readFileSync(`${root}${path}`, "utf8"))
	.join("\n");
const template = compiledTemplate();

/** Types that Terraform needs no resource for, with the reason. */
const onlyInBicep: Readonly<Record<string, string>> = {
	"Microsoft.Resources/tags": "the state remembers which namespace is read",
	"Microsoft.Resources/deployments": "modules",
	"Microsoft.Network/virtualNetworks/subnets": "they are part of their network",
};

/** Every type with its version that a text of Terraform declares. */
function declared(text: string): string[] {
	return sorted([...new Set([...text.matchAll(/^\s*type\s*= "([\w./]+@[\w-]+)"$/gm)].map(([, type = ""]) => type))]);
}

/** The same of the compiled template, its modules included. */
function compiled(): string[] {
	const all = allTemplates(template).flatMap(({ resources }) => Object.values(resources));
	const created = all.filter(({ type }) => !(type in onlyInBicep)).map(({ type, apiVersion }) => `${type}@${apiVersion}`);
	return sorted([...new Set(created)]);
}

/** Names of the settings that the text of the app gives, whatever the conditions. */
function settingsIn(text: string): string[] {
	const block = text.slice(text.indexOf("app_settings = merge("), text.indexOf('resource "azapi_resource" "plan"'));
	return sorted(
		[...new Set([...block.matchAll(/(?:^\s+|\{ )([A-Za-z]\w*)\s+= /gm)].map(([, name = ""]) => name))].filter(
			(name) => name !== "app_settings",
		),
	);
}

/** Role, scope and principal of each assignment. */
function rolesIn(text: string): string[] {
	const pattern = /scope = ([^,]+), principal = local\.(\w+), role = "([0-9a-f-]{36})"/g;
	return sorted([...text.matchAll(pattern)].map(([, scope = "", principal = "", role = ""]) => `${role} ${scope} ${principal}`));
}

/** Parameters without a variable of the same name, with the reason. */
const notInTerraform: Readonly<Record<string, string>> = {
	budgetStart: "budget_start_month: Terraform has no time of its own that stays",
	leaveHubNames: "the state remembers which hubs are read",
	leaveNamespaceId: "the state remembers which namespace is read",
	teamsWebhookUrl: "secrets",
	slackWebhookUrl: "secrets",
	pagerdutyRoutingKey: "secrets",
	webhookUrl: "secrets",
	webhookSecret: "secrets",
	webhookHeader: "secrets",
	answersKey: "secrets",
	furtherSecretValues: "secrets",
};

const snake = (name: string) => name.replace(/([a-z0-9])([A-Z]+)/g, "$1_$2").toLowerCase();

/** Sentences of Bicep with the names that Terraform has for its parameters; what is filled in is "…". */
const refusals = [...JSON.stringify(template.variables?.["mistakes"]).matchAll(/, (?:format\()?'((?:[^']|'')+[.])'/g)].map(
	([, text = ""]) =>
		text
			.replace(/\{\d\}/g, "…")
			.replace("furtherSecretValues", "secrets")
			.replace(/\b[a-z]+(?:[A-Z][A-Za-z0-9]+)+\b/g, (name) => (name in (template.parameters ?? {}) ? snake(name) : name)),
);

/** The same of Terraform. */
function refusalsOf(text: string): string[] {
	const sentences = [...text.matchAll(/^ {6}error_message = "(.+)"$/gm)].map(([, sentence = ""]) => sentence);
	return sorted(sentences.map((sentence) => sentence.replace(/\$\{[^}]+\}/g, "…")));
}

/** What a variable may be: the values of its list, or the two ends of its range. */
function limitsOf(text: string): Record<string, string[]> {
	const blocks = [...text.matchAll(/^variable "(\w+)" \{\n([\s\S]+?)^\}/gm)];
	return Object.fromEntries(
		blocks.flatMap(([, name = "", body = ""]) => {
			const list = /condition\s+= (?:contains\(|length\(setsubtract\(var\.\w+, )\[(.+?)\]/.exec(body)?.[1];
			const [, from, to = "…"] = /condition\s+= var\.\w+ >= (-?\d+)(?: && var\.\w+ <= (\d+))?$/m.exec(body) ?? [];
			if (list !== undefined) return [[name, sorted(list.replaceAll('"', "").split(", "))]];
			return from === undefined ? [] : [[name, sorted([from, to])]];
		}),
	);
}

function parametersWithout(text: string): string[] {
	const names = new Set([...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name));
	return sorted(Object.keys(template.parameters ?? {}).filter((name) => !names.has(snake(name))));
}

/** The template writes abbreviations in capitals. */
function parameterOf(name: string): string {
	return Object.keys(template.parameters ?? {}).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
}

/** Variables, locals, resources and data that are used and stand nowhere. */
function undeclared(text: string): string[] {
	const declared = new Set([
		...[...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => `var.${name}`),
		...[...text.matchAll(/^(resource|data) "(\w+)" "(\w+)"/gm)].map(
			([, kind, type, name]) => `${kind === "data" ? "data." : ""}${type}.${name}`,
		),
		...[...text.matchAll(/^locals \{\n([\s\S]+?)^\}/gm)].flatMap(([, body = ""]) =>
			[...body.matchAll(/^ {2}(\w+)\s*=/gm)].map(([, name]) => `local.${name}`),
		),
	]);
	const used = [...text.matchAll(/(?<![\w."/-])(?:data\.)?(?:var|local|azapi_\w+|terraform_data)\.[a-z]\w*/g)].map(([name]) =>
		name.startsWith("data.") ? (/^data\.\w+\.\w+/.exec(`${name}`)?.[0] ?? name) : name,
	);
	return sorted([...new Set(used)].filter((name) => !declared.has(name)));
}

describe("Terraform has what the Bicep template has", () => {
	test("the same resources in the same versions", () => {
		expect(declared(sources)).toEqual(compiled());
	});

	test("the same refusals in the same words, but for those of the state and of Terraform's map of secrets", () => {
		const ours = (sentence: string) => !sentence.includes("would leave it") && sentence !== "…";
		const theirs = (sentence: string) => !/^… in (secrets|settings) is not|^budget_dollars needs/.test(sentence);

		expect(refusalsOf(sources).filter(theirs)).toEqual(sorted(refusals.filter(ours)));
		expect(refusals.length).toBeGreaterThan(30);
	});

	test("the same values and bounds of each variable", () => {
		expect(limitsOf(sources)).toEqual(
			Object.fromEntries(
				Object.entries(template.parameters ?? {}).flatMap(([name, { allowedValues, minValue, maxValue }]) => {
					const limit = allowedValues ?? (minValue === undefined ? undefined : [minValue, maxValue ?? "…"]);
					return limit === undefined ? [] : [[snake(name), sorted(limit.map(String))]];
				}),
			),
		);
	});

	test("the same roles, each at the same scope, for the same two identities", () => {
		expect(rolesIn(sources)).toEqual([
			"0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3 azapi_resource.findings.id code",
			"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 azapi_resource.config_container.id code",
			"2b629674-e913-4c01-ae53-ef4638d8f975 id code",
			"3913510d-42f4-4e42-8a64-420c390055eb azapi_resource.insights.id code",
			"4633458b-17de-408a-b874-0445c86b69e6 azapi_resource.vault.id code",
			"a638d3c7-ab3a-418d-83e6-5f17a39d4fde id code",
			"b7e6dc6d-f1e8-4753-8033-0f276bb0955b container.id code",
			"ba92f5b4-2d11-453d-a403-e96b0029c9fe azapi_resource.package_container.id package",
		]);
		const inBicep = allTemplates(template)
			.flatMap(({ variables = {} }) => Object.values(variables))
			.filter((value) => /^[0-9a-f-]{36}$/.test(String(value)));
		expect(sorted(rolesIn(sources).map((line) => line.slice(0, 36)))).toEqual(sorted(inBicep.map(String)));
	});

	test("the same settings of the app", () => {
		const given = {
			destinations: destinationKinds.map(({ name }) => name),
			otlpEndpoint: "https://collector.example:4318",
			webhookProof: "both",
			packageSha256: "00",
			approvalsInStorage: true,
			routesInStorage: true,
			weeklyDrill: "Tue 10",
			answers: "entra",
			signInClientId: "00000000-0000-4000-8000-000000000001",
			responders: ["Responder"],
		};
		const list = deploy(template, given)
			.module("app")
			.value(at(only(template, "Microsoft.Web/sites"), "properties.siteConfig.appSettings"));

		expect(settingsIn(sources)).toEqual(sorted((list as { name: string }[]).map(({ name }) => name)));
	});

	test("the same outputs", () => {
		const names = [...sources.matchAll(/^output "(\w+)"/gm)].map(([, name = ""]) =>
			name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
		);

		expect(sorted(names)).toEqual(sorted(Object.keys(template.outputs ?? {})));
	});

	test("variables named like the parameters, with the same defaults", () => {
		const blocks = [...sources.matchAll(/^variable "(\w+)" \{\n([\s\S]+?)^\}/gm)];
		const simple = blocks.flatMap(([, name = "", body = ""]) => {
			const text = /^ {2}default\s+= ("[^"\n]*"|\d+|true|false)$/m.exec(body)?.[1];
			return text === undefined
				? []
				: [[name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()), JSON.parse(text) as unknown] as const];
		});
		const differing = simple.filter(
			([name, value]) => name !== "budgetStartMonth" && at(template.parameters, `${parameterOf(name)}.defaultValue`) !== value,
		);

		expect(differing).toEqual([]);
		expect(simple.length).toBeGreaterThan(35);
	});

	test("a variable for every parameter, landing zones included, but for those that Terraform has no use for", () => {
		expect(parametersWithout(sources)).toEqual(sorted(Object.keys(notInTerraform)));
	});

	test("every name that is used is declared", () => {
		expect(undeclared(sources)).toEqual([]);
	});

	test("the same protection: no keys, TLS, closed containers, no publishing passwords", () => {
		for (const line of [
			/allowSharedKeyAccess\s+= false/,
			/allowBlobPublicAccess\s+= false/,
			/minimumTlsVersion\s+= "TLS1_2"/,
			/disableLocalAuth = true/,
			/DisableLocalAuth\s+= true/,
			/enableRbacAuthorization\s+= true/,
			/enablePurgeProtection\s+= true/,
			/httpsOnly\s+= true/,
			/ftpsState\s+= "Disabled"/,
			/allow = false/,
		])
			expect(sources).toMatch(line);
		expect(sources).not.toMatch(/listKeys|SharedAccessKey|AccountKey|Endpoint=sb/i);
		// Azure takes "*" as the one range of ports, and not in a list.
		expect(sources).not.toMatch(/ports\s*= \["\*"\]/i);
		expect(sources).not.toMatch(/\.(windows\.net|azure\.(net|com|us|cn))/);
	});

	test("a renamed type, a wider role, a name that nothing declares or a setting that is gone is noticed", () => {
		expect(parametersWithout(sources.replace('variable "close_site"', 'variable "closed"'))).toContain("closeSite");
		for (const [from, to] of [
			["local.network_id]", "local.network_ids]"],
			["var.close_site ?", "var.closed ?"],
			["azapi_resource.findings.id", "azapi_resource.finding.id"],
			["data.azapi_resource.identity.output", "data.azapi_resource.identities.output"],
		] as const)
			expect(undeclared(sources.replace(from, to)), to).toHaveLength(1);
		expect(declared(sources.replace("tableServices/tables@2025-06-01", "tableServices/tables@2021-04-01"))).not.toEqual(compiled());
		expect(rolesIn(sources.replace("scope = azapi_resource.findings.id", "scope = azapi_resource.account.id"))).not.toEqual(
			rolesIn(sources),
		);
		expect(settingsIn(sources.replace(/TABLE_NAME/, "TABEL_NAME"))).not.toEqual(settingsIn(sources));
	});
});

describe("Terraform itself", () => {
	const terraform = (folder: string, ...args: readonly string[]) => {
		const { status, stdout, stderr } = spawnSync("terraform", [`-chdir=${folder}`, ...args], {
			encoding: "utf8",
			env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: devNull },
		});
		return { status, text: `${stdout}${stderr}` };
	};
	const leftOut = (context: TestContext) => {
		if (terraform(root, "version").status !== 0) context.skip("terraform is not installed");
	};

	test("reads the files, and they are formatted", (context) => {
		leftOut(context);
		expect(terraform(`${root}infra/terraform`, "fmt", "-check", "-diff")).toEqual({ status: 0, text: "" });
	});

	test("refuses what would be ignored, all at once, and repeats no secret", (context) => {
		leftOut(context);
		const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-terraform-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		mkdirSync(join(folder, "terraform"));
		for (const file of ["azuredeploy.json", "terraform/variables.tf", "terraform/refusals.tf"])
			copyFileSync(`${root}infra/${file}`, join(folder, file));
		writeFileSync(
			join(folder, "terraform/terraform.tfvars.json"),
			JSON.stringify({
				resource_group_id: "/subscriptions/sub/resourceGroups/group",
				location: "westeurope",
				secrets: { "teams-webhok-url": "canary-1", "slack-webhook-url": "canary-2", "webhook-url-soc": "canary-3" },
				further_vault_names: ["WEBHOOK_URL_SOC"],
				further_settings: { WEBHOOK_URL_SOC: "canary-4" },
				settings: { RULE: "all" },
				encryption_key_uri: "https://example.com/keys/a/0123",
			}),
		);
		terraform(join(folder, "terraform"), "init", "-no-color");
		const { status, text } = terraform(join(folder, "terraform"), "plan", "-no-color", "-input=false");
		const said = text.replace(/\n[│╵ ]*/g, " ").replace(/ +/g, " ");

		expect(status).toBe(1);
		for (const sentence of [
			"Nobody would be paged when Tunnelwatch itself fails.",
			"teams-webhok-url in secrets is not the name of a secret.",
			"Nothing would use slack-webhook-url.",
			"RULE in settings is not a setting of the app.",
			"A setting in further_settings is in further_vault_names too.",
			"encryption_key_uri and encryption_identity_id belong together.",
			"without a version: storage follows the newest one.",
		])
			expect(said).toContain(sentence);
		expect(said.match(/Resource precondition failed/g)).toHaveLength(8);
		expect(text).not.toContain("canary");
	});
});
