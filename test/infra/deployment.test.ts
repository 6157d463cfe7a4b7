import { describe, expect, test } from "vitest";
import { hubTriggers } from "../../lib/app/hub-names.ts";
import { app, settings } from "./deployed-app.ts";
import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, moduleNamed, only } from "./template.ts";

const template = compiledTemplate();

/** What the namespace says of itself, taken apart: its endpoint is only known to Azure. */
const hostName = "its-own-name.servicebus.example";

const secretNames = (given: Readonly<Record<string, unknown>>) =>
	Object.entries(settings(given))
		.filter(([, value]) => value.startsWith("@Microsoft.KeyVault("))
		.map(([name]) => name);

describe("an empty form", () => {
	test("gives the app these settings", () => {
		expect(settings({})).toEqual({
			APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "ClientId=<own.clientId>;Authorization=AAD",
			APPLICATIONINSIGHTS_CONNECTION_STRING: "<insights.ConnectionString>",
			AZURE_CLIENT_ID: "<own.clientId>",
			AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize: "16",
			AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime: "00:00:30",
			AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize: "1",
			AzureWebJobsStorage__blobServiceUri: "<account.primaryEndpoints.blob>",
			AzureWebJobsStorage__clientId: "<own.clientId>",
			AzureWebJobsStorage__credential: "managedidentity",
			AzureWebJobsStorage__tableServiceUri: "<account.primaryEndpoints.table>",
			EVENTHUB_CONSUMER_GROUP: "tunnelwatch",
			EVENTHUB_NAME: "defender",
			EventHub__clientId: "<own.clientId>",
			EventHub__credential: "managedidentity",
			EventHub__fullyQualifiedNamespace: hostName,
			TABLE_ENDPOINT: "<account.primaryEndpoints.table>",
			TABLE_NAME: "tunnelwatch",
			TEAMS_WEBHOOK_URL: "@Microsoft.KeyVault(SecretUri=<vault.vaultUri>secrets/teams-webhook-url/)",
		});
	});

	test("keeps one instance of detect ready and joins no network", () => {
		expect(app({})("properties.functionAppConfig.scaleAndConcurrency")).toEqual({
			instanceMemoryMB: 512,
			maximumInstanceCount: 40,
			alwaysReady: [{ name: "function:detect", instanceCount: 1 }],
		});
		expect(app({})("properties.virtualNetworkSubnetId")).toBe(null);
	});

	test("gives names that Azure takes", () => {
		const { value } = deploy(template, { prefix: "twelveletter" });

		expect(value("[variables('shortName')]")).toMatch(/^[a-z][a-z0-9]{2,23}$/);
		expect(value("[variables('name')]")).toMatch(/^[a-z][a-z0-9-]{5,49}$/);
	});
});

describe("presets", () => {
	test("frugal gathers 32 messages and keeps nothing ready", () => {
		const given = { preset: "frugal" };

		expect(settings(given)).toMatchObject({
			AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize: "32",
			AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize: "32",
			AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime: "00:00:30",
		});
		expect(app(given)("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")).toEqual([]);
	});

	test("a parameter of one's own is stronger than the preset, zero too", () => {
		const given = { preset: "fast", alwaysReadyInstances: 0, instanceMemoryMB: 2048, maxEventBatchSize: 64 };

		expect(app(given)("properties.functionAppConfig.scaleAndConcurrency")).toMatchObject({ instanceMemoryMB: 2048, alwaysReady: [] });
		expect(settings(given)).toMatchObject({ AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize: "64" });
	});
});

describe("destinations", () => {
	test.each([
		[{ destinations: ["teams"] }, ["TEAMS_WEBHOOK_URL"]],
		[{ destinations: ["webhook"] }, ["WEBHOOK_URL", "WEBHOOK_SECRET"]],
		[{ destinations: ["webhook"], webhookProof: "header" }, ["WEBHOOK_URL", "WEBHOOK_HEADER"]],
		[
			{ destinations: ["teams", "webhook"], webhookProof: "both" },
			["TEAMS_WEBHOOK_URL", "WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_HEADER"],
		],
		[{ destinations: [], webhookProof: "both" }, []],
	])("%o refer to the secrets %o", (given, names) => {
		expect(secretNames(given)).toEqual(names);
	});

	test("a destination stays when its secret is not given again", () => {
		expect(secretNames({ teamsWebhookUrl: "https://example.com/flow" })).toEqual(secretNames({ teamsWebhookUrl: "" }));
	});

	test("no secret reaches the app's settings", () => {
		const given = {
			destinations: ["teams", "webhook"],
			webhookProof: "both",
			teamsWebhookUrl: "canary-1",
			webhookUrl: "canary-2",
			webhookSecret: "canary-3",
			webhookHeader: "canary-4",
		};

		expect(JSON.stringify(settings(given))).not.toContain("canary");
	});
});

test("settings of one's own reach the app and cannot replace what the template wires", () => {
	expect(settings({ settings: { RULES: "all", TABLE_NAME: "other" } })).toMatchObject({ RULES: "all", TABLE_NAME: "tunnelwatch" });
});

describe("a namespace of one's own", () => {
	const existingNamespaceId = "/subscriptions/other-sub/resourceGroups/hubs/providers/Microsoft.EventHub/namespaces/corp-events";
	const { value, module } = deploy(template, { existingNamespaceId, eventHubName: "xdr" });

	test("is used where it stands, and none is created", () => {
		expect(value(at(template, "resources.eventHub.condition"))).toBe(false);
		expect(value(at(template, "resources.hubAccess.subscriptionId"))).toBe("other-sub");
		expect(value(at(template, "resources.hubAccess.resourceGroup"))).toBe("hubs");
		expect(module("hubAccess").value("[parameters('hub')]")).toEqual({
			namespaceName: "corp-events",
			names: ["xdr"],
			consumerGroupName: "tunnelwatch",
		});
		expect(settings({ existingNamespaceId })["EventHub__fullyQualifiedNamespace"]).toBe(hostName);
		expect(value(at(template, "outputs.eventHubNamespaceId.value"))).toBe(existingNamespaceId);
	});

	test("without it, one is created in this resource group", () => {
		const own = deploy(template, {});

		expect(own.value(at(template, "resources.eventHub.condition"))).toBe(true);
		expect(own.value(at(template, "resources.hubAccess.subscriptionId"))).toBe("sub");
		expect(own.value(at(template, "resources.hubAccess.resourceGroup"))).toBe("group");
		expect(own.value(at(template, "outputs.eventHubNamespaceId.value"))).toBe(
			"/subscriptions/sub/resourceGroups/group/providers/Microsoft.EventHub/namespaces/tunnelwatch-abcdefghijklm",
		);
	});
});

describe("several hubs", () => {
	const given = { eventHubName: "defender, insights-logs-advancedhunting-deviceinfo" };
	const hubs = ["defender", "insights-logs-advancedhunting-deviceinfo"];

	test("are all made, read and watched: hub, two groups and one role for each, and one alarm on all", () => {
		const { module } = deploy(template, given);

		expect(module("eventHub").value("[parameters('hubNames')]")).toEqual(hubs);
		expect(module("hubAccess").value("[parameters('hub').names]")).toEqual(hubs);
		expect(module("alarms").value("[parameters('hubNames')]")).toEqual(hubs);
		const { consumerGroup, secondGroup, readHub } = moduleNamed(template, "hubAccess").resources;
		const groups = [consumerGroup, secondGroup].flatMap((group) => [0, 1].map((copy) => module("hubAccess").value(group?.["name"], copy)));
		expect(groups).toEqual(
			["", "-again"].flatMap((end) => hubs.map((hub) => expect.stringMatching(new RegExp(`/${hub}/tunnelwatch${end}$`)))),
		);
		const scopes = [readHub].flatMap((role) => [0, 1].map((copy) => module("hubAccess").value(role?.["scope"], copy)));
		expect(scopes).toEqual(hubs.map((hub) => expect.stringMatching(new RegExp(`/${hub}$`))));
	});

	test("reach the app as one setting, and each trigger has its ready instance under the name that the code gives it", () => {
		expect(settings(given)["EVENTHUB_NAME"]).toBe(hubs.join(","));
		const ready = app(given)("properties.functionAppConfig.scaleAndConcurrency.alwaysReady") as { name: string }[];
		expect(ready.map(({ name }) => name)).toEqual(hubTriggers(hubs.join(",")).map(({ functionName }) => `function:${functionName}`));
		expect(app({ ...given, preset: "frugal" })("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")).toEqual([]);
	});
});

test("a private network takes the app into its subnet and closes storage and vault", () => {
	const given = { privateNetwork: true };

	expect(app(given)("properties.virtualNetworkSubnetId")).toMatch(/virtualNetworks\/subnets\/tunnelwatch-abcdefghijklm\/app$/);
	const storage = only(template, "Microsoft.Storage/storageAccounts");
	expect(deploy(template, given).module("storage").value(at(storage, "properties.publicNetworkAccess"))).toBe("Disabled");
	expect(deploy(template, {}).module("storage").value(at(storage, "properties.publicNetworkAccess"))).toBe("Enabled");
	expect(
		deploy(template, given)
			.module("vault")
			.value(at(only(template, "Microsoft.KeyVault/vaults"), "properties.publicNetworkAccess")),
	).toBe("Disabled");
});

test("throughput grows by itself only where more than one unit is allowed", () => {
	const namespace = only(template, "Microsoft.EventHub/namespaces");
	const growth = (maxThroughputUnits: number) => {
		const { value } = deploy(template, { maxThroughputUnits }).module("eventHub");
		return [value(at(namespace, "properties.isAutoInflateEnabled")), value(at(namespace, "properties.maximumThroughputUnits"))];
	};

	expect(growth(1)).toEqual([false, 0]);
	expect(growth(2)).toEqual([true, 2]);
});
