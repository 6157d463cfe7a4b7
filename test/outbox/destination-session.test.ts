import { expect, test } from "vitest";
import type { Delivery } from "../../lib/outbox/delivery.ts";
import { openSession, readDestinations } from "../../lib/outbox/destination-session.ts";
import { destinationAddress, destinationValues, untried } from "../../lib/outbox/destination-state.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";
import { failed } from "./world.ts";

const now = at("21T10:30:00");
const told = [at("21T10:00:00"), at("21T10:01:00")];
const reachedNobody = failed({ reason: "network", status: undefined });

/** A chat that took two messages and is out of reach since; its pause has just ended. */
async function openUnwell() {
	const table = createMemoryTable(() => now);
	const values = destinationValues({ ...untried, slots: told, failuresInARow: 5, lastTried: at("21T10:29:00"), pausedUntil: now });
	await table.create({ ...destinationAddress("teams"), values });
	const read = async () => (await readDestinations(table, ["teams"])).get("teams") ?? { state: untried, row: undefined };
	const session = openSession(changeDeps(table), { name: "teams" }, await read(), () => now);
	return { session, slots: async () => (await read()).state.slots };
}

test.each<[string, Delivery, readonly Date[]]>([
	["reached nobody gives its place back", reachedNobody, told],
	["was answered keeps its place", failed({ status: 500 }), [...told, now]],
	["may have arrived keeps its place", failed({ reason: "timeout", status: undefined, ambiguous: true }), [...told, now]],
	["arrived keeps its place", { ok: true, proof: "queued" }, [...told, now]],
])("a probe that %s", async (_what, delivery, left) => {
	const { session, slots } = await openUnwell();
	expect(await session.reserve(["ordinary", "ordinary"], 2_000, at("21T10:31:00"))).toEqual([now, undefined]);
	await session.note(delivery, "cf-1", now);
	expect(await slots()).toEqual(left);
});

test("a message that took no place, such as one about Tunnelwatch itself, gives back nobody else's", async () => {
	const { session, slots } = await openUnwell();
	await session.note(reachedNobody, "cf-problem");
	expect(await slots()).toEqual(told);
});
