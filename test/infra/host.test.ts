import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { functionNames } from "../../lib/app/hub-names.ts";
import { at, compiledTemplate, root, sorted } from "./template.ts";

const read = (path: string) => readFileSync(`${root}${path}`, "utf8");
const host: unknown = JSON.parse(read("host.json"));

test("host.json is strict JSON with these batches, and checkpoints after each", () => {
	expect(at(host, "version")).toBe("2.0");
	expect(at(host, "extensions.eventHubs")).toEqual({
		maxEventBatchSize: 16,
		minEventBatchSize: 1,
		maxWaitTime: "00:00:30",
		prefetchCount: 64,
		prefetchSizeInBytes: 8_388_608,
		targetUnprocessedEventThreshold: 200,
		batchCheckpointFrequency: 1,
		initialOffsetOptions: { type: "fromStart" },
	});
});

test("the lines that alarms read are logged and never sampled away", () => {
	expect(at(host, "logging.logLevel")).toMatchObject({ "Function.detect.User": "Information", "Function.deliver.User": "Information" });
	expect(at(host, "logging.applicationInsights.samplingSettings.isEnabled")).toBe(false);
});

test("log levels and the ready instance name functions that exist", () => {
	const source = globSync("functions/*.ts", { cwd: root }).map(read).join("\n");
	const functions = [...functionNames, ...[...source.matchAll(/app\.\w+\("(\w+)"/g)].map(([, name = ""]) => name)];
	const levels = Object.keys(at(host, "logging.logLevel") ?? {}).flatMap((category) => /^Function\.(.+)\.User$/.exec(category)?.[1] ?? []);

	expect(sorted(levels)).toEqual(sorted(functions));
});

test("a preset overrides keys that host.json has, and fast is what host.json says", () => {
	const template = compiledTemplate();
	const overridden = [...JSON.stringify(template).matchAll(/AzureFunctionsJobHost__extensions__eventHubs__(\w+)/g)].map(
		([, key = ""]) => key,
	);

	expect(sorted(overridden)).toEqual(["maxEventBatchSize", "maxWaitTime", "minEventBatchSize"]);
	for (const key of overridden) expect(at(template.variables, `presets.fast.${key}`)).toBe(at(host, `extensions.eventHubs.${key}`));
});
