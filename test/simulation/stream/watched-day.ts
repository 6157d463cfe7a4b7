import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApprovalsFile } from "../../../lib/app/approvals-file.ts";
import type { HubReader } from "../../../lib/app/hub-reader.ts";
import { createMinute } from "../../../lib/app/minute.ts";
import { createStreamWatch } from "../../../lib/app/stream-watch.ts";
import { defaultPolicy } from "../../../lib/findings/policy.ts";
import { createDispatcher } from "../../../lib/outbox/deliver.ts";
import type { AnyNotice, Delivery, Destination } from "../../../lib/outbox/delivery.ts";
import { retryDead } from "../../../lib/outbox/outbox.ts";
import { createRecorder } from "../../../lib/outbox/record.ts";
import type { Table } from "../../../lib/store/table.ts";
import { noteRecorded } from "../../../lib/watch/notebook.ts";
import { createQuarantine } from "../../../lib/watch/quarantine.ts";
import { newRhythm, observe, rhythmAddress, rhythmValues } from "../../../lib/watch/rhythm.ts";
import { aSighting, redacted } from "../../builders.ts";
import { delivered, failed } from "../../outbox/world.ts";
import { createMemoryTable } from "../memory-table.ts";
import type { Logged } from "./log-alarms.ts";

/** What can go wrong; each is one cause. */
export const faults = [
	"export stops",
	"reader stops",
	"host stops",
	"listener cannot start",
	"table down",
	"destination down",
	"dead notice",
	"bad approvals",
	"poison",
	"late events",
] as const;
export type Fault = (typeof faults)[number];

export interface Day {
	/** The lines that the product wrote, by minute. */
	readonly logged: readonly Logged[];
	/** What people were told of trouble of the watch: `<destination>: <code> <phase>`. */
	readonly told: readonly { readonly minute: number; readonly what: string }[];
}

const minuteMs = 60_000;
/** A Monday evening: poison is counted by the day, so its problem ends at midnight. */
const start = Date.UTC(2026, 10, 23, 22, 30);
const learnedWeeks = 5;

/** Habits of a tenant that is always on. */
function learnedRhythm(now: number) {
	const begin = now - learnedWeeks * 7 * 24 * 60 * minuteMs;
	let rhythm = newRhythm(new Date(begin));
	for (let at = begin + minuteMs; at <= now; at += minuteMs) rhythm = observe(rhythm, true, new Date(at));
	return rhythm;
}

/**
 * The product's own timer, minute by minute with a clock of ours, over a hub, a table and two destinations in memory; the
 * fault stands from one minute to another.
 */
export async function watchedDay(fault: Fault, { from, to, minutes }: { from: number; to: number; minutes: number }): Promise<Day> {
	const clock = { now: new Date(start) };
	const memory = createMemoryTable(() => clock.now);
	const stands = (minute: number) => minute >= from && minute < to;
	const world = { minute: 0, last: 1_000, read: 1_000 };
	const is = (wanted: Fault) => fault === wanted && stands(world.minute);
	const table = withFault(memory, () => is("table down"));
	const folder = mkdtempSync(join(tmpdir(), "watched-day-"));
	const approvalsFile = join(folder, "approvals.json");
	writeFileSync(approvalsFile, '{"approvals":[]}');
	const told: { readonly minute: number; readonly what: string }[] = [];
	const destination = (name: string, answer: (notice: AnyNotice) => Delivery): Destination => ({
		name,
		send(notice) {
			const delivery = answer(notice);
			if (notice.type === "operations" && delivery.ok) told.push({ minute: world.minute, what: `${name}: ${notice.code} ${notice.phase}` });
			return Promise.resolve(delivery);
		},
	});
	const gone = failed({ reason: "auth", scope: "down", status: 404 });
	const refused = failed({ reason: "rejected", scope: "dead", status: 400 });
	const destinations = [
		destination("teams", (notice) => {
			if (is("destination down")) return gone;
			const isRefused =
				fault === "dead notice" && world.minute < to && notice.type === "finding" && notice.finding.device.name === "refused";
			return isRefused ? refused : delivered;
		}),
		destination("webhook", () => delivered),
	];
	let ids = 0;
	const parts = {
		table,
		clock: () => clock.now,
		random: () => 0.5,
		newId: () => `id${++ids}`,
		sleep: () => Promise.resolve(),
		deadline: () => new AbortController().signal,
	};
	const reader: HubReader = {
		hub: "defender",
		facts: () =>
			Promise.resolve({
				name: "defender",
				createdAt: new Date(0),
				partitions: [{ id: "0", begin: 0, last: world.last }],
				checkpoints: new Map([["0", world.read]]),
			}),
		readAgain: () => Promise.resolve(),
	};
	const recorder = createRecorder({ ...parts, destinations: ["teams", "webhook"], policy: defaultPolicy });
	const quarantine = createQuarantine(parts);
	const run = createMinute({
		table,
		dispatcher: createDispatcher({ ...parts, destinations }),
		destinations,
		quarantine,
		approvals: createApprovalsFile(approvalsFile),
		routes: { mistakes: () => [], refresh: () => Promise.resolve() },
		settings: { FALLBACK: undefined, DIGEST_HOUR_UTC: undefined },
		rules: [],
		openRules: [],
		clock: () => clock.now,
		ofSettings: () => [],
		drill: () => Promise.resolve([]),
		lookAtStream: createStreamWatch(parts, [reader]),
		readAgain: () => Promise.resolve({ count: 0, failures: [] }),
	});
	const record = (name: string) => {
		const device = { ...aSighting().device, id: redacted(name), name: redacted(name) };
		return recorder.record([aSighting({ device, recordId: `${name}-${world.minute}`, at: clock.now })], clock.now);
	};
	await memory.create({ ...rhythmAddress, values: rhythmValues(learnedRhythm(start)) });
	const logged: Logged[] = [];
	try {
		for (let minute = 0; minute < minutes; minute++) {
			world.minute = minute;
			clock.now = new Date(start + minute * minuteMs);
			if (!is("export stops")) world.last += 10;
			await read(minute);
			await happens(minute);
			if (is("host stops")) continue;
			for (const line of await run()) logged.push({ minute, row: { message: JSON.stringify(line) } });
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	return { logged, told };

	async function read(minute: number): Promise<void> {
		// A minute later than what stood in its way, as a host that starts again.
		const isAway = ["reader stops", "host stops", "table down"].includes(fault) && minute >= from && minute <= to;
		if (isAway || (fault === "listener cannot start" && minute < to)) return;
		// Slower than what comes; then as fast as before, and what waits is made up for.
		const next = Math.min(world.last, world.read + (is("late events") ? 5 : 10_000));
		if (next === world.read) return;
		await noteRecorded(parts, "defender/0", [{ from: world.read + 1, to: next }], clock.now);
		world.read = next;
	}

	async function happens(minute: number): Promise<void> {
		if (fault === "destination down" && minute === from) await record("any");
		if (fault === "dead notice") {
			if (minute === from) await record("refused");
			// Others arrive, so it is that notice and not the destination.
			if (minute > from && minute < from + 20 && minute % 2 === 0) await record(`other-${minute}`);
			if (minute === to) await retryDead(table, clock.now, () => true);
		}
		if (minute === from && fault === "bad approvals") writeFileSync(approvalsFile, '{"approvals":"none"}');
		if (minute === to && fault === "bad approvals") writeFileSync(approvalsFile, '{"approvals":[]}  ');
		if (minute === from && fault === "poison") {
			const at = { source: "defender/0", message: 1_700 };
			await quarantine.add([{ at, record: undefined, reason: "not-json", size: 5, sha256: "ab" }], clock.now);
		}
	}
}

function withFault(memory: Table, isAway: () => boolean): Table {
	const or = <T>(work: () => Promise<T>): Promise<T> => (isAway() ? Promise.reject(new Error("Table Storage failed: 503")) : work());
	return {
		get: (key) => or(() => memory.get(key)),
		create: (row) => or(() => memory.create(row)),
		replace: (row, etag) => or(() => memory.replace(row, etag)),
		remove: (key, etag) => or(() => memory.remove(key, etag)),
		transact: (writes) => or(() => memory.transact(writes)),
		page: (range, options) => or(() => memory.page(range, options)),
		ensure: () => or(() => memory.ensure()),
	};
}
