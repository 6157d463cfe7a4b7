import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { destinationKinds } from "../../lib/notify/index.ts";
import { deploy, evaluateForm } from "./evaluate.ts";
import { at, compiledTemplate, root, sorted } from "./template.ts";

interface Element {
	readonly name: string;
	readonly type: string;
	readonly label: unknown;
	readonly defaultValue?: unknown;
	readonly multiselect?: boolean;
	readonly visible?: string;
	readonly constraints?: {
		readonly required?: boolean;
		readonly regex?: string;
		readonly validationMessage?: string;
		readonly allowedValues?: readonly { readonly label: string; readonly value: unknown }[];
	};
}

const text = readFileSync(`${root}infra/createUiDefinition.json`, "utf8");
const form: unknown = JSON.parse(text);
const outputs = at(form, "parameters.outputs") as Record<string, string>;
const basics = at(form, "parameters.basics") as Element[];
const steps = at(form, "parameters.steps") as { name: string; elements: Element[] }[];
const elements = [...basics, ...steps.flatMap((step) => step.elements)];
const element = (name: string) => elements.find((one) => one.name === name);
const template = compiledTemplate();
const parameters = template.parameters ?? {};

/** What a person fills in, by the names of the fields; the rest is as the form offers it. */
type Answers = Readonly<Record<string, unknown>>;

/** A field without an answer gives its default: of a list, the value behind the label. */
function offered({ type, defaultValue, multiselect, constraints }: Element): unknown {
	if (type === "Microsoft.Common.CheckBox") return false;
	if (type !== "Microsoft.Common.DropDown") return defaultValue;
	const values = [defaultValue].flat().map((label) => constraints?.allowedValues?.find((one) => one.label === label)?.value);
	return multiselect === true ? values : values[0];
}

/** The parameters that the portal hands to the template. A field that is not shown has no value. */
function submit(answers: Answers): Record<string, unknown> {
	const own = {
		basics: (name: unknown) => value(element(String(name))),
		steps: (name: unknown) => Object.fromEntries((steps.find((step) => step.name === name)?.elements ?? []).map((one) => [one.name, one])),
		location: () => "westeurope",
		parse: (json: unknown) => JSON.parse(String(json)) as unknown,
		bool: (word: unknown) => word === "true",
	};
	const fields = (name: unknown) =>
		Object.defineProperties(
			{},
			Object.fromEntries(Object.entries(own.steps(name)).map(([field, one]) => [field, { enumerable: true, get: () => value(one) }])),
		);
	const functions = { ...own, steps: fields };
	function value(one: Element | undefined): unknown {
		if (one === undefined) throw new Error("the form has no such field");
		if (one.visible !== undefined && evaluateForm(one.visible, functions) !== true) return undefined;
		return one.name in answers ? answers[one.name] : offered(one);
	}
	return Object.fromEntries(Object.entries(outputs).map(([name, expression]) => [name, evaluateForm(expression, functions)]));
}

const least = { alertEmail: "soc@example.com", teamsWebhookUrl: "https://example.com/workflow" };
/** Throws what the template would refuse. */
const attempt = (answers: Answers) => deploy(template, submit(answers)).value(at(template, "resources.hubAccess.name"));

/** Parameters that the form leaves alone, with the reason. */
const notAsked: Readonly<Record<string, string>> = {
	tags: "the portal's own form has them after the deployment",
	packageUrl: "a release has it as a default",
	packageSha256: "a release has it as a default",
	...Object.fromEntries(
		[
			"answers",
			"answersKey",
			"signInClientId",
			"responders",
			"weeklyDrill",
			"otlpEndpoint",
			"settings",
			"tableName",
			"approvalsInStorage",
		].map((name) => [name, "off or as usual until it is wanted; then deploy from a clone"]),
	),
	...Object.fromEntries(
		["alertWebhookUrl", "actionGroupIds", "alarmsInPortalOnly", "runbookUrl", "budgetStart", "routesInStorage"].map((name) => [
			name,
			"the address for alarms is enough to begin with",
		]),
	),
	...Object.fromEntries(
		["consumerGroupName", "retentionHours", "nodeVersion", "instanceMemoryMB", "alwaysReadyInstances", "maximumInstanceCount"].map(
			(name) => [name, "as the preset"],
		),
	),
	...Object.fromEntries(["maxEventBatchSize", "minEventBatchSize", "maxWaitTime"].map((name) => [name, "as the preset"])),
	...Object.fromEntries(
		[
			"storageSku",
			"zoneRedundant",
			"networkAddressSpace",
			"existingAppSubnetId",
			"existingEndpointsSubnetId",
			"privateDnsZonesGroupId",
			"closeSite",
			"siteAllowedAddresses",
			"sitePrivateEndpoint",
			"existingWorkspaceId",
			"existingIdentityId",
			"existingPackageIdentityId",
			"encryptionKeyUri",
			"encryptionIdentityId",
			"encryptEventHub",
			"eventHubTier",
		].map((name) => [name, "landing zones deploy from a clone"]),
	),
};

test("every parameter is asked for or left alone with a reason, and no field leads nowhere", () => {
	expect(sorted([...Object.keys(outputs), ...Object.keys(notAsked)])).toEqual(sorted(Object.keys(parameters)));
	for (const { name } of elements) expect(outputs[name], name).toContain(name);
	expect(elements).toHaveLength(Object.keys(outputs).length - 1);
});

test("what the portal asks for at least is enough for the template, and gives its defaults", () => {
	const given = submit(least);

	expect(attempt(least)).toBe("hub-access-abcdefghijklm");
	for (const [name, value] of Object.entries(given))
		if (!(name in least) && name !== "location") expect(value, name).toEqual(at(parameters, `${name}.defaultValue`) ?? value);
	expect(given).toMatchObject({ slackWebhookUrl: "", furtherSecretValues: {}, disableEventHubKeys: false, partitionCount: 4 });
});

test("every destination can be chosen, and only its own secrets are asked for and handed on", () => {
	const secrets = {
		teams: { teamsWebhookUrl: "t" },
		slack: { slackWebhookUrl: "s" },
		pagerduty: { pagerdutyRoutingKey: "p" },
		webhook: { webhookUrl: "u", webhookSecret: "k" },
	};
	const all = { alertEmail: "soc@example.com", ...Object.assign({}, ...Object.values(secrets)), webhookHeader: "h" } as Answers;
	const names = Object.values(secrets).flatMap((one) => Object.keys(one));
	const handed = (answers: Answers) =>
		Object.fromEntries(
			Object.entries(submit(answers)).filter(([name, value]) => (names.includes(name) || name === "webhookHeader") && value !== ""),
		);

	expect(
		element("destinations")
			?.constraints?.allowedValues?.map(({ value }) => value)
			.sort(),
	).toEqual(destinationKinds.map(({ name }) => name).sort());
	for (const [kind, own] of Object.entries(secrets)) {
		expect(handed({ ...all, destinations: [kind] }), kind).toEqual(own);
		expect(attempt({ ...all, destinations: [kind] }), kind).toBe("hub-access-abcdefghijklm");
	}
	expect(handed({ ...all, destinations: ["webhook"], webhookProof: "header" })).toEqual({ webhookUrl: "u", webhookHeader: "h" });
	expect(attempt({ ...all, destinations: ["webhook", "teams"], webhookProof: "both" })).toBe("hub-access-abcdefghijklm");
});

test("further addresses reach the vault and the settings of the app", () => {
	const answers = {
		...least,
		furtherVaultNames: "TEAMS_WEBHOOK_URL_EMEA, WEBHOOK_URL_SOC",
		furtherSecretValues: '{"TEAMS_WEBHOOK_URL_EMEA": "https://example.com/emea", "WEBHOOK_URL_SOC": "https://example.com/soc"}',
		furtherSettings: '{"TEAMS_FROM_EMEA": "high"}',
	};

	expect(submit(answers)).toMatchObject({
		furtherVaultNames: ["TEAMS_WEBHOOK_URL_EMEA", "WEBHOOK_URL_SOC"],
		furtherSecretValues: { TEAMS_WEBHOOK_URL_EMEA: "https://example.com/emea", WEBHOOK_URL_SOC: "https://example.com/soc" },
		furtherSettings: { TEAMS_FROM_EMEA: "high" },
	});
	expect(attempt(answers)).toBe("hub-access-abcdefghijklm");
});

test("a namespace of one's own is not asked for what only a new one has", () => {
	const existingNamespaceId = "/subscriptions/sub/resourceGroups/hubs/providers/Microsoft.EventHub/namespaces/corp-events";
	const answers = { ...least, existingNamespaceId, partitionCount: 32, maxThroughputUnits: 30, disableEventHubKeys: true };

	expect(submit(answers)).toMatchObject({ existingNamespaceId, partitionCount: 4, maxThroughputUnits: 2, disableEventHubKeys: false });
	expect(attempt(answers)).toBe("hub-access-abcdefghijklm");
	expect(submit({ ...answers, existingNamespaceId: "" })).toMatchObject({
		partitionCount: 32,
		maxThroughputUnits: 30,
		disableEventHubKeys: true,
	});
});

test("each choice of units has its partitions", () => {
	const values = (name: string) => element(name)?.constraints?.allowedValues?.map(({ value }) => Number(value)) ?? [];

	values("partitionCount").forEach((partitions, index) => {
		expect(values("maxThroughputUnits")[index]).toBeLessThanOrEqual(partitions);
		expect(attempt({ ...least, partitionCount: partitions, maxThroughputUnits: values("maxThroughputUnits")[index] })).toBeTruthy();
	});
});

test("secrets are typed into password boxes, and nothing else is", () => {
	for (const { name, type } of elements) {
		const secret = /^secure/i.test(String(at(parameters, `${name}.type`)));
		expect(type === "Microsoft.Common.PasswordBox", name).toBe(secret);
	}
});

test("what the template would refuse without, the form asks for", () => {
	for (const name of ["alertEmail", "destinations", "teamsWebhookUrl", "webhookSecret", "furtherSecretValues"])
		expect(element(name)?.constraints?.required, name).toBe(true);
});

test("lists offer what the template allows, and their defaults are among their labels", () => {
	expect(element("preset")?.constraints?.allowedValues?.map(({ value }) => value)).toEqual(at(parameters, "preset.allowedValues"));
	expect(element("webhookProof")?.constraints?.allowedValues?.map(({ value }) => value)).toEqual(
		at(parameters, "webhookProof.allowedValues"),
	);
	for (const one of elements.filter(({ type }) => type === "Microsoft.Common.DropDown"))
		expect(
			[offered(one)].flat().every((value) => value !== undefined),
			one.name,
		).toBe(true);
});

/** Members of each element and functions, as Microsoft documents them (read in November 2026). */
const documented: Readonly<Record<string, readonly string[]>> = {
	"Microsoft.Common.TextBox": ["name", "type", "label", "defaultValue", "toolTip", "constraints", "visible"],
	"Microsoft.Common.PasswordBox": ["name", "type", "label", "toolTip", "constraints", "options", "visible"],
	"Microsoft.Common.DropDown": ["name", "type", "label", "defaultValue", "toolTip", "multiselect", "selectAll", "constraints", "visible"],
	"Microsoft.Common.CheckBox": ["name", "type", "label", "visible"],
	"Microsoft.Common.Slider": ["name", "type", "label", "min", "max", "defaultValue", "showStepMarkers"],
};
const documentedFunctions = [
	"and",
	"basics",
	"bool",
	"concat",
	"contains",
	"empty",
	"equals",
	"if",
	"location",
	"not",
	"parse",
	"replace",
	"steps",
];

test("the form is written as it is documented: members, functions, names that are there once", () => {
	for (const one of elements) {
		expect(
			Object.keys(one).filter((member) => !documented[one.type]?.includes(member)),
			one.name,
		).toEqual([]);
		expect(typeof one.label === "string" || typeof at(one.label, "confirmPassword") === "string", one.name).toBe(true);
		if (one.constraints?.regex !== undefined) expect(one.constraints.validationMessage, one.name).toMatch(/^[A-Z]/);
	}
	const expressions = [...Object.values(outputs), ...elements.flatMap(({ visible = [] }) => visible)];
	const used = expressions.flatMap((expression) => [...expression.matchAll(/(\w+)\(/g)].map(([, name = ""]) => name));
	expect([...new Set(used)].filter((name) => !documentedFunctions.includes(name))).toEqual([]);
	expect(new Set(elements.map(({ name }) => name)).size).toBe(elements.length);
	expect(at(form, "handler")).toBe("Microsoft.Azure.CreateUIDef");
});

describe("the form's patterns", () => {
	const accepts = (name: string, words: string) => new RegExp(String(element(name)?.constraints?.regex)).test(words);

	test.each([
		["prefix", "tunnelwatch", "Tunnel-Watch"],
		["prefix", "tw", "thirteenchars"],
		["alertEmail", "soc@example.com", "soc"],
		["teamsWebhookUrl", "https://example.com/workflows/1", "example.com"],
		["webhookSecret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
		["webhookHeader", "Authorization: Bearer example", "Bearer example"],
		["pagerdutyRoutingKey", "R0example00000000000000000000000", "R0example"],
		["furtherVaultNames", "", "TEAMS_WEBHOK_URL_EMEA"],
		["furtherVaultNames", "TEAMS_WEBHOOK_URL_EMEA , WEBHOOK_HEADER_US_EAST", "TEAMS_WEBHOOK_URL"],
		["furtherSettings", '{"TEAMS_FROM_EMEA": "high"}', "TEAMS_FROM_EMEA=high"],
		["eventHubName", "defender, more", "defender,,more"],
		["existingNamespaceId", "", "corp-events"],
		["existingNamespaceId", "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n", "/subscriptions/s/namespaces/n"],
	])("%s takes %j and refuses %j", (name, good, bad) => {
		expect([accepts(name, good), accepts(name, bad)]).toEqual([true, false]);
	});
});
