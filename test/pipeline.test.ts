import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Message } from "../lib/defender/message.ts";
import { createMatcher } from "../lib/detect/match.ts";
import { createSieve } from "../lib/detect/prefilter/prefilter.ts";
import { allRules } from "../lib/families/all-rules.ts";
import { findingKey } from "../lib/findings/finding.ts";
import { inspect } from "../lib/inspect.ts";
import type { Recorded } from "../lib/outbox/recorded.ts";
import { type Parts, runPipeline } from "../lib/pipeline.ts";
import type { Sighting } from "../lib/sighting/sighting.ts";
import { createProgressBook } from "../lib/watch/progress.ts";
import { recordsIn } from "../lib/watch/quarantined.ts";
import { at } from "./builders.ts";
import { sight } from "./sighting/sight-one.ts";

const corpus = readFileSync("test/fixtures/corpus/messages.ndjson", "utf8").trim().split("\n");
const messages = (bodies: readonly (string | Uint8Array)[]): readonly Message[] =>
	bodies.map((body, index) => ({
		at: { source: "defender/0", message: index + 1 },
		body: typeof body === "string" ? Buffer.from(body) : body,
	}));
const steps = { sieve: undefined, match: createMatcher(allRules), sight, accepts: () => true };

function told({ device }: Sighting): Recorded {
	const nothing = {
		fresh: 1,
		repeats: 0,
		setAside: undefined,
		damaged: false,
		written: undefined,
		finding: undefined,
		dueAt: undefined,
		owed: [],
	};
	return { key: device.id, reason: "new", kinds: ["new"], ...nothing };
}

/** Parts whose world keeps what it is given. */
function parts(change: Partial<Parts> = {}) {
	const calls: string[] = [];
	const all: Parts = {
		...steps,
		learn: undefined,
		judge: (sightings) => Promise.resolve(sightings),
		clock: () => at("21T20:00:00"),
		quarantine: (entries) => {
			calls.push(`quarantine ${entries.length}`);
			return Promise.resolve();
		},
		record: (sightings) => {
			calls.push(`record ${sightings.length}`);
			return Promise.resolve(sightings.map(told));
		},
		deliver: (keys) => {
			calls.push(`deliver ${keys.length}`);
			return Promise.resolve({
				posts: [],
				storms: [],
				sent: 0,
				retried: 0,
				dead: 0,
				possibleDuplicates: 0,
				left: 0,
				oldestOwedMs: undefined,
				interrupted: undefined,
			});
		},
		...change,
	};
	return { calls, all };
}

describe("a batch", () => {
	test("with what cannot be set aside is handed out again, before anything of it is recorded", async () => {
		const { all, calls } = parts({ quarantine: () => Promise.reject(new Error("the table is away")) });
		await expect(runPipeline(messages(['{"records":[7]}', ...corpus]), all)).rejects.toThrow("the table is away");
		expect(calls).toEqual([]);
	});

	test("is quarantined, then recorded, then told", async () => {
		const { calls, all } = parts();
		await runPipeline(messages([...corpus, "not json"]), all);
		expect([...new Set(calls.map((call) => call.split(" ")[0]))]).toEqual(["quarantine", "record", "deliver"]);
	});

	test("says that it is read before anything else happens, and nothing of the sort when nothing is to happen", async () => {
		const { calls, all } = parts();
		const inspected = () => Promise.resolve(void calls.push("inspected"));
		const quiet = await runPipeline(messages(['{"records":[]}']), { ...all, inspected });
		expect({ records: quiet.records, calls }).toEqual({ records: 0, calls: [] });
		await runPipeline(messages(["not json"]), { ...all, inspected });
		expect(calls).toEqual(["inspected", "quarantine 1"]);
		calls.length = 0;
		await runPipeline(messages(corpus), { ...all, inspected });
		expect(calls.filter((call) => call === "inspected")).toEqual(calls.slice(0, 1));
	});

	test("in which nothing matches touches nothing outside", async () => {
		const { calls, all } = parts();
		await runPipeline(
			messages(['{"records":[]}', JSON.stringify({ records: [{ ...tunnelOn("a1"), properties: { FileName: "a.exe" } }] })]),
			all,
		);
		expect(calls).toEqual([]);
	});

	const tunnelOn = (DeviceId: string) => ({
		category: "AdvancedHunting-DeviceProcessEvents",
		tenantId: "t",
		properties: {
			DeviceId,
			FileName: "cloudflared.exe",
			ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:80",
			ReportId: 1,
		},
	});
	const about = (DeviceId: string) => ({ category: "AdvancedHunting-DeviceInfo", tenantId: "t", properties: { DeviceId } });
	const withDevices = messages([JSON.stringify({ records: [about("A1"), about("b2"), tunnelOn("a1"), about("a1"), about("c3")] })]);

	test("learns of the devices with a tunnel before it judges, and of the others when all is told", async () => {
		const { calls, all } = parts({
			learn: (rows) => {
				calls.push(`learn ${rows.map((row) => row.columns["DeviceId"]).join()}`);
				return Promise.resolve();
			},
			judge: (sightings) => {
				calls.push("judge");
				return Promise.resolve(sightings);
			},
		});
		const { learnFailed } = await runPipeline(withDevices, all);
		expect(calls).toEqual(["learn A1,a1", "judge", "record 1", "deliver 1", "learn b2,c3"]);
		expect(learnFailed).toBeUndefined();
	});

	test("learns nothing of the devices of other tenants when ours are named", async () => {
		const learned: unknown[] = [];
		const { all } = parts({
			accepts: ({ tenantId }) => tenantId === "t",
			learn: (rows) => {
				learned.push(...rows.map((row) => [row.tenantId, row.columns["DeviceId"]]));
				return Promise.resolve();
			},
		});
		const foreign = [about("a1"), about("d4")].map((record) => ({ ...record, tenantId: "another" }));
		await runPipeline(messages([JSON.stringify({ records: [about("a1"), tunnelOn("a1"), about("b2"), ...foreign] })]), all);
		expect(learned).toEqual([
			["t", "a1"],
			["t", "b2"],
		]);
	});

	test("that was recorded is not refused because something about other devices could not be kept; it says why", async () => {
		const { calls, all } = parts({
			learn: (rows) =>
				rows.length === 2 && calls.includes("record 1") ? Promise.reject(new Error("the table is away")) : Promise.resolve(),
		});
		expect(await runPipeline(withDevices, all)).toMatchObject({ learnFailed: "the table is away" });
	});

	test("that cannot be recorded is refused, and nothing of it is told", async () => {
		const { calls, all } = parts({ record: () => Promise.reject(new Error("the table is away")) });
		await expect(runPipeline(messages(corpus), all)).rejects.toThrow("the table is away");
		expect(calls.some((call) => call.startsWith("deliver"))).toBe(false);
	});

	describe("of ten devices", () => {
		const devices = Array.from({ length: 10 }, (_, n) => `d${n}`);
		const tenDevices = messages(devices.map((id) => JSON.stringify({ records: [tunnelOn(id)] })));
		/** Records each device but those that `work` turns away. */
		const recording = (work: (id: string) => Promise<void>) => {
			const done: string[] = [];
			const record: Parts["record"] = async (sightings) => {
				for (const { device } of sightings) {
					await work(device.id);
					done.push(device.id);
				}
				return sightings.map(told);
			};
			return { done, record };
		};

		test("records nine when the table refuses one, and comes again", async () => {
			const { done, record } = recording((id) => (id === "d3" ? Promise.reject(new Error("busy")) : Promise.resolve()));
			await expect(runPipeline(tenDevices, parts({ record }).all)).rejects.toThrow("1 of 10 devices could not be recorded: busy");
			expect(done).toHaveLength(9);
		});

		test("begins the next try with what is left", async () => {
			const table: { busy: boolean } = { busy: true };
			const progress = createProgressBook().of("defender/0", 1);
			const { done, record } = recording((id) => (table.busy && id > "d3" ? Promise.reject(new Error("busy")) : Promise.resolve()));
			await expect(runPipeline(tenDevices, parts({ record, progress }).all)).rejects.toThrow("6 of 10");
			table.busy = false;
			const outcome = await runPipeline(tenDevices, parts({ record, progress }).all);
			expect(new Set(done)).toEqual(new Set(devices));
			expect(outcome.recorded).toHaveLength(6);
		});

		test("stops when its time is over, and says how many are left", async () => {
			let now = at("21T20:00:00").getTime();
			const { done, record } = recording(() => {
				now += 1_000;
				return Promise.resolve();
			});
			// Judging takes a second for each, so four are begun in time.
			const clock = () => new Date(now);
			const judge: Parts["judge"] = async (sightings) => {
				now += 1_000;
				return sightings;
			};
			await expect(runPipeline(tenDevices, parts({ record, judge, clock, budgetMs: 4_000 }).all)).rejects.toThrow(
				"6 of 10 devices could not be recorded in time",
			);
			expect(done).toHaveLength(4);
		});

		test("that a fault of ours turns away for ever loses that device's records to the quarantine, by their place", async () => {
			const { done, record } = recording((id) => (id === "d3" ? Promise.reject(new TypeError("no")) : Promise.resolve()));
			const outcome = await runPipeline(tenDevices, parts({ record }).all);
			expect(done).toHaveLength(9);
			expect(outcome.quarantined).toMatchObject([
				{ at: { source: "defender/0", message: 4 }, record: 0, reason: "unexpected", error: "TypeError" },
			]);
		});
	});

	test("whose finding the table refuses for ever costs that finding, and says so", async () => {
		const refused = {
			key: "3f9c2a7d5110aabbccddeeff",
			reason: "quarantined" as const,
			setAside: "refused-by-table" as const,
			damaged: false,
			written: undefined,
			fresh: 2,
			repeats: 0,
			finding: undefined,
			kinds: [],
			dueAt: undefined,
			owed: [],
		};
		const { calls, all } = parts({ record: () => Promise.resolve([refused]) });
		const outcome = await runPipeline(withDevices, all);
		expect(outcome.quarantined).toMatchObject([{ at: { source: "finding cf-3f9c2a7d5110" }, reason: "refused-by-table" }]);
		expect(calls).toContain("quarantine 1");
	});

	test("whose finding a newer version wrote is set aside where it stands; one that was damaged is named besides", async () => {
		const recordAs = (setAside: "row-newer" | undefined, damaged: boolean) => (sightings: readonly Sighting[]) =>
			Promise.resolve(
				sightings.map((one) => ({
					...told(one),
					key: findingKey(one.device, one.family),
					...{ setAside, damaged, kinds: [] },
					reason: setAside === undefined ? ("held" as const) : ("quarantined" as const),
				})),
			);
		const set = parts({ record: recordAs("row-newer", false) });
		expect((await runPipeline(withDevices, set.all)).quarantined).toMatchObject([
			{ at: { source: "defender/0", message: 1 }, record: 2, reason: "row-newer" },
		]);
		const kept = parts({ record: recordAs(undefined, true) });
		expect((await runPipeline(withDevices, kept.all)).quarantined).toEqual([]);
		expect(kept.calls).toContain("quarantine 1");
	});

	test("with poison in it gives the same sightings, and one entry for each poison", () => {
		const clean = inspect(messages(corpus), steps);
		const poison = ["not json", '{"records":null}', '"oops"', "null", "", new Uint8Array([0x1f, 0x8b, 9])];
		const mixed = inspect(messages(corpus.flatMap((line, index) => [poison[index % poison.length] ?? "", line])), steps);
		expect(mixed.sightings).toEqual(clean.sightings);
		expect(mixed.quarantined).toHaveLength(corpus.length);
	});

	test("names where an unreadable record is, its message's size and SHA-256, and nothing it says", () => {
		const { quarantined } = inspect(messages(['{"records":[7]}']), steps);
		expect(quarantined).toEqual([
			{
				at: { source: "defender/0", message: 1 },
				record: 0,
				reason: "record-not-an-object",
				size: 15,
				// sha256sum of the 15 bytes
				sha256: "6036c5134da9a47ec612b4a6a7721294055bbcd18cea731acf8ab5f8a23599b0",
			},
		]);
	});

	test("in which a record makes a step fail costs that record, named by its place and the kind of error", () => {
		const bad = tunnelOn("bad");
		const body = JSON.stringify({ records: [about("x"), bad, tunnelOn("good")] });
		const sighted = inspect(messages([body]), {
			...steps,
			sight: (record, matches) => {
				if (record.columns["DeviceId"] === "bad") throw new TypeError("no primitive value: secret");
				return sight(record, matches);
			},
		});
		expect(sighted.sightings.map(({ device }) => device.id)).toEqual(["good"]);
		expect(sighted.quarantined).toMatchObject([{ record: 1, reason: "unexpected", error: "TypeError" }]);
		expect(JSON.stringify(sighted.quarantined)).not.toContain("secret");
	});

	test("with 10,000 bad records in one message becomes twenty entries and one that counts the rest", () => {
		const { quarantined } = inspect(messages([`[${"7,".repeat(9_999)}7]`]), steps);
		expect(quarantined).toHaveLength(21);
		expect(quarantined[20]).toMatchObject({ record: 20, reason: "record-not-an-object", count: 9_980 });
		expect(recordsIn(quarantined)).toBe(10_000);
	});

	test("of another tenant is set aside when our tenants are named", () => {
		const own = inspect(messages(corpus), { ...steps, accepts: ({ tenantId }) => tenantId === "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60" });
		const other = inspect(messages(corpus), { ...steps, accepts: () => false });
		expect(own.quarantined).toEqual([]);
		expect(other.sightings).toEqual([]);
		expect(new Set(other.quarantined.map((entry) => entry.reason))).toEqual(new Set(["other-tenant"]));
	});
});

test("the prefilter can be removed without changing a result", () => {
	const plain = inspect(messages(corpus), steps);
	const sifted = inspect(messages(corpus), { ...steps, sieve: createSieve(allRules) });
	expect(sifted.sightings).toEqual(plain.sightings);
	expect(sifted.records).toBeLessThan(plain.records);
});
