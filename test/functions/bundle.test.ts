import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../scripts/bundle.ts";
import { type Core, installCore } from "./core.ts";

let folder: string;
let core: Core;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-bundle-"));
	await bundle(join(folder, "main.mjs"));
	core = installCore();
	await import(join(folder, "main.mjs"));
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("the bundle registers the three functions, though no setting is there", () => {
	expect([...core.functions.keys()].sort()).toEqual(["deliver", "detect", "health"]);
});

test("detect reads raw bytes in batches, and is tried again for ever", () => {
	const metadata = core.functions.get("detect")?.metadata;
	expect(Object.values(metadata?.bindings ?? {})).toEqual([
		expect.objectContaining({
			type: "eventHubTrigger",
			direction: "in",
			connection: "EventHub",
			eventHubName: "%EVENTHUB_NAME%",
			consumerGroup: "%EVENTHUB_CONSUMER_GROUP%",
			cardinality: "many",
			dataType: "binary",
		}),
	]);
	expect(metadata?.retryOptions).toMatchObject({ retryStrategy: "exponentialBackoff", maxRetryCount: -1 });
});

test("deliver runs each minute, and not at start-up", () => {
	const [binding] = Object.values(core.functions.get("deliver")?.metadata.bindings ?? {});
	expect(binding).toMatchObject({ type: "timerTrigger", schedule: "0 */1 * * * *" });
	expect(binding?.["runOnStartup"] ?? false).toBe(false);
});

test("health answers GET with a function key only", () => {
	expect(Object.values(core.functions.get("health")?.metadata.bindings ?? {})).toContainEqual(
		expect.objectContaining({ type: "httpTrigger", methods: ["GET"], authLevel: "function" }),
	);
});
