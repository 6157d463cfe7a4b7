import { allTemplates, moduleTemplate, put, type Template } from "../template.ts";
import type { Guard } from "./guard.ts";

/** Names that the expressions of one template (its modules aside) use and that do not exist there. */
function looseEnds(template: Template): string[] {
	const { parameters = {}, variables = {}, resources } = template;
	const text = JSON.stringify(template, (key, value: unknown) => (key === "template" ? undefined : value));
	const uses = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
	const outputsOf = (name: string) => {
		const module = resources[name];
		return Object.keys((module && moduleTemplate(module)?.outputs) ?? {});
	};
	return [
		...uses(/parameters\('([^']+)'\)/g).filter((name) => !(name in parameters)),
		...uses(/variables\('([^']+)'\)/g).filter((name) => !(name in variables)),
		...uses(/reference\('([^']+)'/g).filter((name) => !(name in resources)),
		...[...text.matchAll(/reference\('([^']+)'\)\.outputs\.(\w+)/g)]
			.filter(([, module = "", output = ""]) => !outputsOf(module).includes(output))
			.map(([use]) => use),
		...Object.values(resources)
			.flatMap(({ dependsOn = [] }) => dependsOn)
			.filter((name) => !name.startsWith("[") && !(name in resources)),
		...Object.keys(parameters).filter((name) => !text.includes(`parameters('${name}')`)),
	];
}

/** What a module is given and what it asks for. */
function mismatches(template: Template): string[] {
	return Object.entries(template.resources).flatMap(([key, resource]) => {
		const inner = moduleTemplate(resource);
		if (inner === undefined) return [];
		const given = Object.keys((resource.properties?.["parameters"] as Record<string, unknown> | undefined) ?? {});
		const asked = Object.keys(inner.parameters ?? {});
		return [...given.filter((name) => !asked.includes(name)), ...asked.filter((name) => !given.includes(name))].map(
			(name) => `${key}: ${name}`,
		);
	});
}

export const wiringGuards: readonly Guard[] = [
	{
		promise: "every name in an expression exists, and every parameter is used",
		check: (template) => allTemplates(template).flatMap(looseEnds),
		breakIt: [
			(template) => delete template.variables?.["namespaceId"],
			(template) => put(template, "parameters.unused", { type: "string" }),
			(template) => put(template, "resources.app.dependsOn", ["nowhere"]),
			(template) =>
				put(template, "resources.alarms.properties.parameters.insightsId.value", "[reference('observability').outputs.id.value]"),
			(template) => put(template, "variables.more", "[reference('gone').id]"),
		],
	},
	{
		promise: "every module gets what it asks for, no more and no less",
		check: (template) => allTemplates(template).flatMap(mismatches),
		breakIt: [
			(template) => put(template, "resources.vault.properties.parameters.more", { value: 1 }),
			(template) => put(template, "resources.vault.properties.parameters", {}),
		],
	},
];
