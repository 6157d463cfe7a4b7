import { allTemplates, at, moduleNamed, only, put, type Template } from "../template.ts";
import type { Guard } from "./guard.ts";
import { mustBe } from "./guard.ts";

const keyWords = /list[A-Z]\w*\(|SharedAccessKey|AccountKey|authorizationRules|RootManage|primaryConnectionString|getSecret/;
const secretName = /webhook(?!Proof)|secret|password|token|apikey/i;
const publicOutputs = ["eventHubName", "eventHubNamespaceId", "functionAppName", "storageAccountName", "vaultName"];

/** Names of the secure parameters of one template. */
function secureParameters(template: Template): string[] {
	return Object.entries(template.parameters ?? {})
		.filter(([, parameter]) => isSecure(parameter.type))
		.map(([name]) => name);
}

function isSecure(type: unknown): boolean {
	return type === "securestring" || type === "secureObject";
}

export const keyGuards: readonly Guard[] = [
	{
		promise: "no key, connection string or access rule is read or made anywhere",
		check: (template) => (JSON.stringify(template).match(new RegExp(keyWords, "g")) ?? []).map((word) => `the template contains ${word}`),
		breakIt: [
			(template) =>
				put(template, "outputs.key", { type: "string", value: "[listKeys(variables('namespaceId'), '2024-01-01').primaryKey]" }),
			(template) => {
				moduleNamed(template, "eventHub").resources["rule"] = {
					type: "Microsoft.EventHub/namespaces/authorizationRules",
					apiVersion: "2024-01-01",
					properties: { rights: ["Manage"] },
				};
			},
			(template) => put(template, "variables.hub", "Endpoint=sb://example/;SharedAccessKeyName=Root;SharedAccessKey=x"),
		],
	},
	{
		promise: "every parameter that may hold a secret is a secure one without a default",
		check: (template) =>
			allTemplates(template).flatMap(({ parameters = {} }) =>
				Object.entries(parameters).flatMap(([name, { type, defaultValue }]) => {
					if (!secretName.test(name)) return [];
					if (!isSecure(type)) return [`${name} is ${type}`];
					return defaultValue === undefined || defaultValue === "" || JSON.stringify(defaultValue) === "{}"
						? []
						: [`${name} has a default`];
				}),
			),
		breakIt: [
			(template) => put(template, "parameters.teamsWebhookUrl.type", "string"),
			(template) => put(moduleNamed(template, "vault"), "parameters.webhookSecret.type", "string"),
			(template) => put(template, "parameters.webhookHeader.defaultValue", "Authorization: Bearer example"),
			(template) => put(template, "parameters.furtherSecretValues.type", "object"),
			(template) => put(template, "parameters.furtherSecretValues.defaultValue", { WEBHOOK_URL_A: "https://example.com" }),
		],
	},
	{
		promise: "a secret goes into the vault and nowhere else; the address for alarms into the action group",
		check: (template) =>
			allTemplates(template).flatMap((inner) =>
				secureParameters(inner).flatMap((name) => {
					const uses = textsNaming(inner, name);
					return uses
						.filter(
							({ path }) =>
								!/\.resources\.(vault::\w+\.(properties\.value|condition)|(vault|actionGroup)\.properties\.parameters\.\w+\.value|group\.properties\.webhookReceivers)$/.test(
									path,
								),
						)
						.map(({ path }) => `${name} is used at ${path}`);
				}),
			),
		breakIt: [
			(template) => put(template, "variables.copyOfSecret", "[parameters('webhookSecret')]"),
			(template) => put(template, "resources.alarms.properties.parameters.runbookUrl.value", "[parameters('alertWebhookUrl')]"),
			(template) => put(moduleNamed(template, "vault"), "resources.vault.tags", { url: "[parameters('teamsWebhookUrl')]" }),
		],
	},
	{
		promise: "outputs name five resources and hold nothing secret",
		check: (template) => {
			const names = Object.keys(template.outputs ?? {}).sort();
			const unexpected = JSON.stringify(names) === JSON.stringify(publicOutputs) ? [] : [`outputs are ${names.join(", ")}`];
			const telling = allTemplates(template).flatMap(({ outputs = {} }) =>
				Object.entries(outputs).flatMap(([name, { value }]) =>
					/ConnectionString|InstrumentationKey|secret|webhook/i.test(JSON.stringify(value)) ? [`output ${name} is telling`] : [],
				),
			);
			return [...unexpected, ...telling];
		},
		breakIt: [
			(template) => put(template, "outputs.hostName", { type: "string", value: "x" }),
			(template) => put(moduleNamed(template, "observability"), "outputs.insightsId.value", "[reference('insights').ConnectionString]"),
		],
	},
	{
		promise: "storage, telemetry and vault refuse keys",
		check: (template) => [
			...mustBe(template, "Microsoft.Storage/storageAccounts", {
				"properties.allowSharedKeyAccess": false,
				"properties.defaultToOAuthAuthentication": true,
			}),
			...mustBe(template, "Microsoft.Insights/components", { "properties.DisableLocalAuth": true }),
			...mustBe(template, "Microsoft.OperationalInsights/workspaces", { "properties.features.disableLocalAuth": true }),
			...mustBe(template, "Microsoft.KeyVault/vaults", { "properties.enableRbacAuthorization": true }),
		],
		breakIt: [
			(template) => put(only(template, "Microsoft.Storage/storageAccounts"), "properties.allowSharedKeyAccess", true),
			(template) => put(only(template, "Microsoft.Storage/storageAccounts"), "properties.defaultToOAuthAuthentication", false),
			(template) => put(only(template, "Microsoft.Insights/components"), "properties.DisableLocalAuth", false),
			(template) => put(only(template, "Microsoft.OperationalInsights/workspaces"), "properties.features", {}),
			(template) => put(only(template, "Microsoft.KeyVault/vaults"), "properties.enableRbacAuthorization", false),
		],
	},
	{
		promise: "the app signs in with its own identity, to its package and its vault too",
		check: (template) => {
			const type = "Microsoft.Web/sites";
			const storage = "properties.functionAppConfig.deployment.storage";
			const settings = String(at(only(template, type), "properties.siteConfig.appSettings"));
			return [
				...mustBe(template, type, {
					"identity.type": "UserAssigned",
					"properties.keyVaultReferenceIdentity": "[parameters('identityId')]",
					[`${storage}.authentication`]: {
						type: "UserAssignedIdentity",
						userAssignedIdentityResourceId: "[parameters('packageIdentityId')]",
					},
				}),
				...["AzureWebJobsStorage__credential", "EventHub__credential"]
					.filter((name) => !settings.includes(`'${name}', 'managedidentity'`))
					.map((name) => `${name} is not managedidentity`),
				...(settings.includes("'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', format('ClientId={0};Authorization=AAD'")
					? []
					: ["telemetry does not sign in"]),
			];
		},
		breakIt: [
			(template) => put(only(template, "Microsoft.Web/sites"), "identity.type", "SystemAssigned"),
			(template) =>
				put(
					only(template, "Microsoft.Web/sites"),
					"properties.functionAppConfig.deployment.storage.authentication.type",
					"StorageAccountConnectionString",
				),
			(template) =>
				put(only(template, "Microsoft.Web/sites"), "properties.siteConfig.appSettings", [
					{ name: "AzureWebJobsStorage", value: "example" },
				]),
		],
	},
];

/** Where a template (its modules aside) reads a parameter. */
function textsNaming(template: Template, parameter: string): { path: string }[] {
	const found: { path: string }[] = [];
	const visit = (value: unknown, path: string): void => {
		// Whether it was given is no secret.
		if (typeof value === "string" && value.replaceAll(`empty(parameters('${parameter}'))`, "").includes(`parameters('${parameter}')`))
			found.push({ path });
		if (typeof value !== "object" || value === null) return;
		for (const [key, inner] of Object.entries(value)) if (key !== "template") visit(inner, `${path}.${key}`);
	};
	visit(template, "");
	return found;
}
