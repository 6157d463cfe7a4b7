import { at, moduleNamed, only, put } from "../template.ts";
import type { Guard } from "./guard.ts";

/** Ends of host names and portals that differ from cloud to cloud. */
const written = /[\w.-]*\.(?:windows\.net|azure\.(?:net|com|us|cn)|azurewebsites\.net|usgovcloudapi\.net|chinacloudapi\.cn)\b/g;

export const cloudGuards: readonly Guard[] = [
	{
		promise: "no address of one cloud is written out",
		check: (template) =>
			[...JSON.stringify(template).matchAll(written)]
				.map(([host]) => host)
				// The name of the template language itself, the same in every cloud.
				.filter((host) => host !== "schema.management.azure.com"),
		breakIt: [
			(template) => put(template, "variables.host", "[format('{0}.servicebus.windows.net', variables('name'))]"),
			(template) => put(template, "variables.zone", "privatelink.vaultcore.azure.net"),
			(template) => put(template, "variables.portal", "https://portal.azure.us"),
		],
	},
	{
		promise: "the app gets the hub's address from the hub itself",
		check: (template) => [
			...(String(at(template.resources["app"], "properties.parameters.appSettings.value")).includes(
				"'EventHub__fullyQualifiedNamespace', reference('hubAccess').outputs.hostName.value",
			)
				? []
				: ["EventHub__fullyQualifiedNamespace is put together"]),
			...(String(at(moduleNamed(template, "hubAccess"), "outputs.hostName.value")).includes("reference('namespace').serviceBusEndpoint")
				? []
				: ["hostName is not the namespace's endpoint"]),
		],
		breakIt: [
			(template) => put(moduleNamed(template, "hubAccess"), "outputs.hostName.value", "[parameters('hub').namespaceName]"),
			(template) => put(template, "resources.app.properties.parameters.appSettings.value", "[parameters('settings')]"),
		],
	},
	{
		promise: "what the landing zone gives is used, and not created a second time",
		check: (template) =>
			Object.entries(conditions).flatMap(([place, expected]) => {
				const [module = "", name = ""] = place.split(" ");
				const resource = module === "main" ? template.resources[name] : moduleNamed(template, module).resources[name];
				return resource?.condition === expected ? [] : [`${place}: created when ${resource?.condition ?? "ever"}`];
			}),
		breakIt: [
			(template) => put(moduleNamed(template, "identity"), "resources.own.condition", undefined),
			(template) => put(moduleNamed(template, "observability"), "resources.workspace.condition", undefined),
			(template) => put(template, "resources.network.condition", "[parameters('privateNetwork')]"),
			(template) => put(template, "resources.eventHub.condition", true),
			(template) => put(template, "resources.sitePrivateWay.condition", true),
		],
	},
	{
		promise: "on request the site is closed, to everyone or to all but the listed addresses, for deployments too",
		check: (template) => {
			const site = only(template, "Microsoft.Web/sites");
			return Object.entries(siteProperties).flatMap(([path, expected]) =>
				at(site, path) === expected ? [] : [`${path} is ${JSON.stringify(at(site, path))}`],
			);
		},
		breakIt: [
			(template) => put(only(template, "Microsoft.Web/sites"), "properties.publicNetworkAccess", "Enabled"),
			(template) => put(only(template, "Microsoft.Web/sites"), "properties.siteConfig.ipSecurityRestrictionsDefaultAction", "Allow"),
			(template) => put(only(template, "Microsoft.Web/sites"), "properties.siteConfig.scmIpSecurityRestrictionsUseMain", false),
		],
	},
];

const conditions: Readonly<Record<string, string>> = {
	"identity own": "[variables('create')]",
	"packageIdentity own": "[variables('create')]",
	"observability workspace": "[empty(parameters('existingWorkspaceId'))]",
	"main eventHub": "[variables('createNamespace')]",
	"main network": "[and(parameters('privateNetwork'), not(variables('networkGiven')))]",
	"main privateEndpoints": "[parameters('privateNetwork')]",
	"main sitePrivateWay": "[parameters('sitePrivateEndpoint')]",
};

const siteProperties: Readonly<Record<string, unknown>> = {
	"properties.publicNetworkAccess": "[if(and(parameters('closeSite'), empty(parameters('siteAllowedAddresses'))), 'Disabled', 'Enabled')]",
	"properties.siteConfig.ipSecurityRestrictionsDefaultAction": "[if(parameters('closeSite'), 'Deny', 'Allow')]",
	"properties.siteConfig.scmIpSecurityRestrictionsUseMain": true,
};
