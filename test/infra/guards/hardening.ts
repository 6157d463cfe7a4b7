import { at, moduleNamed, ofType, only, put, sorted } from "../template.ts";
import { type Guard, mustBe, remove } from "./guard.ts";

const account = "Microsoft.Storage/storageAccounts";
const site = "Microsoft.Web/sites";
const vault = "Microsoft.KeyVault/vaults";
const namespace = "Microsoft.EventHub/namespaces";

export const hardeningGuards: readonly Guard[] = [
	{
		promise: "only TLS 1.2 and later, only https",
		check: (template) => [
			...mustBe(template, account, { "properties.minimumTlsVersion": "TLS1_2", "properties.supportsHttpsTrafficOnly": true }),
			...mustBe(template, namespace, { "properties.minimumTlsVersion": "1.2" }),
			...mustBe(template, site, {
				"properties.httpsOnly": true,
				"properties.siteConfig.minTlsVersion": "1.2",
				"properties.siteConfig.scmMinTlsVersion": "1.2",
			}),
		],
		breakIt: [
			(template) => put(only(template, account), "properties.minimumTlsVersion", "TLS1_0"),
			(template) => put(only(template, account), "properties.supportsHttpsTrafficOnly", false),
			(template) => put(only(template, namespace), "properties.minimumTlsVersion", "1.0"),
			(template) => put(only(template, site), "properties.httpsOnly", false),
			(template) => put(only(template, site), "properties.siteConfig.minTlsVersion", "1.1"),
		],
	},
	{
		promise: "no public blobs, and the package container is closed",
		check: (template) => [
			...mustBe(template, account, { "properties.allowBlobPublicAccess": false }),
			...mustBe(template, `${account}/blobServices/containers`, { "properties.publicAccess": "None" }),
		],
		breakIt: [
			(template) => put(only(template, account), "properties.allowBlobPublicAccess", true),
			(template) => put(moduleNamed(template, "storage"), "resources.account::blobs::package.properties.publicAccess", "Blob"),
			(template) => put(moduleNamed(template, "storage"), "resources.account::blobs::host.properties.publicAccess", "Blob"),
		],
	},
	{
		promise: "no FTP, no publishing passwords, no open CORS",
		check: (template) => {
			const policies = ofType(template, `${site}/basicPublishingCredentialsPolicies`).filter(
				({ resource }) => at(resource, "properties.allow") === false,
			);
			const closed = sorted(policies.map(({ key }) => key));
			return [
				...mustBe(template, site, { "properties.siteConfig.ftpsState": "Disabled" }),
				...(closed.join() === "app::ftp,app::scm" ? [] : [`publishing passwords are off only for ${closed.join(", ")}`]),
				...(at(only(template, site), "properties.siteConfig.cors") === undefined ? [] : ["CORS is set"]),
			];
		},
		breakIt: [
			(template) => put(only(template, site), "properties.siteConfig.ftpsState", "AllAllowed"),
			(template) => put(moduleNamed(template, "app"), "resources.app::scm.properties", { allow: true }),
			(template) => put(only(template, site), "properties.siteConfig.cors", { allowedOrigins: ["*"] }),
		],
	},
	{
		promise: "a deleted vault or blob can be brought back",
		check: (template) => [
			...mustBe(template, vault, { "properties.enableSoftDelete": true, "properties.enablePurgeProtection": true }),
			...mustBe(template, `${account}/blobServices`, { "properties.deleteRetentionPolicy.enabled": true }),
		],
		breakIt: [
			(template) => put(only(template, vault), "properties.enablePurgeProtection", false),
			(template) => put(only(template, `${account}/blobServices`), "properties.deleteRetentionPolicy.enabled", false),
		],
	},
	{
		promise: "the private network closes storage and vault and leads to all four services",
		check: (template) => {
			const targets = template.variables?.["privateTargets"];
			const groups = (Array.isArray(targets) ? targets : []).map((target: unknown) => at(target, "group")).join();
			const delegations = JSON.stringify(only(template, "Microsoft.Network/virtualNetworks"));
			return [
				...mustBe(template, account, {
					"properties.publicNetworkAccess": "[if(parameters('privateOnly'), 'Disabled', 'Enabled')]",
					"properties.networkAcls.defaultAction": "[if(parameters('privateOnly'), 'Deny', 'Allow')]",
				}),
				...mustBe(template, vault, { "properties.publicNetworkAccess": "[if(parameters('privateOnly'), 'Disabled', 'Enabled')]" }),
				...mustBe(template, site, {
					"properties.virtualNetworkSubnetId": "[if(empty(parameters('subnetId')), null(), parameters('subnetId'))]",
				}),
				...(groups === "blob,table,vault,namespace" ? [] : [`private endpoints lead to ${groups}`]),
				...(delegations.includes("Microsoft.App/environments") ? [] : ["the app's subnet is not delegated"]),
				...["privateDnsZones", "privateDnsZones/virtualNetworkLinks", "privateEndpoints", "privateEndpoints/privateDnsZoneGroups"].flatMap(
					(type) =>
						ofType(moduleNamed(template, "privateEndpoints"), `Microsoft.Network/${type}`).length === 1 ? [] : [`${type} is missing`],
				),
			];
		},
		breakIt: [
			(template) => put(only(template, account), "properties.publicNetworkAccess", "Enabled"),
			(template) => put(only(template, vault), "properties.publicNetworkAccess", "Enabled"),
			(template) => put(only(template, site), "properties.virtualNetworkSubnetId", ""),
			(template) => put(template, "variables.privateTargets", []),
			(template) => remove(template, "Microsoft.Network/privateEndpoints"),
			(template) => remove(template, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"),
		],
	},
	{
		promise: "each hub keeps events for a week, and the app has two consumer groups of its own in each",
		check: (template) => [
			...mustBe(template, `${namespace}/eventhubs`, {
				"properties.retentionDescription": { cleanupPolicy: "Delete", retentionTimeInHours: "[parameters('retentionHours')]" },
			}),
			...(template.parameters?.["retentionHours"]?.defaultValue === 168 ? [] : ["retention is not a week"]),
			...(ofType(template, `${namespace}/eventhubs/consumergroups`).length === 2 ? [] : ["a consumer group is missing"]),
			...[`${namespace}/eventhubs`, `${namespace}/eventhubs/consumergroups`, "Microsoft.Authorization/roleAssignments"].flatMap((type) =>
				[...ofType(moduleNamed(template, "eventHub"), type), ...ofType(moduleNamed(template, "hubAccess"), type)].flatMap(
					({ key, resource }) =>
						/^\[length\(parameters\('(hubNames|hub)'\)(\.names)?\)\]$/.test(String(at(resource, "copy.count")))
							? []
							: [`${key} is not made for each hub`],
				),
			),
			...(JSON.stringify(template).includes("$Default") ? ["$Default is used"] : []),
		],
		breakIt: [
			(template) => put(template, "parameters.retentionHours.defaultValue", 24),
			(template) => put(only(template, `${namespace}/eventhubs`), "properties.retentionDescription", {}),
			(template) => put(template, "parameters.consumerGroupName.defaultValue", "$Default"),
			(template) => delete moduleNamed(template, "hubAccess").resources["secondGroup"],
			(template) => put(moduleNamed(template, "hubAccess"), "resources.readHub.copy.count", 1),
			(template) => put(only(template, `${namespace}/eventhubs`), "copy", undefined),
			(template) => remove(template, `${namespace}/eventhubs/consumergroups`),
		],
	},
	{
		promise: "both subnets of a new network have a security group",
		check: (template) => {
			const subnets = at(only(template, "Microsoft.Network/virtualNetworks"), "properties.subnets");
			const open = (Array.isArray(subnets) ? subnets : []).filter(
				(subnet: unknown) => at(subnet, "properties.networkSecurityGroup.id") === undefined,
			);
			return [
				...open.map((subnet: unknown) => `${String(at(subnet, "name"))} has no security group`),
				...ofType(template, "Microsoft.Network/networkSecurityGroups")
					.filter(({ resource }) => !JSON.stringify(at(resource, "properties.securityRules")).includes('"access":"Deny"'))
					.map(({ key }) => `${key} denies nothing`),
			];
		},
		breakIt: [
			(template) => put(moduleNamed(template, "network"), "resources.network.properties.subnets.0.properties.networkSecurityGroup", {}),
			(template) => put(moduleNamed(template, "network"), "resources.endpointGuard.properties.securityRules", []),
		],
	},
	{
		promise: "on request, storage, vault and hub cannot be deleted by mistake",
		check: (template) => {
			const locks = ofType(template, "Microsoft.Authorization/locks").filter(
				({ resource }) => resource.condition === "[parameters('lock')]" && at(resource, "properties.level") === "CanNotDelete",
			);
			const given = ["storage", "vault", "eventHub"].filter(
				(name) => at(template.resources[name], "properties.parameters.lock.value") === "[parameters('lockResources')]",
			);
			return locks.length === 3 && given.length === 3 ? [] : [`${locks.length} locks, ${given.length} of them wired`];
		},
		breakIt: [
			(template) => delete moduleNamed(template, "storage").resources["keep"],
			(template) => put(moduleNamed(template, "vault"), "resources.keep.properties.level", "ReadOnly"),
			(template) => put(template, "resources.eventHub.properties.parameters.lock.value", false),
		],
	},
];
