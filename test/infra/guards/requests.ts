import { allTemplates, at, moduleNamed, only, put } from "../template.ts";
import type { Guard } from "./guard.ts";
import { mustBe } from "./guard.ts";

/** Parameters of the template and the modules that must be given them. */
const handedOn: Readonly<Record<string, readonly string[]>> = {
	zoneRedundant: ["app.zoneRedundant"],
	storageSku: ["storage.sku"],
	disableEventHubKeys: ["eventHub.disableKeys"],
	eventHubTier: ["eventHub.tier"],
	privateNetwork: ["storage.privateOnly", "vault.privateOnly"],
	lockResources: ["storage.lock", "vault.lock", "eventHub.lock"],
	encryptionKeyUri: ["storage.encryptionKeyUri"],
	encryptionIdentityId: ["storage.encryptionIdentityId"],
	existingWorkspaceId: ["observability.existingWorkspaceId"],
	existingIdentityId: ["identity.existingId"],
	existingPackageIdentityId: ["packageIdentity.existingId"],
	privateDnsZonesGroupId: ["privateEndpoints.zonesGroupId", "sitePrivateWay.zonesGroupId"],
	packageUrl: ["app.packageUrl"],
	nodeVersion: ["app.nodeVersion"],
	runbookUrl: ["alarms.runbookUrl"],
};

export const requestGuards: readonly Guard[] = [
	{
		promise: "what is asked for is handed on to the module that does it",
		check: (template) => [
			...Object.entries(handedOn).flatMap(([parameter, places]) =>
				places.flatMap((place) => {
					const [module = "", name = ""] = place.split(".");
					const given = at(template.resources[module], `properties.parameters.${name}.value`);
					return given === `[parameters('${parameter}')]` ? [] : [`${place} is ${JSON.stringify(given)}`];
				}),
			),
			...mustBe(template, "Microsoft.Web/serverfarms", { "properties.zoneRedundant": "[parameters('zoneRedundant')]" }),
			...mustBe(template, "Microsoft.EventHub/namespaces", { "properties.disableLocalAuth": "[parameters('disableKeys')]" }),
			...mustBe(template, "Microsoft.Storage/storageAccounts", {
				"sku.name": "[parameters('sku')]",
				"properties.encryption": "[if(empty(parameters('encryptionKeyUri')), variables('microsoftsKey'), variables('ownKey'))]",
			}),
		],
		breakIt: [
			(template) => put(template, "resources.eventHub.properties.parameters.disableKeys.value", false),
			(template) => put(template, "resources.privateEndpoints.properties.parameters.zonesGroupId.value", ""),
			(template) => put(template, "resources.vault.properties.parameters.lock.value", false),
			(template) => put(only(template, "Microsoft.Web/serverfarms"), "properties.zoneRedundant", false),
			(template) => put(only(template, "Microsoft.EventHub/namespaces"), "properties.disableLocalAuth", false),
			(template) => put(only(template, "Microsoft.Storage/storageAccounts"), "properties.encryption", "[variables('microsoftsKey')]"),
		],
	},
	{
		promise: "every resource that has a place has the tags of the deployment",
		check: (template) =>
			allTemplates(template)
				.flatMap(({ resources }) => Object.entries(resources))
				.filter(([, { existing, location }]) => existing !== true && location !== undefined)
				.filter(([, { tags }]) => !JSON.stringify(tags ?? "").includes("parameters('tags')"))
				.map(([key]) => `${key} has no tags`),
		breakIt: [
			(template) => put(only(template, "Microsoft.Storage/storageAccounts"), "tags", undefined),
			(template) => put(only(template, "Microsoft.Web/sites"), "tags", { "azd-service-name": "api" }),
		],
	},
	{
		promise: "the resource group remembers namespace, hubs and the budget's month, and only what was deployed whole",
		check: (template) => {
			const memory = template.resources["memory"];
			const tags = JSON.stringify(at(memory, "properties.tags") ?? "");
			return [
				...["groupTags", "budgetMemory", "namespaceTag", "hubsTag"].filter((name) => !tags.includes(`variables('${name}')`)),
				...["app", "budget"].filter((name) => memory?.dependsOn?.includes(name) !== true).map((name) => `not after ${name}`),
				...(String(template.resources["hubAccess"]?.["name"]).startsWith("[if(empty(variables('mistakes')),")
					? []
					: ["nothing is refused"]),
			];
		},
		breakIt: [
			(template) => delete template.resources["memory"],
			(template) => put(template, "resources.memory.dependsOn", []),
			(template) => put(template, "resources.memory.properties.tags", "[variables('groupTags')]"),
			(template) => put(template, "resources.hubAccess.name", "hub-access"),
		],
	},
	{
		promise: "on request a budget tells the people of the alarms before the money is spent and when it will be",
		check: (template) => [
			...mustBe(template, "Microsoft.Consumption/budgets", {
				"properties.amount": "[parameters('dollarsAMonth')]",
				"properties.notifications.nearlySpent.contactGroups": "[parameters('actionGroupIds')]",
				"properties.notifications.willBeSpent.thresholdType": "Forecasted",
				"properties.notifications.willBeSpent.contactGroups": "[parameters('actionGroupIds')]",
			}),
			...(at(template.resources["budget"], "condition") === "[greater(parameters('budgetDollars'), 0)]"
				? []
				: ["a budget without being asked"]),
			...(JSON.stringify(moduleNamed(template, "alarms").variables?.["growthAlarms"] ?? "").includes("'IncomingBytes'")
				? []
				: ["no alarm on throughput units"]),
		],
		breakIt: [
			(template) => put(template, "resources.budget.condition", true),
			(template) => put(moduleNamed(template, "alarms"), "variables.growthAlarms", []),
			(template) => put(only(template, "Microsoft.Consumption/budgets"), "properties.notifications.willBeSpent", {}),
		],
	},
];
