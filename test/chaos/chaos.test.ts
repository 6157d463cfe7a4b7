import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../scripts/bundle.ts";
import { startAzurite } from "../azurite.ts";
import { faults, runFault } from "./fault-table.ts";
import { runChaos } from "./run.ts";

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
