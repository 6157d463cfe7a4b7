import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, type TestContext, test } from "vitest";
import { findBicep } from "../../scripts/infra/bicep.ts";
import { type BicepServer, startBicep } from "./bicep-server.ts";
import { at, compiledTemplate, root } from "./template.ts";

const bicep = findBicep();
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");
const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/tunnelwatch/providers";
const other = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/platform/providers";
const subnets = `${other}/Microsoft.Network/virtualNetworks/hub/subnets`;

/** What people set before they deploy. */
const given = {
	nothing: {},
	everyKind: {
		TUNNELWATCH_PRESET: "frugal",
		TUNNELWATCH_PARTITION_COUNT: "8",
		TUNNELWATCH_PRIVATE_NETWORK: "true",
		TUNNELWATCH_ACTION_GROUP_IDS: '["/subscriptions/s/actionGroups/soc"]',
		TUNNELWATCH_SETTINGS: '{"RULES":"all"}',
		TUNNELWATCH_INSTANCE_MEMORY_MB: "2048",
	},
	address: { TUNNELWATCH_ALERT_EMAIL: "soc@example.com" },
	landingZone: {
		TUNNELWATCH_ACTION_GROUP_IDS: JSON.stringify([`${other}/Microsoft.Insights/actionGroups/soc`]),
		TUNNELWATCH_EXISTING_NAMESPACE_ID: `${other}/Microsoft.EventHub/namespaces/corp-events`,
		TUNNELWATCH_EXISTING_WORKSPACE_ID: `${other}/Microsoft.OperationalInsights/workspaces/central`,
		TUNNELWATCH_EXISTING_IDENTITY_ID: `${other}/Microsoft.ManagedIdentity/userAssignedIdentities/code`,
		TUNNELWATCH_EXISTING_PACKAGE_IDENTITY_ID: `${other}/Microsoft.ManagedIdentity/userAssignedIdentities/package`,
		TUNNELWATCH_PRIVATE_NETWORK: "true",
		TUNNELWATCH_EXISTING_APP_SUBNET_ID: `${subnets}/app`,
		TUNNELWATCH_EXISTING_ENDPOINTS_SUBNET_ID: `${subnets}/endpoints`,
		TUNNELWATCH_PRIVATE_DNS_ZONES_GROUP_ID: "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/dns",
		TUNNELWATCH_LOCK_RESOURCES: "true",
	},
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Given = keyof typeof given;

const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-bicep-"));
let server: BicepServer | undefined;
afterAll(() => {
	server?.close();
	rmSync(folder, { recursive: true });
});

/** One compiler for all tests, on a copy of the sources. Without it the test is left out, and says so. */
function compiler(context: TestContext): BicepServer {
	if (!bicep.ok) context.skip(bicep.missing);
	if (server !== undefined) return server;
	cpSync(`${root}infra`, folder, { recursive: true });
	// A process has one environment, so each copy of the parameters file reads variables of its own.
	const environment: Record<string, string> = {};
	for (const [name, values] of Object.entries(given)) {
		writeFileSync(parametersOf(name), read("infra/main.bicepparam").replaceAll("'TUNNELWATCH_", `'${name}_`));
		for (const [variable, value] of Object.entries(values)) environment[variable.replace("TUNNELWATCH", name)] = value;
	}
	server = startBicep(bicep.ok ? bicep.path : "", environment);
	return server;
}

const parametersOf = (name: string) => join(folder, `${name}.bicepparam`);

test("the committed template is what the compiler makes of the sources, byte for byte, and its strict linter has nothing to say", async (context) => {
	const { contents, diagnostics } = await compiler(context).compile(join(folder, "main.bicep"));

	expect(diagnostics).toEqual([]);
	expect(contents === read("infra/azuredeploy.json"), "run npm run infra").toBe(true);
});

test("the linter is strict: a key, an address of one cloud or an unused name is an error", async (context) => {
	const running = compiler(context);
	const path = join(folder, "bad.bicep");
	writeFileSync(
		path,
		[
			"param unused string = ''",
			"param open object = {}",
			"resource account 'Microsoft.Storage/storageAccounts@2021-04-01' = {",
			"  name: 'a.blob.core.windows.net'",
			"  location: 'westeurope'",
			"  kind: 'StorageV2'",
			"  sku: { name: 'Standard_LRS' }",
			"  tags: open",
			"}",
			"output key string = account.listKeys().keys[0].value",
			"",
		].join("\n"),
	);
	const { diagnostics } = await running.compile(path);
	rmSync(path);

	expect(diagnostics.filter(({ level }) => level === "Error").map(({ code }) => code)).toEqual(
		expect.arrayContaining([
			"no-unused-params",
			"use-user-defined-types",
			"no-hardcoded-env-urls",
			"no-hardcoded-location",
			"outputs-should-not-contain-secrets",
		]),
	);
});

test("sources are written as the compiler's formatter writes them", async (context) => {
	const running = compiler(context);
	const files = globSync("**/*.{bicep,bicepparam}", { cwd: `${root}infra` });
	expect(files.length).toBeGreaterThan(5);
	for (const file of files) expect((await running.format(join(folder, file))).contents === read(`infra/${file}`), file).toBe(true);
});

async function parameters(context: TestContext, name: Given): Promise<Record<string, unknown>> {
	const { parameters: text = "", diagnostics } = await compiler(context).compileParams(parametersOf(name));
	expect(diagnostics).toEqual([]);
	const read = JSON.parse(text) as { parameters: Record<string, { value: unknown }> };
	return Object.fromEntries(Object.entries(read.parameters).map(([parameter, { value }]) => [parameter, value]));
}

test("the parameters file knows every parameter, reads it from a variable of its own, and has the template's defaults", async (context) => {
	const expected = Object.fromEntries(
		Object.entries(compiledTemplate().parameters ?? {})
			// These two are computed where the deployment runs.
			.filter(([name]) => name !== "location" && name !== "budgetStart")
			.map(([name, { defaultValue }]) => [name, defaultValue]),
	);

	expect(await parameters(context, "nothing")).toEqual(expected);
	const lines = read("infra/main.bicepparam").match(/^param .+$/gm) ?? [];
	for (const line of lines) {
		const [, name = "", variable] = /^param (\w+) = .*readEnvironmentVariable\('(\w+)'/.exec(line) ?? [];
		expect(variable).toBe(`TUNNELWATCH_${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()}`);
	}
});

test("the parameters file takes numbers, switches, lists and settings", async (context) => {
	expect(await parameters(context, "everyKind")).toMatchObject({
		preset: "frugal",
		partitionCount: 8,
		privateNetwork: true,
		actionGroupIds: ["/subscriptions/s/actionGroups/soc"],
		settings: { RULES: "all" },
		instanceMemoryMB: 2048,
	});
});

/** The resources that a deployment would make, as the compiler's own engine predicts them, without a subscription. */
async function predicted(context: TestContext, name: Given): Promise<{ id: string; properties?: unknown }[]> {
	const snapshot: unknown = JSON.parse((await compiler(context).snapshot(parametersOf(name))).snapshot);
	expect(at(snapshot, "diagnostics")).toEqual([]);
	return at(snapshot, "predictedResources") as { id: string; properties?: unknown }[];
}

/** `type/name` of the resources of our own group, without the part that is made from the group's id. */
function names(resources: readonly { id: string }[], type: string): string[] {
	return resources
		.flatMap(({ id }) => (id.startsWith(`${group}/${type}/`) ? [id.slice(`${group}/`.length)] : []))
		.map((id) => id.replace(/[a-z0-9]{13}(?=-package|-blob|-table|-vault|-namespace|\/|$)/, "*"))
		.sort();
}

test("in a landing zone that gives everything, nothing is created a second time", async (context) => {
	const resources = await predicted(context, "landingZone");

	for (const type of [
		"Microsoft.EventHub",
		"Microsoft.OperationalInsights",
		"Microsoft.ManagedIdentity",
		"Microsoft.Network/virtualNetworks",
		"Microsoft.Network/privateDnsZones",
		"Microsoft.Network/networkSecurityGroups",
	])
		expect(names(resources, type), type).toEqual([]);
	expect(names(resources, "Microsoft.Network/privateEndpoints")).toEqual([
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-blob",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-blob/privateDnsZoneGroups/default",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-namespace",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-namespace/privateDnsZoneGroups/default",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-table",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-table/privateDnsZoneGroups/default",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-vault",
		"Microsoft.Network/privateEndpoints/tunnelwatch-*-vault/privateDnsZoneGroups/default",
	]);
	const elsewhere = resources.filter(({ id }) => id.startsWith(other)).map(({ id }) => id.slice(other.length));
	expect(elsewhere).toEqual(
		["tunnelwatch", "tunnelwatch-again"].map(
			(name) => `/Microsoft.EventHub/namespaces/corp-events/eventhubs/defender/consumergroups/${name}`,
		),
	);
	expect(resources.filter(({ id }) => id.includes("Microsoft.Authorization/locks"))).toHaveLength(2);
});

test("with no values but an address for alarms, everything is made in one group", async (context) => {
	const resources = await predicted(context, "address");

	expect(names(resources, "Microsoft.Web")).toEqual([
		"Microsoft.Web/serverfarms/tunnelwatch-*",
		"Microsoft.Web/sites/tunnelwatch-*",
		"Microsoft.Web/sites/tunnelwatch-*/basicPublishingCredentialsPolicies/ftp",
		"Microsoft.Web/sites/tunnelwatch-*/basicPublishingCredentialsPolicies/scm",
	]);
	expect(names(resources, "Microsoft.EventHub")).toContain(
		"Microsoft.EventHub/namespaces/tunnelwatch-*/eventhubs/defender/consumergroups/tunnelwatch",
	);
	expect(names(resources, "Microsoft.Network")).toEqual([]);
	expect(names(resources, "Microsoft.Resources")).toEqual(["Microsoft.Resources/tags/default"]);
	expect(resources.every(({ id }) => id.startsWith(group) || id.startsWith("[extensionResourceId("))).toBe(true);
});
