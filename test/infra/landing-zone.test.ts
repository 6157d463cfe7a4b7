import { describe, expect, test } from "vitest";
import { app, settings } from "./deployed-app.ts";
import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, only } from "./template.ts";

const template = compiledTemplate();

describe("a landing zone", () => {
	const zones = "/subscriptions/dns-sub/resourceGroups/dns";
	const subnets = "/subscriptions/net-sub/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets";
	const given = {
		privateNetwork: true,
		existingAppSubnetId: `${subnets}/app`,
		existingEndpointsSubnetId: `${subnets}/endpoints`,
		privateDnsZonesGroupId: zones,
	};
	const names = (copy: number, more: Readonly<Record<string, unknown>> = {}) =>
		deploy(template, { ...given, ...more })
			.module("privateEndpoints", copy)
			.value("[concat(parameters('zoneName'), ' ', parameters('targetId'))]");

	test("gives the subnets, and no network is created", () => {
		const { value, module } = deploy(template, given);

		expect(value(at(template, "resources.network.condition"))).toBe(false);
		expect(app(given)("properties.virtualNetworkSubnetId")).toBe(`${subnets}/app`);
		expect(module("privateEndpoints", 2).value("[parameters('subnetId')]")).toBe(`${subnets}/endpoints`);
	});

	test("gets endpoints to four services, under the names of its cloud", () => {
		expect([0, 1, 2, 3].map((copy) => names(copy))).toEqual([
			expect.stringMatching(/^privatelink\.blob\.core\.windows\.net .+Microsoft\.Storage\/storageAccounts\/tunnelwatchabcdefghijklm$/),
			expect.stringMatching(/^privatelink\.table\.core\.windows\.net .+\/tunnelwatchabcdefghijklm$/),
			expect.stringMatching(/^privatelink\.vaultcore\.azure\.net .+Microsoft\.KeyVault\/vaults\/tunnelwatchabcdefghijklm$/),
			expect.stringMatching(/^privatelink\.servicebus\.windows\.net .+Microsoft\.EventHub\/namespaces\/tunnelwatch-abcdefghijklm$/),
		]);
	});

	test("keeps its zones where they are, makes them here, or writes the names itself", () => {
		const zoneParts = (zonesGroupId: string) => {
			const inside = deploy(template, { ...given, privateDnsZonesGroupId: zonesGroupId }).module("privateEndpoints", 0);
			const resources = at(template, "resources.privateEndpoints.properties.template.resources");
			return {
				creates: inside.value(at(resources, "zone.condition")),
				names: inside.value(at(resources, "endpoint::names.condition")),
				group: inside.value("[variables('groupParts')[4]]"),
			};
		};

		expect(zoneParts(zones)).toEqual({ creates: false, names: true, group: "dns" });
		expect(zoneParts("")).toEqual({ creates: true, names: true, group: "group" });
		expect(zoneParts("none")).toEqual({ creates: false, names: false, group: "group" });
	});

	test("on request the site gets an endpoint too, under the name of its cloud, after the package and the other endpoints", () => {
		const { value, module } = deploy(template, { ...given, sitePrivateEndpoint: true });
		const way = at(template, "resources.sitePrivateWay");

		expect(value(at(way, "condition"))).toBe(true);
		expect(deploy(template, given).value(at(way, "condition"))).toBe(false);
		expect(module("sitePrivateWay").value("[concat(parameters('zoneName'), ' ', parameters('group'), ' ', parameters('subnetId'))]")).toBe(
			`privatelink.sites.example sites ${subnets}/endpoints`,
		);
		expect(at(way, "dependsOn")).toEqual(expect.arrayContaining(["app", "privateEndpoints"]));
	});

	test("gives identities and a workspace, and none is created", () => {
		const identityId = "/subscriptions/id-sub/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/tunnelwatch";
		const workspace = "/subscriptions/log-sub/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/central";
		const parameters = { existingIdentityId: identityId, existingWorkspaceId: workspace };
		const { module } = deploy(template, parameters);

		expect(module("identity").value("[variables('create')]")).toBe(false);
		expect(module("packageIdentity").value("[variables('create')]")).toBe(true);
		expect(app(parameters)("properties.keyVaultReferenceIdentity")).toBe(identityId);
		expect(settings(parameters)["AZURE_CLIENT_ID"]).toBe("<given.clientId>");
		expect(module("vault").value("[parameters('workspaceId')]")).toBe(workspace);
	});

	test("brings its own key for storage, tables too", () => {
		const key = { encryptionKeyUri: "https://corp-keys.vault.example/keys/storage", encryptionIdentityId: "/ids/keys" };
		const storage = only(template, "Microsoft.Storage/storageAccounts");

		expect(deploy(template, key).module("storage").value(at(storage, "properties.encryption"))).toMatchObject({
			keySource: "Microsoft.Keyvault",
			identity: { userAssignedIdentity: "/ids/keys" },
			keyvaultproperties: { keyvaulturi: "https://corp-keys.vault.example", keyname: "storage" },
			services: { table: { keyType: "Account" } },
		});
		expect(deploy(template, {}).module("storage").value(at(storage, "properties.encryption"))).toMatchObject({
			keySource: "Microsoft.Storage",
		});
	});

	test("brings its own key for a hub of the tier that takes one, and no hub asks for it otherwise", () => {
		const key = { encryptionKeyUri: "https://corp-keys.vault.example/keys/storage", encryptionIdentityId: "/ids/keys" };
		const namespace = only(template, "Microsoft.EventHub/namespaces");
		const made = (more: object) => {
			const { value } = deploy(template, { ...key, ...more }).module("eventHub");
			return { sku: value(namespace["sku"]), identity: value(namespace["identity"]), properties: value(namespace.properties) };
		};

		expect(made({ eventHubTier: "Premium", encryptEventHub: true })).toMatchObject({
			sku: { name: "Premium", tier: "Premium", capacity: 1 },
			identity: { type: "UserAssigned", userAssignedIdentities: { "/ids/keys": {} } },
			properties: {
				isAutoInflateEnabled: false,
				maximumThroughputUnits: 0,
				encryption: {
					keySource: "Microsoft.KeyVault",
					keyVaultProperties: [
						{ keyName: "storage", keyVaultUri: "https://corp-keys.vault.example", identity: { userAssignedIdentity: "/ids/keys" } },
					],
				},
			},
		});
		expect(made({})).toMatchObject({
			sku: { name: "Standard" },
			identity: null,
			properties: { isAutoInflateEnabled: true, encryption: null },
		});
	});

	test("closes the site to all but its own addresses", () => {
		const closed = { closeSite: true, siteAllowedAddresses: ["192.0.2.0/24"] };

		expect(app(closed)("properties.publicNetworkAccess")).toBe("Enabled");
		expect(app(closed)("properties.siteConfig.ipSecurityRestrictions")).toEqual([
			{ name: "listed-1", action: "Allow", priority: 100, ipAddress: "192.0.2.0/24" },
		]);
		expect(app({ closeSite: true })("properties.publicNetworkAccess")).toBe("Disabled");
		expect(app({})("properties.siteConfig.ipSecurityRestrictionsDefaultAction")).toBe("Allow");
	});
});

test("on request approvals come from storage, beside the package and not in it", () => {
	expect(settings({ approvalsInStorage: true })["APPROVALS_FILE"]).toBe("<account.primaryEndpoints.blob>app-config/approvals.json");
	expect(settings({})).not.toHaveProperty("APPROVALS_FILE");
});
