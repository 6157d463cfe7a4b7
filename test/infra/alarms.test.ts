import { describe, expect, test } from "vitest";
import { settings } from "./deployed-app.ts";
import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, only } from "./template.ts";

const template = compiledTemplate();

describe("alarms", () => {
	const paged = (given: Readonly<Record<string, unknown>>) =>
		deploy(template, given).module("alarms").value("[parameters('actionGroupIds')]") as readonly unknown[];

	test("page the groups that are given, and one of ours when an address is given", () => {
		const corp = "/subscriptions/sub/resourceGroups/soc/providers/Microsoft.Insights/actionGroups/soc";

		expect(paged({ actionGroupIds: [corp] })).toEqual([corp]);
		expect(paged({ actionGroupIds: [corp], alertEmail: "soc@example.com" })).toHaveLength(2);
		expect(paged({ alarmsInPortalOnly: true })).toEqual([]);
	});

	test("say when four fifths of the throughput units are used, where the limit is ours", () => {
		const thresholds = (given: Readonly<Record<string, unknown>>) =>
			(deploy(template, given).module("alarms").value("[variables('growthAlarms')]") as { threshold: number }[]).map(
				(alarm) => alarm.threshold,
			);

		expect(thresholds({ maxThroughputUnits: 4 })).toEqual([2_880_000_000]);
		expect(thresholds({ existingNamespaceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n" })).toEqual([]);
	});

	test("count what all hubs take against the units they share, and each hub's refusals by themselves", () => {
		const { module } = deploy(template, { eventHubName: "a,b", maxThroughputUnits: 4 });
		const dimensions = [0, 1, 2].map((copy) => {
			const name = module("alarms").value("[concat(variables('hubAlarms'), variables('growthAlarms'))]") as { name: string }[];
			const criteria = at(only(template, "Microsoft.Insights/metricAlerts"), "properties.criteria.allOf");
			return [name[copy]?.name, at(module("alarms").value(criteria, copy), "0.dimensions")];
		});

		const each = [{ name: "EntityName", operator: "Include", values: ["a", "b"] }];
		expect(dimensions).toEqual([
			["throttled", each],
			["quota", each],
			["throughput-units", []],
		]);
	});

	test("a budget begins with the month of its first deployment, whenever the next one is", () => {
		const month = (tags: Readonly<Record<string, string>>, given: object = {}) => {
			const deployment = deploy(template, { budgetDollars: 100, ...given }, tags);
			return [
				deployment.module("budget").value("[parameters('startMonth')]"),
				at(deployment.value(at(template, "resources.memory.properties.tags")), "tunnelwatch-budget-from"),
			];
		};

		expect(month({})).toEqual(["2026-11", "2026-11"]);
		expect(month({ "tunnelwatch-budget-from": "2026-03" })).toEqual(["2026-03", "2026-03"]);
		expect(month({}, { budgetDollars: 0 })[1]).toBe(undefined);
	});

	test("the workbook lists the alarms of this deployment, whatever its prefix", () => {
		const query = deploy(template, { prefix: "tw" }).module("workbook").value("[variables('alarmsFired')]");

		expect(query).toContain("has 'tw'");
		expect(query).not.toContain("'tunnelwatch'");
	});

	test("a budget tells the same people", () => {
		const budget = (dollars: number) => deploy(template, { budgetDollars: dollars }).value(at(template, "resources.budget.condition"));

		expect([budget(0), budget(100)]).toEqual([false, true]);
		expect(at(template, "resources.budget.properties.parameters.actionGroupIds")).toEqual(
			at(template, "resources.alarms.properties.parameters.actionGroupIds"),
		);
	});
});

test("a released package is fetched by the platform, and the app knows what it should run", () => {
	const given = { packageUrl: "https://example.com/tunnelwatch-1.0.0.zip", packageSha256: "AB".repeat(32) };
	const code = only(template, "Microsoft.Web/sites/extensions");
	const inside = deploy(template, given).module("app");

	expect(inside.value(code.condition)).toBe(true);
	expect(inside.value(code.properties)).toEqual({ packageUri: given.packageUrl, remoteBuild: false });
	expect(settings(given)["PACKAGE_SHA256"]).toBe("ab".repeat(32));
	expect(deploy(template, {}).module("app").value(code.condition)).toBe(false);
});

test("telemetry also goes to a collector of one's own, through the host", () => {
	expect(settings({ otlpEndpoint: "https://collector.example:4318" })).toMatchObject({
		AzureFunctionsJobHost__telemetryMode: "OpenTelemetry",
		OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example:4318",
		APPLICATIONINSIGHTS_CONNECTION_STRING: "<insights.ConnectionString>",
	});
});
