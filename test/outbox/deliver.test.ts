import { describe, expect, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { afterRecording, eachMinute } from "../../lib/outbox/deliver.ts";
import type { Destination } from "../../lib/outbox/delivery.ts";
import { readOutbox } from "../../lib/outbox/outbox.ts";
import { atOnce } from "../../lib/outbox/owed.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Table } from "../../lib/store/table.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { createSink, createWorld, delivered, failed, keyOfSighting, type World } from "./world.ts";

const now = at("21T19:36:10");
const minute = 60_000;

function onDevice(name: string, change: Partial<Sighting> = {}): Sighting {
	const id = redacted(name.repeat(40).slice(0, 40));
	return aSighting({ recordId: name, device: { ...aSighting().device, id, name: redacted(name) }, ...change });
}

function later(world: World, ms: number): void {
	world.clock.now = new Date(world.clock.now.getTime() + ms);
}

async function recorded(world: World, ...sightings: readonly Sighting[]): Promise<void> {
	await world.recorder.record(sightings.length === 0 ? [aSighting()] : sightings, world.clock.now);
}

describe("a notice", () => {
	test("goes to each destination once", async () => {
		const [teams, webhook] = [createSink("teams"), createSink("webhook")];
		const world = createWorld([teams, webhook]);
		await recorded(world);
		const first = await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording);
		const second = await world.dispatcher.deliverDue(eachMinute);

		expect(first).toMatchObject({ sent: 2, retried: 0, left: 0, oldestOwedMs: undefined });
		expect(first.posts[0]).toMatchObject({ destination: "teams", kinds: ["new"], outcome: "sent", severity: "medium" });
		expect(second).toMatchObject({ sent: 0, posts: [] });
		expect(teams.got).toHaveLength(1);
		expect(webhook.got).toHaveLength(1);
		expect(teams.got[0]).toMatchObject({ type: "finding", id: "cf-6d9402b7c1fc-1", n: 1, kinds: ["new"], moreSinceLast: 1 });
		expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 1, countSent: 1, proof: "queued", sentAt: now });
	});

	test("has a deadline of its own, whatever its destination does", async () => {
		const asked: number[] = [];
		const teams = createSink("teams");
		const heard: Destination = {
			...teams,
			send: (notice, signal) => (signal.aborted ? Promise.resolve(failed()) : teams.send(notice, signal)),
		};
		const deadline = (ms: number) => {
			asked.push(ms);
			return AbortSignal.abort();
		};
		const world = createWorld([heard], { deadline });
		await recorded(world);
		expect(await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording)).toMatchObject({ sent: 0, retried: 1 });
		expect(asked).toEqual([15_000]);
	});

	test("that waits for another try counts as owed all the while", async () => {
		const world = createWorld([createSink("teams", failed())]);
		await recorded(world);
		await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording);

		const { owed, oldestOwedMs } = await readOutbox(world.memory, ["teams"], new Date(now.getTime() + 1));
		expect([...owed]).toEqual([["teams", 1]]);
		expect(oldestOwedMs).toBe(1);
	});

	test("that failed goes out again with the same id, 5 s later and not before", async () => {
		const teams = createSink("teams", failed(), delivered);
		const world = createWorld([teams]);
		await recorded(world);
		expect(await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording)).toMatchObject({
			sent: 0,
			retried: 1,
			oldestOwedMs: 0,
		});

		later(world, 4_999);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toHaveLength(1);
		later(world, 1);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1 });
		expect(teams.got.map((notice) => notice.id)).toEqual(["cf-6d9402b7c1fc-1", "cf-6d9402b7c1fc-1"]);
	});

	test("to a destination that works does not wait for one that fails", async () => {
		const [teams, webhook] = [createSink("teams", failed()), createSink("webhook")];
		const world = createWorld([teams, webhook]);
		await recorded(world);

		expect(await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording)).toMatchObject({ sent: 1, retried: 1 });
		expect(await world.owed("teams")).toMatchObject({ state: "due", attempt: 1, lastError: "server", lastStatus: 500 });
		expect(await world.owed("webhook")).toMatchObject({ state: "done" });
	});

	test("after an outage is one message that tells all reasons and the true count", async () => {
		const teams = createSink("teams", failed(), delivered);
		const world = createWorld([teams]);
		await recorded(world);
		await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording);
		await recorded(world, aSighting({ recordId: "b", severity: "critical" }));
		await recorded(world, aSighting({ recordId: "c", severity: "critical" }));
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toHaveLength(2);
		expect(teams.got[1]).toMatchObject({
			id: "cf-6d9402b7c1fc-2",
			kinds: ["new", "worse"],
			moreSinceLast: 3,
			finding: { severity: "critical" },
		});
		expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 2, countSent: 3 });
	});

	test("that is promised for later is not sent before", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await recorded(world);
		await world.dispatcher.deliverDue(eachMinute);
		for (const n of [1, 2, 3, 4]) {
			await recorded(world, aSighting({ recordId: `c${n}`, program: { ...aSighting().program, user: redacted(`user${n}`) } }));
			later(world, 2_000);
			await world.dispatcher.deliverDue(eachMinute);
		}
		expect(teams.got.map((notice) => notice.id)).toEqual([
			"cf-6d9402b7c1fc-1",
			"cf-6d9402b7c1fc-2",
			"cf-6d9402b7c1fc-3",
			"cf-6d9402b7c1fc-4",
		]);

		world.clock.now = at("22T19:36:13.999");
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toHaveLength(4);
		world.clock.now = at("22T19:36:14");
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got[4]).toMatchObject({ id: "cf-6d9402b7c1fc-5", kinds: ["changed"] });
	});

	test("that is wanted while another is on its way follows it", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const plainSend = teams.send;
		let meanwhile = true;
		teams.send = async (notice, signal) => {
			if (meanwhile) await recorded(world, aSighting({ recordId: "b", severity: "high" }));
			meanwhile = false;
			return plainSend(notice, signal);
		};
		await recorded(world);
		await world.dispatcher.deliverDue(eachMinute);
		expect(await world.owed("teams")).toMatchObject({ state: "due", sent: 1, want: 2 });

		later(world, 1_000);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got.map((notice) => notice.id)).toEqual(["cf-6d9402b7c1fc-1", "cf-6d9402b7c1fc-2"]);
		expect(teams.got[1]).toMatchObject({ kinds: ["worse"], moreSinceLast: 1 });
	});

	const refused = failed({ scope: "dead", reason: "rejected", status: 422 });

	test("is given up when the destination refuses it and takes another one, and returns with the next one", async () => {
		const teams = createSink("teams", refused, delivered, refused, delivered);
		const world = createWorld([teams]);
		await recorded(world);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ dead: 0, retried: 1 });
		later(world, 1_000);
		await recorded(world, onDevice("other", {}));
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1 });
		later(world, minute);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ dead: 1, oldestOwedMs: undefined });
		expect(await world.owed("teams")).toMatchObject({ state: "dead", lastError: "rejected", lastStatus: 422 });

		later(world, minute);
		await recorded(world, aSighting({ recordId: "b", severity: "high" }));
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got[3]).toMatchObject({ id: "cf-6d9402b7c1fc-2", kinds: ["new", "worse"] });
	});

	test("that a destination refuses while it takes no other either is not given up", async () => {
		const teams = createSink("teams", refused);
		const world = createWorld([teams]);
		await recorded(world);
		for (let n = 0; n < 10; n++) {
			expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ dead: 0 });
			later(world, 30 * minute);
		}
		teams.answers = [delivered];
		await recorded(world, onDevice("other", {}));
		later(world, 60 * minute);
		await world.dispatcher.deliverDue(eachMinute);
		expect(await world.owed("teams")).toMatchObject({ state: "done" });
	});

	test("of a destination that refuses all is not given up, and each arrives when it is well again", async () => {
		const teams = createSink("teams", refused);
		const world = createWorld([teams]);
		const crowd = Array.from({ length: 8 }, (_, n) => onDevice(`d${n}-`, { severity: "high" }));
		await recorded(world, ...crowd);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toHaveLength(3);
		for (const wait of [1, 5, 15, 60]) {
			later(world, wait * minute + 1_000);
			expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ dead: 0, retried: 1 });
		}
		expect(new Set(teams.got.map(({ id }) => id)).size).toBe(7);

		teams.answers = [delivered];
		later(world, 61 * minute);
		await world.dispatcher.deliverDue(eachMinute);
		later(world, minute);
		await world.dispatcher.deliverDue(eachMinute);
		const states = await Promise.all(crowd.map(({ device }) => world.owed("teams", findingKey(device, "cloudflared"))));
		expect(states.map((owed) => owed?.state)).toEqual(crowd.map(() => "done"));
	});

	test("refused while its destination was unwell has its own chance afterwards", async () => {
		const teams = createSink("teams", refused, refused, refused, delivered, refused, delivered);
		const world = createWorld([teams]);
		const names = ["a", "b", "c"];
		await recorded(world, ...names.map((name) => onDevice(name, { severity: "high" })));
		await world.dispatcher.deliverDue(eachMinute);
		later(world, minute + 1_000);
		await world.dispatcher.deliverDue(eachMinute);
		later(world, minute);
		await world.dispatcher.deliverDue(eachMinute);
		const states = await Promise.all(names.map((name) => world.owed("teams", findingKey(onDevice(name).device, "cloudflared"))));
		expect(states.map((owed) => owed?.state)).not.toContain("dead");
	});

	test("that is wanted while the one before it is refused for good is sent all the same", async () => {
		const teams = createSink("teams", failed({ scope: "dead", reason: "rejected", status: 400 }), delivered);
		const world = createWorld([teams]);
		const plainSend = teams.send;
		let meanwhile = true;
		teams.send = async (notice, signal) => {
			if (meanwhile) await recorded(world, aSighting({ recordId: "b", severity: "critical" }));
			meanwhile = false;
			return plainSend(notice, signal);
		};
		await recorded(world);
		await world.dispatcher.deliver([{ key: keyOfSighting }], afterRecording);
		expect(await world.owed("teams")).toMatchObject({ state: "due", want: 2, sent: 0, attempt: 0, dueAt: atOnce, wantedAt: now });

		later(world, 1_000);
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got[1]).toMatchObject({ id: "cf-6d9402b7c1fc-2", kinds: ["new", "worse"], finding: { severity: "critical" } });
		expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 2 });
	});

	test("that got worse is given 72 hours of its own, however old the one before it is", async () => {
		const teams = createSink("teams", failed());
		const world = createWorld([teams]);
		await recorded(world, aSighting({ severity: "low" }));
		await world.dispatcher.deliverDue(eachMinute);
		world.clock.now = at("24T18:36:10");
		await recorded(world, aSighting({ recordId: "b", severity: "critical" }));
		world.clock.now = at("24T20:00:00");
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ retried: 1, dead: 0 });
		world.clock.now = at("27T18:36:09");
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ retried: 1, dead: 0 });
		world.clock.now = at("27T18:36:15");
		await world.dispatcher.deliverDue(eachMinute);
		world.clock.now = at("27T20:00:00");
		await world.dispatcher.deliverDue(eachMinute);
		expect(await world.owed("teams")).toMatchObject({ state: "dead", want: 2 });
	});

	test("is given up 72 hours after it was first wanted, not before", async () => {
		const teams = createSink("teams", failed());
		const world = createWorld([teams]);
		await recorded(world);
		world.clock.now = at("24T19:36:09");
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ retried: 1, dead: 0 });
		world.clock.now = at("24T19:36:14");
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ retried: 0, dead: 1 });
		expect(await world.owed("teams")).toMatchObject({ state: "dead", lastError: "server" });
	});

	test("waits when a destination breaks its promise not to throw, and the others go on", async () => {
		const [teams, webhook] = [createSink("teams"), createSink("webhook")];
		teams.send = () => Promise.reject(new TypeError("secret text"));
		const world = createWorld([teams, webhook]);
		await recorded(world);
		const pass = await world.dispatcher.deliverDue(eachMinute);

		expect(pass).toMatchObject({ sent: 1, retried: 1 });
		expect(JSON.stringify(pass)).not.toContain("secret text");
	});
});

describe("a destination", () => {
	test("that asks for time gets it: nothing goes out before, whatever is due", async () => {
		const teams = createSink(
			"teams",
			failed({ scope: "destination", reason: "rateLimited", status: 429, retryAfterMs: 30_000 }),
			delivered,
		);
		const world = createWorld([teams]);
		await recorded(world, onDevice("a"), onDevice("b"));
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toHaveLength(1);

		// 30 s and the half of 20 % that this test's dice give.
		later(world, 32_999);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, left: 2 });
		later(world, 1);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 2 });
	});

	test("that is down gets a probe after 1, 5 and 15 minutes, then hourly, and everything once it is up again", async () => {
		const down = failed({ scope: "down", reason: "auth", status: 401 });
		const teams = createSink("teams", down);
		const world = createWorld([teams]);
		await recorded(world, onDevice("a"), onDevice("b"), onDevice("c"));
		await world.dispatcher.deliverDue(eachMinute);
		expect(teams.got).toHaveLength(1);

		let probes = 1;
		for (const wait of [1, 5, 15, 60, 60]) {
			later(world, wait * minute - 1);
			await world.dispatcher.deliverDue(eachMinute);
			expect(teams.got).toHaveLength(probes);
			later(world, 1);
			await world.dispatcher.deliverDue(eachMinute);
			probes += 1;
			expect(teams.got).toHaveLength(probes);
		}
		teams.answers = [delivered];
		later(world, 60 * minute);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 3 });
	});

	test("that fails five times in a row is left alone for a while", async () => {
		const teams = createSink("teams", failed({ reason: "timeout", status: undefined }));
		const world = createWorld([teams]);
		await recorded(world, ..."abcdefgh".split("").map((name) => onDevice(name)));
		const pass = await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toHaveLength(5);
		expect(pass).toMatchObject({ retried: 5, left: 3 });
	});

	test("that is paused for three days does not hide what it was never given", async () => {
		const teams = createSink("teams", failed({ scope: "down", reason: "gone", status: 410 }));
		const world = createWorld([teams]);
		await recorded(world, onDevice("a"), onDevice("b"));
		await world.dispatcher.deliverDue(eachMinute);
		later(world, 72 * 60 * minute - 1);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ dead: 0 });
		later(world, 1);
		await world.dispatcher.deliverDue(eachMinute);
		later(world, 1);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got).toHaveLength(2);
		expect([
			await world.owed("teams", findingKey(onDevice("a").device, "cloudflared")),
			await world.owed("teams", findingKey(onDevice("b").device, "cloudflared")),
		]).toMatchObject([{ state: "dead" }, { state: "dead" }]);
	});

	test("gets at most one message a second", async () => {
		const times: number[] = [];
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const plainSend = teams.send;
		teams.send = (notice, signal) => {
			times.push(world.clock.now.getTime() - now.getTime());
			return plainSend(notice, signal);
		};
		await recorded(world, onDevice("a"), onDevice("b"), onDevice("c"));
		await world.dispatcher.deliverDue(eachMinute);

		expect(times).toEqual([0, 1_500, 3_000]);
	});

	test("without limits gets everything at once", async () => {
		const terminal = { ...createSink("console"), unlimited: true } as const;
		const world = createWorld([terminal]);
		await recorded(world, ...Array.from({ length: 40 }, (_, n) => onDevice(`d${n}-`)));

		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 40, left: 0 });
		expect(world.clock.now).toEqual(now);
	});

	test("gets the severest first", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await recorded(
			world,
			onDevice("a", { severity: "low" }),
			onDevice("b", { severity: "critical" }),
			onDevice("c", { exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] }),
			onDevice("d"),
		);
		await world.dispatcher.deliverDue(eachMinute);

		expect(teams.got.map((notice) => (notice.type === "finding" ? notice.finding.newest.recordId : ""))).toEqual(["b", "c", "d", "a"]);
	});
});

describe("a pass", () => {
	test("right after recording stops after three messages; the timer does the rest", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const devices = ["a", "b", "c", "d", "e"].map((name) => onDevice(name));
		await recorded(world, ...devices);

		expect(
			await world.dispatcher.deliver(
				devices.map((one) => ({ key: findingKey(one.device, "cloudflared") })),
				afterRecording,
			),
		).toMatchObject({ sent: 3, left: 2 });
		later(world, minute);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 2, left: 0 });
	});

	test("begins nothing after its time is over", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		teams.send = async () => {
			later(world, 15_000);
			return failed({ reason: "timeout" });
		};
		await recorded(world, onDevice("a"), onDevice("b"));

		expect(
			await world.dispatcher.deliver(
				[onDevice("a"), onDevice("b")].map((one) => ({ key: findingKey(one.device, "cloudflared") })),
				afterRecording,
			),
		).toMatchObject({
			retried: 1,
			left: 1,
		});
	});

	test("over a table that fails says so and rejects nothing", async () => {
		const world = createWorld([createSink("teams")], {
			table: (memory): Table => ({ ...memory, page: () => Promise.reject(new Error("Table Storage failed while listing: 503")) }),
		});

		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({
			sent: 0,
			interrupted: "Table Storage failed while listing: 503",
		});
	});

	test("that ends early says why without what an unexpected error repeats of its input", async () => {
		const secret =
			"eyJhIjoiOWY4NmQwODE4ODRjN2Q2NTlhMmZlYWEwYzU1YWQwMTUiLCJ0IjoiNmZmNDJhZTItNzY1ZC00YWRmLTgxMTItMzFjNTVjMTU1MWVmIiwicyI6ImMzbHVkR2hsZEdsakxYTmxZM0psZEMxdlppMWhMWFJsYzNRdE1EQXdNREF3In0=";
		const world = createWorld([createSink("teams")], {
			table: (memory): Table => ({ ...memory, page: () => Promise.reject(new TypeError(`cloudflared tunnel run --token ${secret}`)) }),
		});

		const { interrupted } = await world.dispatcher.deliverDue(eachMinute);
		expect(interrupted).toContain("cloudflared tunnel run");
		expect(interrupted).not.toContain(secret.slice(80));
	});

	test("of two at the same time sends nothing twice", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		await recorded(world, onDevice("a"), onDevice("b"), onDevice("c"));
		await Promise.all([world.dispatcher.deliverDue(eachMinute), world.dispatcher.deliverDue(eachMinute)]);
		later(world, 5_000);
		await world.dispatcher.deliverDue(eachMinute);

		expect(new Set(teams.got.map((notice) => notice.id)).size).toBe(3);
		expect(teams.got).toHaveLength(3);
	});
});

describe("a lease", () => {
	test("of a process that died is taken over after 90 seconds, not before", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		teams.send = () => new Promise(() => undefined);
		await recorded(world);
		void world.dispatcher.deliverDue(eachMinute);
		await new Promise((resolve) => setImmediate(resolve));
		teams.send = async () => delivered;

		later(world, 90_000);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0 });
		later(world, 1);
		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1 });
	});

	test("that ran out during a send is reported as a possible duplicate, and the other's mark stands", async () => {
		const teams = createSink("teams");
		const world = createWorld([teams]);
		const plainSend = teams.send;
		let stalled = true;
		teams.send = async (notice, signal) => {
			if (stalled) {
				stalled = false;
				later(world, 91_000);
				await world.dispatcher.deliverDue(eachMinute);
			}
			return plainSend(notice, signal);
		};
		await recorded(world);

		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1, possibleDuplicates: 1 });
		expect(teams.got.map((notice) => notice.id)).toEqual(["cf-6d9402b7c1fc-1", "cf-6d9402b7c1fc-1"]);
		expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 1 });
	});

	test.each([
		{ awayMs: 0, posts: 1 },
		{ awayMs: 19_500, posts: 1 },
		{ awayMs: 19_501, posts: 2 },
	])(
		"during which the table goes away for $awayMs ms once the message has arrived leads to $posts message(s)",
		async ({ awayMs, posts }) => {
			const teams = createSink("teams");
			let awayUntil = new Date(0);
			const unlessAway =
				<A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
				(...args: A): Promise<R> =>
					world.clock.now < awayUntil ? Promise.reject(new Error("out of reach")) : work(...args);
			const world: World = createWorld([teams], {
				table: (memory): Table => ({
					...memory,
					get: unlessAway(memory.get),
					replace: unlessAway(memory.replace),
					transact: unlessAway(memory.transact),
				}),
			});
			await recorded(world);
			const plainSend = teams.send;
			teams.send = (notice, signal) => {
				awayUntil = new Date(world.clock.now.getTime() + awayMs);
				return plainSend(notice, signal);
			};

			await world.dispatcher.deliverDue(eachMinute);
			teams.send = plainSend;
			later(world, 91_000);
			await world.dispatcher.deliverDue(eachMinute);
			expect(teams.got).toHaveLength(posts);
			expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 1 });
		},
	);

	test.each(["claim", "mark"])("is kept when the answer to the %s is lost", async (which) => {
		const teams = createSink("teams");
		let replaces = 0;
		const world = createWorld([teams], {
			table: (memory): Table => ({
				...memory,
				async replace(row, etag) {
					const done = await memory.replace(row, etag);
					if (!row.rowKey.startsWith("o|")) return done;
					replaces += 1;
					// As the SDK does: it sends the same again, and finds its own change.
					return replaces === (which === "claim" ? 1 : 2) ? memory.replace(row, etag) : done;
				},
			}),
		});
		await recorded(world);

		expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 1, possibleDuplicates: 0 });
		expect(teams.got).toHaveLength(1);
		expect(await world.owed("teams")).toMatchObject({ state: "done", sent: 1 });
	});
});
