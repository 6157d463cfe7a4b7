import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { at, compiledTemplate, root } from "./template.ts";

interface Element {
	readonly name: string;
	readonly type: string;
	readonly defaultValue?: unknown;
	readonly constraints?: {
		readonly required?: boolean;
		readonly regex?: string;
		readonly allowedValues?: readonly { readonly value: unknown }[];
	};
}

const form: unknown = JSON.parse(readFileSync(`${root}infra/createUiDefinition.json`, "utf8"));
const outputs = at(form, "parameters.outputs") as Record<string, string>;
const steps = at(form, "parameters.steps") as { name: string; elements: Element[] }[];
const fields = new Map<string, Element>([
	...(at(form, "parameters.basics") as Element[]).map((element) => [`[basics('${element.name}')]`, element] as const),
	...steps.flatMap(({ name, elements }) => elements.map((element) => [`[steps('${name}').${element.name}]`, element] as const)),
]);
const parameters = compiledTemplate().parameters ?? {};
const fieldOf = (parameter: string) => fields.get(outputs[parameter] ?? "");

test("every field goes to a parameter of the template, and every output comes from a field", () => {
	for (const [name, text] of Object.entries(outputs)) {
		expect(Object.keys(parameters)).toContain(name);
		if (text !== "[location()]") expect(fields.has(text), name).toBe(true);
	}
	expect(new Set(Object.values(outputs)).size).toBe(fields.size + 1);
});

test("secrets are typed into password boxes, and nothing else is", () => {
	for (const name of Object.keys(outputs)) {
		const secret = at(parameters, `${name}.type`) === "securestring";
		expect(fieldOf(name)?.type === "Microsoft.Common.PasswordBox", name).toBe(secret);
	}
});

test("what the template would refuse without, the form asks for", () => {
	expect(fieldOf("alertEmail")?.constraints?.required).toBe(true);
	expect(fieldOf("teamsWebhookUrl")?.constraints?.required).toBe(true);
});

test("lists offer what the template allows, and the defaults are the template's", () => {
	expect(fieldOf("preset")?.constraints?.allowedValues?.map(({ value }) => value)).toEqual(at(parameters, "preset.allowedValues"));
	expect(fieldOf("partitionCount")?.constraints?.allowedValues?.map(({ value }) => value)).toEqual([4, 8, 16, 32]);
	expect(String(fieldOf("partitionCount")?.defaultValue)).toMatch(new RegExp(`^${String(at(parameters, "partitionCount.defaultValue"))}:`));
	for (const name of ["preset", "prefix", "eventHubName", "existingNamespaceId"])
		expect(fieldOf(name)?.defaultValue, name).toBe(at(parameters, `${name}.defaultValue`));
});

describe("the form's patterns", () => {
	const accepts = (name: string, text: string) => new RegExp(String(fieldOf(name)?.constraints?.regex)).test(text);

	test.each([
		["prefix", "tunnelwatch", "Tunnel-Watch"],
		["prefix", "tw", "thirteenchars"],
		["alertEmail", "soc@example.com", "soc"],
		["teamsWebhookUrl", "https://example.com/workflows/1", "example.com"],
		["existingNamespaceId", "", "corp-events"],
		["existingNamespaceId", "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n", "/subscriptions/s/namespaces/n"],
	])("%s takes %j and refuses %j", (name, good, bad) => {
		expect([accepts(name, good), accepts(name, bad)]).toEqual([true, false]);
	});
});
