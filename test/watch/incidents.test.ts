import { describe, expect, test } from "vitest";
import type { Delivery, Destination, OperationsNotice } from "../../lib/outbox/delivery.ts";
import { destinationAddress, destinationValues, readDestination, untried } from "../../lib/outbox/destination-state.ts";
import { isAcceptable } from "../../lib/store/row-limits.ts";
import { endOf, type Incident, incidentValues, readIncidents, unaware } from "../../lib/watch/incidents.ts";
import { noteProblems } from "../../lib/watch/problem-store.ts";
import { type Problem, withoutEffects } from "../../lib/watch/problems.ts";
import { type TellDeps, tellIncidents } from "../../lib/watch/tell-incidents.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const start = at("21T10:00:00").getTime();
const inMinute = (minute: number) => new Date(start + minute * 60_000);

const unread: Problem = { code: "events-unread", subject: "defender", since: inMinute(0), what: "Messages wait.", do: "Look." };
const silent: Problem = { code: "stream-silent", subject: "", since: inMinute(0), what: "Nothing comes.", do: "Look there." };
const teamsIsDown: Problem = { code: "destination-down", subject: "teams", since: inMinute(0), what: "Refused.", do: "Check it." };

const ok: Delivery = { ok: true, proof: "confirmed" };
const away: Delivery = {
	ok: false,
	reason: "server",
	scope: "row",
	retryAfterMs: undefined,
	ambiguous: false,
	status: 503,
	detail: "503",
};

/** Destinations that note what they get, and timers that share one table. */
function aWatch(names: readonly string[] = ["teams"]) {
	const table = createMemoryTable(() => world.now);
	const world = { now: inMinute(0), answer: (_name: string): Delivery => ok };
	const got: string[] = [];
	const sent: OperationsNotice[] = [];
	const destinations = names.map(
		(name): Destination => ({
			name,
			send(notice) {
				sent.push(notice as OperationsNotice);
				const { id, phase } = notice as OperationsNotice;
				const delivery = world.answer(name);
				got.push(`${(world.now.getTime() - start) / 60_000} ${name} ${phase}${delivery.ok ? "" : " refused"} ${id}`);
				return Promise.resolve(delivery);
			},
		}),
	);
	let ids = 0;
	const deps: TellDeps = {
		table,
		destinations,
		random: () => 0.5,
		sleep: () => Promise.resolve(),
		newId: () => `id-${ids++}`,
		deadline: () => new AbortController().signal,
	};
	const look = async (minute: number, ...problems: readonly Problem[]) => {
		world.now = inMinute(minute);
		const stands = await noteProblems(deps, withoutEffects(problems), world.now);
		const visible = withoutEffects(stands);
		const shown = new Set(visible.map(({ code }) => code));
		const hidden = problems
			.filter(({ code }) => !shown.has(code))
			.map(({ code, subject }) => (subject === "" ? code : `${code}:${subject}`));
		return { visible, hidden: new Set(hidden) };
	};
	const turn = async (minute: number, ...problems: readonly Problem[]) => tellIncidents(deps, await look(minute, ...problems), world.now);
	const turns = async (from: number, to: number, ...problems: readonly Problem[]) => {
		for (let minute = from; minute <= to; minute++) await turn(minute, ...problems);
	};
	return { world, deps, table, got, sent, look, turn, turns };
}

describe("people are told of trouble of the watch", () => {
	test("once when it stands for two looks, and once when it is over for a quarter of an hour", async () => {
		const { got, turns } = aWatch();
		await turns(0, 24 * 60, unread);
		await turns(24 * 60 + 1, 25 * 60);
		expect(got).toEqual([
			"1 teams begun cf-ops-events-unread-7246d2b2-202611211001",
			"1455 teams over cf-ops-events-unread-7246d2b2-202611211001-over",
		]);
	});

	test("not of what is gone at the next look, however often that happens", async () => {
		const { got, turns } = aWatch();
		for (const minute of [0, 40, 80]) {
			await turns(minute, minute, unread);
			await turns(minute + 1, minute + 39);
		}
		expect(got).toEqual([]);
	});

	test("with what is true when they are told, without a secret and without marks of code", async () => {
		const { sent, turns } = aWatch();
		const now = { ...unread, what: "90 messages wait for `detect`; it sent Bearer 0123456789abcdefghijABCDEFGHIJ012345." };
		await turns(0, 0, unread);
		await turns(1, 1, now);
		expect(sent).toMatchObject([
			{ what: expect.stringMatching(/^90 messages wait for "detect"; it sent Bearer \[removed/), todo: "Look." },
		]);
	});

	test("at most 16 messages a minute, so that a run ends in time; the others follow", async () => {
		const { got, turns } = aWatch(Array.from({ length: 20 }, (_, n) => `webhook-${n}`));
		await turns(0, 1, unread);
		expect(got).toHaveLength(16);
		await turns(2, 5, unread);
		expect(new Set(got.map((line) => line.split(" ")[1])).size).toBe(20);
		expect(got).toHaveLength(20);
	});

	test("under another name when it comes back a day later", async () => {
		const { got, turns } = aWatch();
		await turns(0, 5, unread);
		await turns(6, 60);
		await turns(61, 65, unread);
		expect(got.map((line) => line.split(" ").at(-1))).toEqual([
			"cf-ops-events-unread-7246d2b2-202611211001",
			"cf-ops-events-unread-7246d2b2-202611211001-over",
			"cf-ops-events-unread-7246d2b2-202611211102",
		]);
	});

	test("of each, though a file of settings has a hundred mistakes", async () => {
		const { got, turns } = aWatch();
		const mistakes = Array.from({ length: 100 }, (_, n): Problem => {
			const what = `APPROVALS_FILE: approvals[${n}].owner: is missing. ${"Long words. ".repeat(40)}`;
			return { code: "settings-wrong", subject: "approvals", since: inMinute(0), what, do: "Correct the approvals file and deploy it." };
		});
		await turns(0, 5, ...mistakes, silent, teamsIsDown);
		expect(
			got.map((line) =>
				line
					.split(" ")
					.at(-1)
					?.replace(/-[\da-f]{8}(?=-)/, ""),
			),
		).toEqual(["cf-ops-settings-wrong-202611211001", "cf-ops-stream-silent-202611211001"]);
	});

	test("once by two timers that look at the same moment, which is one look", async () => {
		const { got, deps, look, world } = aWatch();
		const both = await look(-60, unread);
		for (const _ of [1, 2]) await tellIncidents(deps, both, world.now);
		expect(got).toEqual([]);
		for (let minute = 0; minute < 5; minute++) {
			const shown = await look(minute, unread);
			await Promise.all([tellIncidents(deps, shown, world.now), tellIncidents(deps, shown, world.now)]);
		}
		expect(got).toHaveLength(1);
	});

	test("of the end of each time, also where the problem was back before the end could be told", async () => {
		const { got, turns, world } = aWatch();
		world.answer = () => (world.now >= inMinute(19) && world.now < inMinute(30) ? away : ok);
		await turns(0, 4, unread);
		await turns(5, 20);
		await turns(21, 35, unread);
		await turns(36, 60);
		expect(got.filter((line) => !line.includes("refused")).map((line) => line.split(" ").slice(2).join(" "))).toEqual([
			"begun cf-ops-events-unread-7246d2b2-202611211001",
			"begun cf-ops-events-unread-7246d2b2-202611211022",
			"over cf-ops-events-unread-7246d2b2-202611211001-over",
			"over cf-ops-events-unread-7246d2b2-202611211022-over",
		]);
	});

	test("by a clock that jumps back a day too, though the last look seems to lie ahead", async () => {
		const { got, turns } = aWatch();
		await turns(24 * 60, 24 * 60, unread);
		await turns(0, 1, unread);
		expect(got).toEqual(["0 teams begun cf-ops-events-unread-7246d2b2-202611211000"]);
	});

	test("at once when a clock that was a day ahead is right again, though its send failed or died", async () => {
		const { got, turns, world } = aWatch();
		world.answer = () => (world.now > inMinute(60) ? away : ok);
		await turns(24 * 60, 24 * 60 + 1, unread);
		await turns(0, 2, unread);
		expect(got.map((line) => line.split(" ").slice(0, -1).join(" "))).toEqual(["1441 teams begun refused", "0 teams begun"]);

		const other = aWatch();
		await other.turns(24 * 60, 24 * 60, unread);
		const shown = await other.look(24 * 60 + 1, unread);
		const { table } = other.deps;
		let writes = 0;
		const dying = { ...table, replace: (row: never, etag: string) => (writes++ === 0 ? table.replace(row, etag) : never()) };
		await expect(tellIncidents({ ...other.deps, table: dying }, shown, other.world.now)).rejects.toThrow("killed");
		await other.turns(0, 2, unread);
		expect(other.got.map((line) => line.split(" ").slice(0, -1).join(" "))).toEqual(["1441 teams begun", "0 teams begun"]);
	});

	test("of a destination that is down through the others, and when it works again it has missed nothing", async () => {
		const { got, turns } = aWatch(["teams", "webhook"]);
		await turns(0, 10, teamsIsDown);
		await turns(11, 60);
		expect(got.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual(["webhook begun", "webhook over"]);
	});

	test("of the cause alone: what hides behind it is neither told nor over", async () => {
		const { got, turns } = aWatch();
		await turns(0, 5, silent);
		await turns(6, 60, silent, unread);
		await turns(61, 120, silent);
		expect(
			got.map((line) =>
				line
					.split(" ")
					.slice(0, 4)
					.join(" ")
					.replace(/-\d{12}/, ""),
			),
		).toEqual([
			"1 teams begun cf-ops-stream-silent",
			"7 teams begun cf-ops-events-unread-7246d2b2",
			"75 teams over cf-ops-events-unread-7246d2b2-over",
		]);
	});
});

describe("a message about trouble is kept until it arrives", () => {
	test("it is tried again, and not begun twice for one that has it", async () => {
		const { got, turns, world } = aWatch(["teams", "webhook"]);
		world.answer = (name) => (name === "teams" && world.now < inMinute(10) ? away : ok);
		await turns(0, 20, unread);
		const of = (name: string) => got.filter((line) => line.includes(name));
		expect(of("webhook")).toHaveLength(1);
		expect(of("teams").at(-1)).toMatch(/^1\d teams begun cf-ops/);
		expect(of("teams").filter((line) => !line.includes("refused"))).toHaveLength(1);
	});

	test("it is not tried while its destination asked for time, as long as that asked for, nor where it was refused for good", async () => {
		const { got, turns, world, table } = aWatch(["teams", "webhook", "slack"]);
		await table.create({
			...destinationAddress("slack"),
			values: destinationValues({ ...untried, pausedUntil: inMinute(30) }),
		});
		const answers: Record<string, Delivery> = {
			teams: { ...away, scope: "dead", reason: "rejected", status: 400 },
			webhook: { ...away, reason: "server", retryAfterMs: 20 * 60_000 },
		};
		world.answer = (name) => answers[name] ?? ok;
		await turns(0, 31, unread);
		expect(got.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(["1 teams", "1 webhook", "21 webhook", "30 slack"]);
	});

	test("what a destination answers to it counts for its other messages too", async () => {
		const { turns, world, table } = aWatch();
		world.answer = () => ({ ...away, scope: "down", reason: "auth", status: 401 });
		await turns(0, 1, unread);
		expect(readDestination(await table.get(destinationAddress("teams")))).toMatchObject({ downSince: inMinute(1), lastError: "auth" });
	});

	test("the end is tried again soon, however long the beginning had to wait", async () => {
		const { got, turns, world } = aWatch();
		world.answer = () => (world.now < inMinute(20) ? away : ok);
		await turns(0, 60, unread);
		world.answer = () => (world.now < inMinute(77) ? away : ok);
		await turns(61, 90);
		expect(got.slice(-2)).toEqual([
			"76 teams over refused cf-ops-events-unread-7246d2b2-202611211001-over",
			"77 teams over cf-ops-events-unread-7246d2b2-202611211001-over",
		]);
	});

	test("its end alone says nothing to one that never heard of its beginning", async () => {
		const { got, turns, world } = aWatch();
		world.answer = () => away;
		await turns(0, 5, unread);
		world.answer = () => ok;
		await turns(6, 6);
		const before = got.length;
		await turns(7, 60);
		expect(got.slice(before).filter((line) => line.includes("over"))).toHaveLength(before === got.length ? 0 : 1);
	});

	test("a timer that dies after sending repeats it under the same id, after its lease", async () => {
		const { got, deps, look, turns, world } = aWatch();
		await turns(0, 0, unread);
		const shown = await look(1, unread);
		let writes = 0;
		const dying = { ...deps.table, replace: (row: never, etag: string) => (writes++ === 0 ? deps.table.replace(row, etag) : never()) };
		await expect(tellIncidents({ ...deps, table: dying }, shown, world.now)).rejects.toThrow("killed");
		// The lease of 90 s is over at that very moment.
		await turns(2.49, 2.49, unread);
		await turns(2.5, 10, unread);
		expect(got).toEqual([
			"1 teams begun cf-ops-events-unread-7246d2b2-202611211001",
			"2.5 teams begun cf-ops-events-unread-7246d2b2-202611211001",
		]);
	});
});

describe("an incident", () => {
	const incident = (change: Partial<Incident> = {}): Incident => {
		const { code, subject, since, what, do: todo } = unread;
		return {
			...{ code, subject, since, what, do: todo, phase: "begun", at: at("21T10:01:00"), begunAt: at("21T10:01:00"), told: {}, failed: {} },
			...change,
		};
	};

	test("that nobody could be told of for 72 hours is told to nobody any more", () => {
		expect(unaware(incident(), ["teams"], at("24T10:00:59.999"))).toEqual(["teams"]);
		expect(unaware(incident(), ["teams"], at("24T10:01:00"))).toEqual([]);
	});

	test("was over a quarter of an hour before that was certain, and never before it began", () => {
		expect(endOf(incident())).toBeUndefined();
		expect(endOf(incident({ phase: "over", at: at("21T11:00:00") }))).toEqual(at("21T10:45:00"));
		expect(endOf(incident({ phase: "over", at: at("21T10:10:00") }))).toEqual(at("21T10:01:00"));
	});

	test("always fits the row: of very many with long texts the first ones are kept", () => {
		const told = Object.fromEntries(["teams", "webhook", "slack", "pagerduty"].map((name) => [name, "begun" as const]));
		const many = Array.from({ length: 200 }, (_, n) => incident({ subject: `hub-${n}`, what: "w".repeat(300), do: "d".repeat(300), told }));
		const row = { partitionKey: "meta", rowKey: "a|incidents", etag: "e", values: incidentValues(many, undefined) };
		expect(isAcceptable(row)).toBe(true);
		const { incidents } = readIncidents(row);
		expect(incidents.length).toBeGreaterThan(30);
		expect(incidents).toEqual(many.slice(0, incidents.length));
	});
});

function never(): Promise<never> {
	return Promise.reject(new Error("killed"));
}
