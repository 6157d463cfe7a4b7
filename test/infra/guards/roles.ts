import { at, moduleNamed, ofType, put, type Resource, sorted, type Template } from "../template.ts";
import type { Guard } from "./guard.ts";

/** Everything the app may do, and where. Data planes only, each at the narrowest scope that works. */
const expected = [
	"Azure Event Hubs Data Receiver on namespace::events to principalId",
	"Azure Event Hubs Data Sender on namespace::events to principalId",
	"Key Vault Secrets User on vault to principalId",
	"Monitoring Metrics Publisher on insights to principalId",
	"Storage Blob Data Contributor on account::blobs::package to packagePrincipalId",
	"Storage Blob Data Owner on account::blobs::host to principalId",
	"Storage Blob Data Reader on account::blobs::config to principalId",
	"Storage Table Data Contributor on account::tables::findings to principalId",
];

const roleNames: Readonly<Record<string, string>> = {
	"a638d3c7-ab3a-418d-83e6-5f17a39d4fde": "Azure Event Hubs Data Receiver",
	"2b629674-e913-4c01-ae53-ef4638d8f975": "Azure Event Hubs Data Sender",
	"4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
	"3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
	"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
	"ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
	"b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
	"0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
};

const type = "Microsoft.Authorization/roleAssignments";

function granted(template: Template): string[] {
	return sorted(
		ofType(template, type).map(
			({ resource, within }) => `${roleOf(resource, within)} on ${scopeOf(resource, within)} to ${principalOf(resource)}`,
		),
	);
}

function roleOf(assignment: Resource, within: Template): string {
	const text = String(at(assignment, "properties.roleDefinitionId"));
	const variable = /variables\('(\w+)'\)/.exec(text)?.[1];
	const id = variable === undefined ? text : String(within.variables?.[variable]);
	return roleNames[id] ?? `unknown role ${id}`;
}

/** The template's own name of the resource that the assignment is scoped to: the one with that type and that last part of its name. */
function scopeOf(assignment: Resource, within: Template): string {
	const text = assignment.scope ?? "";
	const type = /resourceId\('([^']+)'/.exec(text)?.[1];
	if (type === undefined) return "the resource group";
	const candidates = Object.entries(within.resources).filter(([, resource]) => resource.type === type);
	const named = candidates.filter(([, { name }]) => {
		const last = /(?:parameters|variables)\('[^']+'\)(?:\.\w+|\[copyIndex\(\)\])*(?=\)\]$|\]$)/.exec(String(name))?.[0];
		return last !== undefined && text.endsWith(`${last})]`);
	});
	return named[0]?.[0] ?? type;
}

function principalOf(assignment: Resource): string {
	return /^\[parameters\('(\w+)'\)\]$/.exec(String(at(assignment, "properties.principalId")))?.[1] ?? "another principal";
}

export const roleGuards: readonly Guard[] = [
	{
		promise: "the app has eight roles, each at the narrowest scope, and only the other identity may write the package",
		check: (template) => {
			const actual = granted(template);
			return actual.join("\n") === expected.join("\n") ? [] : [`roles are: ${actual.join("; ")}`];
		},
		breakIt: [
			// Owner of the namespace's data instead of a reader.
			(template) => put(moduleNamed(template, "hubAccess"), "variables.eventHubsDataReceiver", "f526a384-b230-433a-b45c-95f59c4a2dec"),
			(template) =>
				put(
					moduleNamed(template, "hubAccess"),
					"resources.readHub.scope",
					"[resourceId('Microsoft.EventHub/namespaces', parameters('hub').namespaceName)]",
				),
			// The whole account instead of the host's containers or the one table.
			(template) => put(roles(template), "resources.keepState.scope", accountScope),
			(template) => put(roles(template), "resources.keepFindings.scope", accountScope),
			(template) => put(roles(template), "resources.keepFindings.scope", undefined),
			// The code could replace its own package.
			(template) => put(roles(template), "resources.keepPackage.properties.principalId", "[parameters('principalId')]"),
			(template) => put(roles(template), "resources.keepState.scope", at(roles(template), "resources.keepPackage.scope")),
			// It could approve tunnels for itself.
			(template) => put(roles(template), "variables.storageBlobDataReader", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
			(template) => delete roles(template).resources["readSecrets"],
			(template) => put(roles(template), "resources.more", { ...roles(template).resources["keepState"] }),
		],
	},
	{
		promise: "the app may write to its hubs only where it sends drills",
		check: (template) => [
			...(at(moduleNamed(template, "hubAccess"), "resources.writeHub.condition") === "[parameters('sendsDrills')]" ? [] : ["always"]),
			...(at(template, "resources.hubAccess.properties.parameters.sendsDrills.value") === "[not(empty(parameters('weeklyDrill')))]"
				? []
				: ["without a drill"]),
			...(template.parameters?.["weeklyDrill"]?.defaultValue === "" ? [] : ["by default"]),
		],
		breakIt: [
			(template) => put(moduleNamed(template, "hubAccess"), "resources.writeHub.condition", undefined),
			(template) => put(template, "resources.hubAccess.properties.parameters.sendsDrills.value", true),
			(template) => put(template, "parameters.weeklyDrill.defaultValue", "Tue 10"),
		],
	},
	{
		promise: "roles go to the app's identities only, under names that do not change",
		check: (template) =>
			ofType(template, type).flatMap(({ key, resource }) => [
				...(/^(packageP|p)rincipalId$/.test(principalOf(resource)) ? [] : [`${key}: another principal`]),
				...(at(resource, "properties.principalType") === "ServicePrincipal" ? [] : [`${key}: principalType`]),
				...(/^\[guid\(.+, parameters\('(packageP|p)rincipalId'\), variables\('\w+'\)\)\]$/.test(String(resource["name"]))
					? []
					: [`${key}: name`]),
			]),
		breakIt: [
			(template) => put(roles(template), "resources.readSecrets.properties.principalId", "00000000-0000-0000-0000-000000000000"),
			(template) => put(roles(template), "resources.readSecrets.properties.principalType", "User"),
			(template) => put(roles(template), "resources.readSecrets.name", "[newGuid()]"),
		],
	},
	{
		promise: "the code and its package belong to two identities",
		check: (template) => {
			const given = (module: string, name: string) => at(template.resources[module], `properties.parameters.${name}.value`);
			const wired = {
				principalId: given("roles", "principalId"),
				packagePrincipalId: given("roles", "packagePrincipalId"),
				identityId: given("app", "identityId"),
				packageIdentityId: given("app", "packageIdentityId"),
			};
			const expectedWiring = {
				principalId: "[reference('identity').outputs.principalId.value]",
				packagePrincipalId: "[reference('packageIdentity').outputs.principalId.value]",
				identityId: "[reference('identity').outputs.id.value]",
				packageIdentityId: "[reference('packageIdentity').outputs.id.value]",
			};
			return JSON.stringify(wired) === JSON.stringify(expectedWiring) ? [] : [`wired as ${JSON.stringify(wired)}`];
		},
		breakIt: [
			(template) =>
				put(
					template,
					"resources.roles.properties.parameters.packagePrincipalId.value",
					"[reference('identity').outputs.principalId.value]",
				),
			(template) =>
				put(template, "resources.app.properties.parameters.packageIdentityId.value", "[reference('identity').outputs.id.value]"),
		],
	},
	{
		promise: "the app starts after its roles and its private ways",
		check: (template) =>
			["hubAccess", "roles", "storage", "vault", "privateEndpoints"]
				.filter((name) => !template.resources["app"]?.dependsOn?.includes(name))
				.map((name) => `the app does not wait for ${name}`),
		breakIt: [(template) => put(template, "resources.app.dependsOn", ["storage", "vault", "hubAccess", "privateEndpoints"])],
	},
];

const accountScope = "[resourceId('Microsoft.Storage/storageAccounts', parameters('accountName'))]";

function roles(template: Template): Template {
	return moduleNamed(template, "roles");
}
