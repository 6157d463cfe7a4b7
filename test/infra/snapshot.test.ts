import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { findBicep } from "../../scripts/infra/bicep.ts";
import { at, root } from "./template.ts";

const bicep = findBicep();
const subscription = "00000000-0000-0000-0000-000000000001";
const group = `/subscriptions/${subscription}/resourceGroups/tunnelwatch/providers`;

/** The resources that a deployment would make, as the compiler's own engine predicts them, without a subscription. */
function predicted(context: TestContext, environment: Readonly<Record<string, string>>): { id: string; properties?: unknown }[] {
	if (!bicep.ok) context.skip(bicep.missing);
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-snapshot-"));
	cpSync(`${root}infra`, folder, { recursive: true });
	const where = [
		"--subscription-id",
		subscription,
		"--tenant-id",
		subscription,
		"--resource-group",
		"tunnelwatch",
		"--location",
		"westeurope",
	];
	const path = bicep.ok ? bicep.path : "";
	const { stderr } = spawnSync(path, ["snapshot", join(folder, "main.bicepparam"), ...where], {
		encoding: "utf8",
		env: { HOME: tmpdir(), ...environment },
	});
	expect(stderr).toBe("");
	const snapshot: unknown = JSON.parse(readFileSync(join(folder, "main.snapshot.json"), "utf8"));
	rmSync(folder, { recursive: true });
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

test("in a landing zone that gives everything, nothing is created a second time", (context) => {
	const other = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/platform/providers";
	const subnets = `${other}/Microsoft.Network/virtualNetworks/hub/subnets`;
	const resources = predicted(context, {
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
	});

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
		["tunnelwatch", "tunnelwatch-again"].map((name) => `/Microsoft.EventHub/namespaces/corp-events/eventhubs/defender/consumergroups/${name}`),
	);
	expect(resources.filter(({ id }) => id.includes("Microsoft.Authorization/locks"))).toHaveLength(2);
});

test("with no values but an address for alarms, everything is made in one group", (context) => {
	const resources = predicted(context, { TUNNELWATCH_ALERT_EMAIL: "soc@example.com" });

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
