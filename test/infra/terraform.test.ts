import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { destinationKinds, secretSettings } from "../../lib/notify/index.ts";
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

function parametersWithout(text: string): string[] {
	const names = new Set([...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name));
	const snake = (name: string) => name.replace(/([a-z0-9])([A-Z]+)/g, "$1_$2").toLowerCase();
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

	test("no plain setting of a further address whose value is a secret", () => {
		const [, refused = ""] = /further_settings : !can\(regex\("\^\(([A-Z_|]+)\)_", name\)\)/.exec(sources) ?? [];
		expect(sorted(refused.split("|"))).toEqual(sorted([...secretSettings]));
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

test("Terraform itself reads the files, and they are formatted", (context) => {
	if (spawnSync("terraform", ["version"]).status !== 0) context.skip("terraform is not installed");

	expect(
		execFileSync("terraform", ["fmt", "-check", "-diff", `${root}infra/terraform`], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
		}),
	).toBe("");
});
