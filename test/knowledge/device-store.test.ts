import { expect, test } from "vitest";
import { createDeviceStore } from "../../lib/knowledge/device-store.ts";
import type { Table } from "../../lib/store/table.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

test("a device that others keep changing is not taken for written: it is said, and its next record writes it", async () => {
	const now = at("21T10:00:00");
	const memory = createMemoryTable(() => now);
	const crowd: { on: boolean } = { on: true };
	const create: Table["create"] = (row) => (crowd.on ? Promise.resolve({ outcome: "conflict" }) : memory.create(row));
	const store = createDeviceStore({ ...changeDeps({ ...memory, create }), clock: () => now });
	const row = { table: "DeviceInfo" as const, tenantId: "t", columns: { DeviceId: "d", DeviceType: "Server" } };

	await expect(store.learn([row])).rejects.toThrow("what is known of a device could not be stored: crowded");
	crowd.on = false;
	await store.learn([row]);
	expect(memory.all()).toHaveLength(1);
});
