import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The parts of a compiled template that the guards look at. */
export interface Template {
	parameters?: Record<string, Parameter>;
	variables?: Record<string, unknown>;
	definitions?: Record<string, { properties?: Record<string, unknown> }>;
	resources: Record<string, Resource>;
	outputs?: Record<string, { type: string; value: unknown }>;
}

interface Parameter {
	type?: string;
	$ref?: string;
	nullable?: boolean;
	defaultValue?: unknown;
	allowedValues?: unknown[];
	minValue?: number;
	maxValue?: number;
	metadata?: { description?: string };
}

export interface Resource {
	type: string;
	apiVersion: string;
	existing?: boolean;
	scope?: string;
	condition?: string;
	dependsOn?: string[];
	properties?: Record<string, unknown>;
	[key: string]: unknown;
}

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A fresh copy each time, so that a test may break it. */
export function compiledTemplate(): Template {
	const template: unknown = JSON.parse(readFileSync(`${root}infra/azuredeploy.json`, "utf8"));
	if (typeof template !== "object" || template === null || !("resources" in template))
		throw new Error("infra/azuredeploy.json is not a template");
	return template as Template;
}

/** A resource, the name it has in the template, and the (nested) template it stands in. */
export interface Found {
	readonly key: string;
	readonly resource: Resource;
	readonly within: Template;
}

/** Every resource that is created, those of modules too. Modules themselves are left out. */
function allResources(template: Template): Found[] {
	return Object.entries(template.resources).flatMap(([key, resource]) => {
		if (resource.existing === true) return [];
		const nested = moduleTemplate(resource);
		return nested === undefined ? [{ key, resource, within: template }] : allResources(nested);
	});
}

export function ofType(template: Template, type: string): Found[] {
	return allResources(template).filter((found) => found.resource.type.toLowerCase() === type.toLowerCase());
}

/** The only resource of its type; a template without it is broken in itself. */
export function only(template: Template, type: string): Resource {
	const [first, ...others] = ofType(template, type);
	if (first === undefined || others.length > 0) throw new Error(`one ${type} expected`);
	return first.resource;
}

/** The outer template and the template of each module. */
export function allTemplates(template: Template): Template[] {
	const nested = Object.values(template.resources).flatMap((resource) => moduleTemplate(resource) ?? []);
	return [template, ...nested.flatMap(allTemplates)];
}

export function moduleTemplate(resource: Resource): Template | undefined {
	if (resource.type !== "Microsoft.Resources/deployments") return undefined;
	return resource.properties?.["template"] as Template | undefined;
}

export function moduleNamed(template: Template, name: string): Template {
	const resource = template.resources[name];
	const nested = resource && moduleTemplate(resource);
	if (nested === undefined) throw new Error(`module ${name} expected`);
	return nested;
}

/** `at(resource, "properties.siteConfig.minTlsVersion")`; `undefined` when a step is missing. */
export function at(value: unknown, path: string): unknown {
	return path.split(".").reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), value);
}

/** Sets what `at` reads. */
export function put(target: unknown, path: string, value: unknown): void {
	const steps = path.split(".");
	const last = steps.pop();
	const owner = steps.length === 0 ? target : at(target, steps.join("."));
	if (last === undefined || !isObject(owner)) throw new Error(`nothing at ${path}`);
	owner[last] = value;
}

export function sorted(names: readonly string[]): string[] {
	return names.toSorted((one, other) => (one < other ? -1 : 1));
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
