import { allTemplates, at, moduleNamed, ofType, only, put, type Template } from "../template.ts";
import { apiVersions, nodeEndOfLife } from "../versions.ts";
import { type Guard, remove } from "./guard.ts";

const metricAlarms = ["quota", "throttled"];
const lineAlarms = ["no-heartbeat", "problem"];

function namesIn(template: Template, variable: string): string {
	const list = moduleNamed(template, "alarms").variables?.[variable];
	return (Array.isArray(list) ? list : [])
		.map((alarm: unknown) => String(at(alarm, "name")))
		.sort()
		.join();
}

function alarmsOf(template: Template): unknown[] {
	return ["hubAlarms", "lineAlarms"].flatMap((list) => {
		const alarms = moduleNamed(template, "alarms").variables?.[list];
		return Array.isArray(alarms) ? (alarms as unknown[]) : [];
	});
}

export const upkeepGuards: readonly Guard[] = [
	{
		promise: "every API version is the newest or second newest stable one, or is listed with its reason",
		check: (template) =>
			allTemplates(template)
				.flatMap((inner) => Object.values(inner.resources))
				.filter(({ type }) => type !== "Microsoft.Resources/deployments")
				.flatMap(({ type, apiVersion }) => {
					const known = apiVersions[type];
					if (known === undefined) return [`${type}: not in the list of versions`];
					if (known.exempt?.version === apiVersion) return [];
					return known.stable.slice(0, 2).includes(apiVersion) ? [] : [`${type}@${apiVersion}`];
				}),
		breakIt: [
			(template) => put(only(template, "Microsoft.Storage/storageAccounts"), "apiVersion", "2021-04-01"),
			(template) => put(only(template, "Microsoft.Insights/actionGroups"), "apiVersion", "2024-10-01-preview"),
		],
	},
	{
		promise: "no version of Node.js that can be chosen is past its end of life",
		check: (template) => {
			const offered = template.parameters?.["nodeVersion"]?.allowedValues ?? [];
			const today = new Date().toISOString().slice(0, 10);
			if (offered.length === 0) return ["any version can be chosen"];
			return offered
				.filter((version) => (nodeEndOfLife[String(version)] ?? "") <= today)
				.map((version) => `Node.js ${version} ended ${nodeEndOfLife[String(version)] ?? "at an unknown day"}`);
		},
		breakIt: [
			(template) => put(template, "parameters.nodeVersion.allowedValues", ["20", "24"]),
			(template) => put(template, "parameters.nodeVersion.allowedValues", []),
		],
	},
	{
		promise: "every parameter has a safe default and a description, and none may be null: the portal's form has no null",
		check: (template) =>
			Object.entries(template.parameters ?? {}).flatMap(([name, { defaultValue, nullable, metadata }]) => [
				...(defaultValue === undefined ? [`${name} has no default`] : []),
				...(nullable === true ? [`${name} may be null`] : []),
				...(metadata?.description === undefined ? [`${name} has no description`] : []),
			]),
		breakIt: [
			(template) => delete template.parameters?.["preset"]?.defaultValue,
			(template) => delete template.parameters?.["preset"]?.metadata,
			(template) => put(template, "parameters.maxWaitTime.nullable", true),
		],
	},
	{
		promise: "both presets can run: gathered batches fit the largest batch, and the host's prefetch holds a batch",
		check: (template) =>
			["fast", "frugal"].flatMap((preset) => {
				const value = (name: string) => Number(at(template.variables, `presets.${preset}.${name}`));
				return [
					...(value("minEventBatchSize") <= value("maxEventBatchSize") ? [] : [`${preset}: min is above max, the host would not start`]),
					...(value("maxEventBatchSize") <= 64 ? [] : [`${preset}: a batch is larger than the prefetch`]),
					...([512, 2048, 4096].includes(value("instanceMemoryMB")) ? [] : [`${preset}: no such memory size`]),
				];
			}),
		breakIt: [
			(template) => put(template, "variables.presets.frugal.minEventBatchSize", 33),
			(template) => put(template, "variables.presets.fast.maxEventBatchSize", 100),
			(template) => put(template, "variables.presets.fast.instanceMemoryMB", 1024),
		],
	},
	{
		promise: "Flex Consumption, and none of the settings it does not take",
		check: (template) => [
			...(JSON.stringify(template).match(/FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|'WEBSITE_\w+'/g) ?? []),
			...(at(only(template, "Microsoft.Web/serverfarms"), "sku.tier") === "FlexConsumption" ? [] : ["another plan"]),
			...(JSON.stringify(only(template, "Microsoft.Web/sites")).includes("'function:detect'")
				? []
				: ["the ready instance is not for detect"]),
			...(JSON.stringify(only(template, "Microsoft.Web/sites")).includes("'azd-service-name', 'api'") ? [] : ["azd cannot find the app"]),
		],
		breakIt: [
			(template) => put(only(template, "Microsoft.Web/serverfarms"), "sku", { name: "Y1", tier: "Dynamic" }),
			(template) => put(template, "variables.more", "[createObject('FUNCTIONS_WORKER_RUNTIME', 'node')]"),
			(template) => put(only(template, "Microsoft.Web/sites"), "tags", "[parameters('tags')]"),
			(template) => put(only(template, "Microsoft.Web/sites"), "properties.functionAppConfig.scaleAndConcurrency", {}),
		],
	},
	{
		promise: "every alarm is there, is on, pages somebody once, and says what to do and where to read on",
		check: (template) => [
			...(namesIn(template, "hubAlarms") === metricAlarms.join() ? [] : ["alarms on the hub are missing"]),
			...(namesIn(template, "lineAlarms") === lineAlarms.join() ? [] : ["alarms on log lines are missing"]),
			...["metricAlerts", "scheduledQueryRules"].flatMap((type) => {
				const found = ofType(template, `Microsoft.Insights/${type}`);
				const [alarm] = found;
				if (alarm === undefined) return [`${type} is missing`];
				return [
					...(at(alarm.resource, "properties.enabled") === true ? [] : [`${type} is off`]),
					...(JSON.stringify(at(alarm.resource, "properties.actions")).includes("parameters('actionGroupIds')")
						? []
						: [`${type} pages nobody`]),
					...(JSON.stringify(at(alarm.resource, "properties.actions")).includes("'runbook'") ||
					at(alarm.resource, "properties.actions.customProperties.runbook") !== undefined
						? []
						: [`${type} does not hand the runbook on`]),
					...(/^\[format\('\{0\} \{1\}#\{2\}', .+\.description, parameters\('runbookUrl'\), .+\.name\)\]$/.test(
						String(at(alarm.resource, "properties.description")),
					)
						? []
						: [`${type} does not say cause and runbook`]),
					...(at(alarm.resource, "properties.autoMitigate") === true ? [] : [`${type} pages again and again`]),
				];
			}),
			...(JSON.stringify(moduleNamed(template, "alarms").variables?.["everyHub"])?.includes(`"values":"[parameters('hubNames')]"`) ===
				true && JSON.stringify(ofType(template, "Microsoft.Insights/metricAlerts")).includes("variables('everyHub')")
				? []
				: ["alarms look at other hubs too"]),
			...["emailReceivers", "webhookReceivers"].flatMap((receivers) =>
				/parameters\('(email|webhookUrl)'\)/.test(
					JSON.stringify(at(only(template, "Microsoft.Insights/actionGroups"), `properties.${receivers}`)),
				)
					? []
					: [`${receivers} is empty`],
			),
			...(JSON.stringify(only(template, "Microsoft.Insights/scheduledQueryRules")).includes(".splitBy")
				? []
				: ["problems are not told apart"]),
			...alarmsOf(template).flatMap((alarm) =>
				/^[A-Z][^.]+\. .+\.$/.test(String(at(alarm, "description"))) ? [] : [`${String(at(alarm, "name"))}: no cause and next step`],
			),
		],
		breakIt: [
			(template) => put(moduleNamed(template, "alarms"), "variables.lineAlarms", []),
			(template) => put(only(template, "Microsoft.Insights/scheduledQueryRules"), "properties.criteria", {}),
			(template) => put(moduleNamed(template, "alarms"), "variables.hubAlarms", []),
			(template) => put(only(template, "Microsoft.Insights/metricAlerts"), "properties.enabled", false),
			(template) => put(only(template, "Microsoft.Insights/metricAlerts"), "properties.criteria", {}),
			(template) => put(moduleNamed(template, "alarms"), "variables.everyHub.values", ["defender"]),
			(template) => put(only(template, "Microsoft.Insights/scheduledQueryRules"), "properties.actions", {}),
			(template) => remove(template, "Microsoft.Insights/metricAlerts"),
			(template) => put(only(template, "Microsoft.Insights/metricAlerts"), "properties.actions", []),
			(template) => put(only(template, "Microsoft.Insights/metricAlerts"), "properties.description", "Something is wrong."),
			(template) => put(only(template, "Microsoft.Insights/scheduledQueryRules"), "properties.actions.customProperties", undefined),
			(template) => put(only(template, "Microsoft.Insights/scheduledQueryRules"), "properties.autoMitigate", false),
			(template) => put(moduleNamed(template, "alarms"), "variables.lineAlarms.0.description", "Runs fail."),
			(template) => put(only(template, "Microsoft.Insights/actionGroups"), "properties.emailReceivers", []),
			(template) => put(only(template, "Microsoft.Insights/actionGroups"), "properties.webhookReceivers", []),
		],
	},
	{
		promise: "what happens to the hub, the vault and the storage is logged",
		check: (template) =>
			Object.entries(logs).flatMap(([name, expected]) => {
				const settings = ofType(moduleNamed(template, name), "Microsoft.Insights/diagnosticSettings");
				const actual = settings.map(({ resource }) => JSON.stringify(at(resource, "properties.logs")));
				return actual.join() === expected.join() ? [] : [`${name}: ${actual.join()}`];
			}),
		breakIt: [
			(template) => remove(template, "Microsoft.Insights/diagnosticSettings"),
			(template) => put(moduleNamed(template, "vault"), "resources.audit.properties.logs", []),
			(template) => delete moduleNamed(template, "storage").resources["tableLog"],
		],
	},
];

const logs: Readonly<Record<string, readonly string[]>> = {
	eventHub: ['[{"categoryGroup":"allLogs","enabled":true}]'],
	vault: ['[{"categoryGroup":"audit","enabled":true}]'],
	storage: ['[{"category":"StorageDelete","enabled":true}]', '[{"category":"StorageDelete","enabled":true}]'],
};
