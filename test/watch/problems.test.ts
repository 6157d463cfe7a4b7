import { describe, expect, test } from "vitest";
import { type ProblemCode, problemCodes } from "../../lib/outbox/problem-code.ts";
import { noteProblems, readStanding } from "../../lib/watch/problem-store.ts";
import { nameOf, type Problem, type StandingProblem, standing, withoutEffects } from "../../lib/watch/problems.ts";
import { at } from "../builders.ts";
import { createMemoryTable } from "../simulation/memory-table.ts";
import { changeDeps } from "../store/change-deps.ts";

const now = at("21T10:00:00");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

function problem(code: ProblemCode, subject = "", since = now): Problem {
	return { code, subject, since, what: "Something is wrong.", do: "Look." };
}

describe("one cause is one alarm: what it brings about is not told besides", () => {
	test.each<[string, readonly Problem[], readonly string[]]>([
		["a table that refuses", problemCodes.map((code) => problem(code)), ["settings-wrong", "table-down"]],
		[
			"a hub that does not answer",
			[
				...[problem("hub-unreachable", "h"), problem("events-unread", "h"), problem("events-late", "h")],
				...[problem("stream-silent"), problem("drill-missing", "h")],
			],
			["hub-unreachable:h"],
		],
		[
			"events that wait unread",
			[
				...[problem("events-unread", "h"), problem("events-late", "h"), problem("gap-open", "h")],
				...[problem("stream-silent"), problem("drill-missing", "h")],
			],
			["events-unread:h"],
		],
		["events that are gone", [problem("events-lost", "h"), problem("gap-open", "h")], ["events-lost:h"]],
		[
			"a destination that is down",
			[problem("destination-down", "teams"), problem("notice-dead", "teams"), problem("notice-late", "teams")],
			["destination-down:teams"],
		],
		[
			"a destination that is down says nothing of another one",
			[problem("destination-down", "teams"), problem("notice-dead", "webhook")],
			["destination-down:teams", "notice-dead:webhook"],
		],
		["two causes are two", [problem("stream-silent"), problem("destination-down", "teams")], ["stream-silent", "destination-down:teams"]],
	])("%s", (_what, problems, told) => {
		expect(withoutEffects(problems).map(nameOf)).toEqual(told);
	});
});

describe("a code is a level", () => {
	test("it keeps its first minute, stays for a quarter of an hour after its last one, and is gone then", () => {
		const first = standing([], [problem("stream-silent")], now);
		const second = standing(first, [problem("stream-silent", "", later(1))], later(1));
		expect(second).toMatchObject([{ since: now, lastTrue: later(1) }]);
		expect(standing(second, [], later(15))).toHaveLength(1);
		expect(standing(second, [], later(16))).toEqual([]);
	});

	test("and what health reads of it is empty again once it is gone", async () => {
		const table = createMemoryTable(() => now);
		await noteProblems(changeDeps(table), [problem("stream-silent")], now);
		expect(await readStanding(table)).toHaveLength(1);
		await noteProblems(changeDeps(table), [], later(15));
		expect(await readStanding(table)).toEqual([]);
	});

	test("that a clock far ahead has noted is gone as soon as the time is right again; a few minutes ahead are none", () => {
		const [ahead, aDayAhead] = [later(10), later(24 * 60)].map((moment) => standing([], [problem("stream-silent")], moment));
		expect(standing(ahead ?? [], [], now)).toHaveLength(1);
		expect(standing(aDayAhead ?? [], [], now)).toEqual([]);
	});
});

/**
 * Azure's log alert over the codes of the minute lines, as documented: it looks every five minutes at the last ten, mails
 * when a code appears, is silent while it stands, and resolves after three looks without it.
 */
function mailsOf(codesOf: (minute: number) => readonly string[], minutes: number): Map<string, string[]> {
	const mails = new Map<string, string[]>();
	const firing = new Map<string, number>();
	for (let minute = 10; minute <= minutes; minute += 5) {
		const seen = new Set(Array.from({ length: 10 }, (_, back) => codesOf(minute - back)).flat());
		for (const code of seen) {
			if (!firing.has(code)) mails.set(code, [...(mails.get(code) ?? []), `fired ${minute}`]);
			firing.set(code, 0);
		}
		for (const [code, quiet] of firing) {
			if (seen.has(code)) continue;
			if (quiet + 1 < 3) firing.set(code, quiet + 1);
			else {
				firing.delete(code);
				mails.set(code, [...(mails.get(code) ?? []), `resolved ${minute}`]);
			}
		}
	}
	return mails;
}

/** What stands in each minute, when the problems of each minute are these. */
function codesOf(problemsAt: (minute: number) => readonly Problem[]): (minute: number) => readonly string[] {
	let known: readonly StandingProblem[] = [];
	const lines: (readonly string[])[] = [];
	return (wanted) => {
		for (let minute = lines.length; minute <= wanted; minute++) {
			known = standing(known, withoutEffects(problemsAt(minute)), later(minute));
			lines.push(withoutEffects(known).map(nameOf));
		}
		return lines[wanted] ?? [];
	};
}

describe("what an on-call person gets by mail", () => {
	test.each(problemCodes)("%s for a day: one mail within a quarter of an hour, and one when it is over", (code) => {
		const mails = mailsOf(
			codesOf((minute) => (minute >= 30 && minute < 30 + 24 * 60 ? [problem(code, "x")] : [])),
			36 * 60,
		);
		expect([...mails.keys()]).toEqual([`${code}:x`]);
		const [fired = "", over, ...more] = mails.get(`${code}:x`) ?? [];
		expect(Number(fired.replace("fired ", "")) - 30).toBeLessThanOrEqual(15);
		expect(over).toMatch(/^resolved/);
		expect(more).toEqual([]);
	});

	test.each([3, 20])("a fault that comes and goes every %i minutes for six hours mails twice at the most", (period) => {
		const mails = mailsOf(
			codesOf((minute) => (minute < 360 && Math.floor(minute / period) % 2 === 0 ? [problem("destination-down", "teams")] : [])),
			12 * 60,
		);
		expect(mails.get("destination-down:teams")?.length).toBeLessThanOrEqual(2);
	});

	test("a reader that stands still and a table behind it: the cause alone mails", () => {
		const mails = mailsOf(
			codesOf((minute) => (minute < 30 ? [] : [problem("events-unread", "h"), problem("events-late", "h"), problem("table-down")])),
			4 * 60,
		);
		expect([...mails]).toEqual([["table-down", ["fired 30"]]]);
	});
});
