import { expect, test } from "vitest";
import { createApprovalsFile } from "../../lib/app/approvals-file.ts";
import { logLineFields } from "../../lib/app/log-lines.ts";
import { createMinute } from "../../lib/app/minute.ts";
import { createDispatcher } from "../../lib/outbox/deliver.ts";
import { raise } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues } from "../../lib/outbox/owed-row.ts";
import type { Table } from "../../lib/store/table.ts";
import type { Problem } from "../../lib/watch/problems.ts";
import { createQuarantine } from "../../lib/watch/quarantine.ts";
import { aFinding, at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";

const start = at("21T10:00:00").getTime();

/** A timer whose table can be taken away. */
function aTimer(problems: readonly Problem[] = [], FALLBACK?: string) {
	const world: { now: Date; tableIsAway: boolean; toldIsAway: boolean; errors: readonly unknown[] } = {
		now: new Date(start),
		tableIsAway: false,
		toldIsAway: false,
		errors: [],
	};
	const clock = () => world.now;
	const memory = createMemoryTable(clock);
	const away = <T>(work: () => Promise<T>): Promise<T> =>
		world.tableIsAway ? Promise.reject(new Error("Table Storage failed: 503")) : work();
	const table: Table = {
		get: (key) => away(() => memory.get(key)),
		create: (row) => away(() => memory.create(row)),
		replace: (row, etag) => away(() => memory.replace(row, etag)),
		remove: (key, etag) => away(() => memory.remove(key, etag)),
		transact: (writes) => away(() => memory.transact(writes)),
		page: (range, options) =>
			world.toldIsAway && /^f\|./.test(range.from)
				? Promise.reject(new Error("Table Storage failed: 500"))
				: away(() => memory.page(range, options)),
		ensure: () => away(() => memory.ensure()),
	};
	const parts = {
		clock,
		random: () => 0.5,
		sleep: () => Promise.resolve(),
		newId: () => "id",
		deadline: () => new AbortController().signal,
	};
	const run = createMinute({
		table,
		dispatcher: createDispatcher({ ...parts, table, destinations: [] }),
		destinations: [],
		quarantine: createQuarantine({ ...parts, table }),
		approvals: createApprovalsFile("samples/approvals.json"),
		routes: { mistakes: () => [], refresh: () => Promise.resolve() },
		settings: { FALLBACK, DIGEST_HOUR_UTC: undefined },
		rules: [],
		openRules: [],
		clock,
		ofSettings: () => [],
		drill: () => Promise.resolve([]),
		lookAtStream: () => Promise.resolve({ unread: 3, oldestUnreadMs: 60_000, silentMs: 0, open: [], lost: 0, problems }),
		readAgain: () => Promise.resolve({ count: 0, failures: [] }),
	});
	const lineAt = async (minute: number) => {
		world.now = new Date(start + minute * 60_000);
		const [line, ...errors] = await run();
		world.errors = errors;
		if (line?.event !== "deliver") throw new Error("no line");
		return line;
	};
	return { world, memory, lineAt };
}

test("the line of a quiet minute has every field that alarms and queries read, and no code", async () => {
	const line = await aTimer().lineAt(0);
	expect(Object.keys(line).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
		["event", ...logLineFields.deliver].toSorted((a, b) => (a < b ? -1 : 1)),
	);
	expect(line).toMatchObject({ codes: [], unread: 3, oldestUnreadMs: 60_000 });
});

test("a table that is away does not silence the timer: the line comes, and says so from the fifth minute on", async () => {
	const { world, lineAt } = aTimer();
	await lineAt(0);
	world.tableIsAway = true;
	expect((await lineAt(1)).codes).toEqual([]);
	expect((await lineAt(4)).codes).toEqual([]);
	expect((await lineAt(5)).codes).toEqual(["table-down"]);
	world.tableIsAway = false;
	expect((await lineAt(6)).codes).toEqual([]);
});

test("a problem stays in the line for a quarter of an hour after its last minute", async () => {
	const problem: Problem = { code: "events-unread", subject: "defender", since: new Date(start), what: "Messages wait.", do: "Look." };
	const problems = [problem];
	const { lineAt } = aTimer(problems);
	expect((await lineAt(0)).codes).toEqual(["events-unread:defender"]);
	problems.length = 0;
	expect((await lineAt(14)).codes).toEqual(["events-unread:defender"]);
	expect((await lineAt(15)).codes).toEqual([]);
});

test("a fallback that cannot be served is an error line, and the minute's run goes on to its end", async () => {
	const { world, memory, lineAt } = aTimer([], "teams");
	const finding = aFinding({ severity: "critical", noticeSeverity: "critical" });
	const owed = raise(undefined, { reason: "new", finding, urgency: "severe", dueAt: at("21T09:00:00") });
	await memory.create({ ...owedAddress(finding.key, "webhook"), values: owedValues(owed) });
	world.toldIsAway = true;
	await lineAt(0);

	expect(world.errors).toContainEqual({ event: "error", what: expect.stringContaining("the fallback was not given what is late: ") });
});
