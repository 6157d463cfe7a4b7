import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { bundle } from "../../scripts/bundle.ts";
import { startAzurite } from "../azurite.ts";
import { createRandom } from "../bench/random.ts";
import { faults, runFault } from "./fault-table.ts";
import { asTrigger } from "./hub.ts";
import { runChaos } from "./run.ts";
import { createStaff } from "./staff.ts";
import { tellStory } from "./story.ts";

// The real thing kills two hundred processes and takes some minutes: `npm run chaos`.
const small = { seed: 7, devices: 12, leases: "ended" } as const;

let folder: string;
let file: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-chaos-"));
	file = join(folder, "main.mjs");
	await bundle(file);
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("killed at any moment, it loses no finding and tells none twice without a reason", async () => {
	const result = await runChaos({ ...small, bundle: file, kills: 6 });
	expect(result).toMatchObject({ violations: [], lost: 0, devices: 12 });
	expect(result.kills).toBeGreaterThanOrEqual(6);
	expect(result.accepted).toBeGreaterThanOrEqual(12);
});

test("a process that acknowledges before it has recorded is found out", async () => {
	const { violations } = await runChaos({ ...small, bundle: file, kills: 2, hasty: true });
	expect(violations.join("\n")).toContain("I9 a batch was acknowledged");
});

test("a killer message kills who reads it: otherwise the run with them would show nothing", async () => {
	const { messages } = tellStory(4, createRandom(7), 1);
	const killer = messages.find(({ body }) => body.includes("killer.corp.example.com"));
	if (killer === undefined) throw new Error("the story holds no killer any more");
	const staff = await createStaff({
		size: 1,
		bundle: file,
		manner: "mortal",
		// Nobody listens there: it dies of what it reads, whatever the table does.
		welcome: async () => ({
			env: { TABLE_ENDPOINT: "http://127.0.0.1:9/devstoreaccount1", WEBHOOK_URL: "http://127.0.0.1:9/" },
			farewell: () => undefined,
		}),
	});
	onTestFinished(() => staff.close());
	await vi.waitUntil(() => staff.ready().length > 0, { timeout: 120_000 });
	expect(await staff.ready()[0]?.call("detect", asTrigger([{ sequenceNumber: 0, message: killer }], 0))).toEqual({ outcome: "died" });
	expect([staff.killedAt.size, staff.accidents]).toEqual([1, []]);
});

// All of them take some minutes: `npm run faults`.
test("a receiver whose answers are lost is told everything, and again what nobody could know it had taken", async () => {
	const fault = faults.find(({ name }) => name === "receiver takes it, answer lost");
	if (fault === undefined) throw new Error("the fault has another name now");
	const azurite = await startAzurite();
	const found = await runFault(fault, azurite, file, 500);
	await azurite.close();
	expect(found).toMatchObject({ devices: 20, lost: 0, dead: 0 });
	expect(found.repeated).toBeGreaterThanOrEqual(5);
});
