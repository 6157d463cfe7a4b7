import { at, moduleNamed, ofType, put, type Resource, sorted, type Template } from "../template.ts";
import type { Guard } from "./guard.ts";

/** Everything the app may do, and where. Data planes only, each at the narrowest scope that works. */
const expected = [
	"Azure Event Hubs Data Receiver on namespace::hub",
	"Key Vault Secrets User on vault",
	"Monitoring Metrics Publisher on insights",
	"Storage Blob Data Owner on account",
	"Storage Table Data Contributor on account",
];

const roleNames: Readonly<Record<string, string>> = {
	"a638d3c7-ab3a-418d-83e6-5f17a39d4fde": "Azure Event Hubs Data Receiver",
	"4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
	"3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
	"b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
	"0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
};

const type = "Microsoft.Authorization/roleAssignments";

function granted(template: Template): string[] {
	return sorted(ofType(template, type).map(({ resource, within }) => `${roleOf(resource, within)} on ${scopeOf(resource, within)}`));
}

function roleOf(assignment: Resource, within: Template): string {
	const text = String(at(assignment, "properties.roleDefinitionId"));
	const variable = /variables\('(\w+)'\)/.exec(text)?.[1];
	const id = variable === undefined ? text : String(within.variables?.[variable]);
	return roleNames[id] ?? `unknown role ${id}`;
}

/** The template's own name of the resource that the assignment is scoped to. */
function scopeOf(assignment: Resource, within: Template): string {
	const type = /resourceId\('([^']+)'/.exec(assignment.scope ?? "")?.[1];
	if (type === undefined) return "the resource group";
	return Object.entries(within.resources).find(([, resource]) => resource.type === type)?.[0] ?? type;
}

export const roleGuards: readonly Guard[] = [
	{
		promise: "the app has five roles, each at the narrowest scope",
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
					"[resourceId('Microsoft.EventHub/namespaces', parameters('namespaceName'))]",
				),
			(template) => put(moduleNamed(template, "storage"), "resources.keepBlobs.scope", undefined),
			(template) => delete moduleNamed(template, "vault").resources["readSecrets"],
			(template) => put(moduleNamed(template, "storage"), "resources.more", { ...moduleNamed(template, "storage").resources["keepBlobs"] }),
		],
	},
	{
		promise: "roles go to the app's identity only, under names that do not change",
		check: (template) =>
			ofType(template, type).flatMap(({ key, resource }) => [
				...(at(resource, "properties.principalId") === "[parameters('principalId')]" ? [] : [`${key}: another principal`]),
				...(at(resource, "properties.principalType") === "ServicePrincipal" ? [] : [`${key}: principalType`]),
				...(/^\[guid\(.+, parameters\('principalId'\), variables\('\w+'\)\)\]$/.test(String(resource["name"])) ? [] : [`${key}: name`]),
			]),
		breakIt: [
			(template) =>
				put(moduleNamed(template, "vault"), "resources.readSecrets.properties.principalId", "00000000-0000-0000-0000-000000000000"),
			(template) => put(moduleNamed(template, "vault"), "resources.readSecrets.properties.principalType", "User"),
			(template) => put(moduleNamed(template, "vault"), "resources.readSecrets.name", "[newGuid()]"),
		],
	},
	{
		promise: "the app starts after its roles",
		check: (template) =>
			["hubAccess", "observability", "storage", "vault"]
				.filter((name) => !template.resources["app"]?.dependsOn?.includes(name))
				.map((name) => `the app does not wait for ${name}`),
		breakIt: [(template) => put(template, "resources.app.dependsOn", ["storage", "vault"])],
	},
];
