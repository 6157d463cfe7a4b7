import { expect, test } from "vitest";
import { publishedReleases } from "../../lib/families/cloudflared/releases/published-releases.ts";
import { createLearnedReleases } from "../../lib/knowledge/learned-releases.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

/** Windows, 2026.10.0, as published. */
const published = "86aee4017b26625cee8484c113558f48effa4cd47f7aa05fcf425604e5d2b23c";
const sha1 = "c".repeat(40);

function releasesOn(table: Table, now: () => Date) {
	let ids = 0;
	const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
	return createLearnedReleases({ table, clock: now, random: () => 0.5, newId: () => `learned${++ids}`, sleep });
}

function of(hashes: { readonly sha1: string; readonly sha256: string }, tenant?: string): Sighting {
	const sighting = aSighting();
	const release = publishedReleases.find(hashes.sha256);
	return {
		...sighting,
		device: tenant === undefined ? sighting.device : { ...sighting.device, tenantId: redacted(tenant) },
		program: { ...sighting.program, ...hashes, ...(release === undefined ? {} : { release }) },
	};
}

test("a row with both hashes of a published release teaches what its SHA-1 stands for, for later instances too", async () => {
	const table = createMemoryTable(() => at("21T19:36:04"));
	const now = () => at("21T19:36:04");

	expect(await releasesOn(table, now).find(of({ sha1, sha256: "" }))).toBeUndefined();
	await releasesOn(table, now).note([of({ sha1, sha256: published })]);

	expect(await releasesOn(table, now).find(of({ sha1, sha256: "" }))).toEqual({ version: "2026.10.0", asset: "windows-amd64.exe" });
	expect(await releasesOn(table, now).find(of({ sha1: "d".repeat(40), sha256: "" }))).toBeUndefined();
});

test("nothing is learned across tenants, from one hash alone, or about a file that nobody published", async () => {
	const table = createMemoryTable(() => at("21T19:36:04"));
	const releases = releasesOn(table, () => at("21T19:36:04"));

	await releases.note([of({ sha1, sha256: "e".repeat(64) }), of({ sha1: "", sha256: published }), of({ sha1, sha256: "" })]);
	expect(table.all()).toEqual([]);

	await releases.note([of({ sha1, sha256: published }, "11111111-1111-1111-1111-111111111111")]);
	expect(await releases.find(of({ sha1, sha256: "" }))).toBeUndefined();
});

test("the first row that taught a SHA-1 stays, and one device cannot fill the table", async () => {
	const table = createMemoryTable(() => at("21T19:36:04"));
	const releases = releasesOn(table, () => at("21T19:36:04"));
	const older = "f096265ec2fcbe9bb6e2d64268db167ced3fcbb83d894bdb9e2fcdb26f2ea7e2";

	await releases.note([of({ sha1, sha256: published })]);
	await releases.note([of({ sha1, sha256: older })]);
	expect(await releases.find(of({ sha1, sha256: "" }))).toMatchObject({ version: "2026.10.0" });

	await releases.note(Array.from({ length: 100 }, (_, n) => of({ sha1: String(n).padStart(40, "0"), sha256: published })));
	expect(table.all()).toHaveLength(60);
});
