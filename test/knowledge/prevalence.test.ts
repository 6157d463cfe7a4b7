import { expect, test } from "vitest";
import { createPrevalenceCounter } from "../../lib/knowledge/prevalence.ts";
import { rowWords } from "../../lib/notify/story/story.ts";
import { tunnelRow } from "../../lib/notify/story/tunnel-row.ts";
import { inert } from "../../lib/notify/text.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const clock = () => at("21T19:36:10");

function on(name: string, tenantId?: string): Sighting {
	const sighting = aSighting();
	const device = { ...sighting.device, id: redacted(`name:${name.toLowerCase()}`), name: redacted(name) };
	return { ...sighting, device: tenantId === undefined ? device : { ...device, tenantId: redacted(tenantId) } };
}

function aCounter() {
	const table = createMemoryTable(clock);
	return { table, open: () => createPrevalenceCounter({ ...changeDeps(table), clock }) };
}

test("the devices on which an account was seen first are known by name, the one that is asked about left out", async () => {
	const { open } = aCounter();
	const counter = open();
	expect((await counter.look(on("pc-1"))).account).toMatchObject({ devices: 1 });
	expect((await counter.look(on("pc-1"))).account?.others).toBeUndefined();
	for (const name of ["pc-1", "pc-2", "pc-3", "pc-4", "pc-5", "pc-6"]) await counter.note([on(name)]);
	expect((await counter.look(on("pc-6"))).account).toMatchObject({ devices: 6, others: ["pc-1", "pc-2", "pc-3"] });
	expect((await counter.look(on("pc-2"))).account).toMatchObject({ devices: 6, others: ["pc-1", "pc-3", "pc-4"] });
	// Another process reads the same from the table.
	expect((await open().look(on("pc-6"))).account?.others).toEqual(["pc-1", "pc-2", "pc-3"]);
	expect((await counter.look(on("pc-6"))).tunnel?.others).toBeUndefined();
	expect((await counter.look(on("pc-6"))).binary?.others).toBeUndefined();
});

test("where an account was seen first stays the first name, also when that device is noted anew after a month", async () => {
	let now = at("21T19:36:10");
	const table = createMemoryTable(() => now);
	const counter = createPrevalenceCounter({ ...changeDeps(table), clock: () => now });
	for (const name of ["pc-1", "pc-2", "pc-3", "pc-4", "pc-5"]) await counter.note([on(name)]);
	now = new Date(now.getTime() + 31 * 86_400_000);
	await counter.note([on("pc-1")]);
	expect((await counter.look(on("pc-6"))).account?.others).toEqual(["pc-1", "pc-2", "pc-3"]);
});

test("a device of another tenant is never named", async () => {
	const counter = aCounter().open();
	await counter.note([on("theirs", "11111111-2222-4333-8444-555555555555")]);
	expect((await counter.look(on("ours"))).account).toEqual({ devices: 1, since: on("ours").at });
});

test("a fact that an older version stored without names learns them when its devices are seen again", async () => {
	const { table, open } = aCounter();
	await open().note([on("pc-1")]);
	const rows = table.all().filter(({ values }) => values["names"] !== undefined);
	expect(rows).toHaveLength(1);
	for (const row of rows) {
		const { names: _, ...values } = row.values;
		await table.replace({ ...row, values }, row.etag);
	}
	expect((await open().look(on("pc-2"))).account).toMatchObject({ devices: 2 });
	expect((await open().look(on("pc-2"))).account?.others).toBeUndefined();
	await open().note([on("pc-1")]);
	expect((await open().look(on("pc-2"))).account?.others).toEqual(["pc-1"]);
});

test("a hostile or endless name of another device is text on the card, and cut", async () => {
	const counter = aCounter().open();
	await counter.note([on("[Approved](https://evil.example)"), on("W".repeat(5_000))]);
	const sighting = on("pc-2");
	const prevalence = await counter.look(sighting);
	for (const name of prevalence.account?.others ?? []) expect(name.length).toBeLessThanOrEqual(64);
	const row = tunnelRow(aFinding({ worst: { ...sighting, prevalence } }), (text) => inert(text));
	const shown = row === undefined ? "" : rowWords(row);
	expect(shown).toContain("same account on Approved· ·hxxps···evil, WWWW");
	expect(shown).not.toMatch(/\]\(|https?:\/\//);
	expect(shown.length).toBeLessThan(300);
});
