import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, only } from "./template.ts";

const template = compiledTemplate();

/** The settings that the app gets for these parameters. */
export function settings(given: Readonly<Record<string, unknown>>): Record<string, string> {
	const list = app(given)("properties.siteConfig.appSettings") as { name: string; value: unknown }[];
	return Object.fromEntries(list.map(({ name, value }) => [name, String(value)]));
}

export function app(given: Readonly<Record<string, unknown>>): (path: string) => unknown {
	const inside = deploy(template, given).module("app");
	return (path) => inside.value(at(only(template, "Microsoft.Web/sites"), path));
}
