import { severities } from "../../detect/severity-scale.ts";
import type { Finding } from "../../findings/finding.ts";
import { type Conditions, fold, members, type RouteLine, type RouteMember } from "./route-line.ts";

/** What lines are held against. A finding has several values of some: one of them is enough. */
export type RouteFacts = Readonly<Record<RouteMember, readonly string[]>>;

/** As the message shows it: severity of the notice, ownership of the gravest event. */
export function routeFacts({ device, family, rules, severity, noticeSeverity, worst }: Finding): RouteFacts {
	return {
		tenant: [fold(device.tenantId)],
		deviceGroup: [fold(device.group)],
		device: [fold(device.id), fold(device.name)],
		severity: [noticeSeverity ?? severity],
		ownership: [worst.ownership.verdict],
		family: [fold(family)],
		rule: rules.map(fold),
	};
}

/** The first line that holds. */
export function chooseLine(lines: readonly RouteLine[], facts: RouteFacts): RouteLine | undefined {
	return lines.find(({ when }) => failing(when, facts) === undefined);
}

/** The first member that does not hold. */
function failing(when: Conditions, facts: RouteFacts): RouteMember | undefined {
	return members.find((member) => when[member] !== undefined && !facts[member].some((value) => when[member]?.has(value)));
}

/** Whether one line holds, and if not, why. */
export interface Looked {
	readonly line: string;
	readonly holds: boolean;
	/** The member that does not hold, what the line wants there, and what the finding has. */
	readonly why?: { readonly member: RouteMember; readonly wants: string; readonly has: string };
}

/** Each line up to the one that decides. */
export function explainLines(lines: readonly RouteLine[], facts: RouteFacts): readonly Looked[] {
	const looked: Looked[] = [];
	for (const { name, when, severityAsWritten } of lines) {
		const member = failing(when, facts);
		if (member === undefined) return [...looked, { line: name, holds: true }];
		const wanted = [...(when[member] ?? [])];
		const listed = wanted.length > 5 ? [...wanted.slice(0, 5), `${wanted.length - 5} more`] : wanted;
		const wants = member === "severity" ? (severityAsWritten ?? "") : listed.join(", ");
		looked.push({ line: name, holds: false, why: { member, wants, has: facts[member].filter((one) => one !== "").join(", ") } });
	}
	return looked;
}

/** More combinations of a line's values than this are not counted out one by one. */
const mostCells = 500;

const closed: Readonly<Partial<Record<RouteMember, readonly string[]>>> = {
	severity: severities,
	ownership: ["ours", "not-ours", "cannot-tell"],
};

/**
 * The line that keeps this one from ever being reached, or all before it together. `undefined`: something can reach it.
 * A line is out of reach when each combination of values that it names is taken before.
 */
export function takenBefore(earlier: readonly RouteLine[], { when }: RouteLine): readonly RouteLine[] | undefined {
	const single = earlier.find((one) => covers(one.when, when));
	if (single !== undefined) return [single];
	const takers = new Set<RouteLine>();
	for (const cell of cellsOf(when)) {
		const taker = earlier.find((one) => covers(one.when, cell));
		if (taker === undefined) return undefined;
		takers.add(taker);
	}
	return [...takers];
}

/** Does the wider one hold wherever the narrower one does? */
function covers(wider: Conditions, narrower: Conditions): boolean {
	return members.every((member) => {
		const wanted = wider[member] ?? all;
		const given = narrower[member] ?? new Set(closed[member]);
		return wanted === all || (given.size > 0 && [...given].every((value) => wanted.has(value)));
	});
}

const all: ReadonlySet<string> = new Set();

/** Every combination of single values; with too many of them, lists of names stay whole. */
function cellsOf(when: Conditions): readonly Conditions[] {
	const split = (cells: readonly Conditions[], member: RouteMember): readonly Conditions[] => {
		const values = [...(when[member] ?? closed[member] ?? [])];
		if (values.length === 0 || cells.length * values.length > mostCells) return cells;
		return cells.flatMap((cell) => values.map((value) => ({ ...cell, [member]: new Set([value]) })));
	};
	return ["severity" as const, "ownership" as const, ...members].reduce(
		(cells, member, at) => (at > 1 && member in closed ? cells : split(cells, member)),
		[when] as readonly Conditions[],
	);
}
