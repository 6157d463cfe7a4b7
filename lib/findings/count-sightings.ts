import { severities, worst } from "../detect/severity-scale.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { rememberable } from "../verdict/remembered.ts";
import { serviceEventOf } from "../verdict/service-events.ts";
import { deedMarks } from "./deed.ts";
import { type ApprovedFirst, type Finding, findingKey } from "./finding.ts";

/** Bounds of the lists that a finding carries. What falls out is the oldest; the counters stay true. */
const kept = { seen: 400, rules: 100, tunnels: 20, serviceEvents: 20, approvedFirsts: 20, deeds: 120 } as const;

/** An approved tunnel, an approved connector or a bystander is counted, and says nothing. */
export function speaks(sighting: Sighting): boolean {
	return sighting.quiet === undefined && sighting.ownership.verdict !== "ours";
}

/** The sightings that were not counted before, each once. */
export function unseen(finding: Finding | undefined, sightings: readonly Sighting[]): readonly Sighting[] {
	const known = new Set(finding?.seen);
	const fresh: Sighting[] = [];
	for (const sighting of sightings) {
		if (known.has(sighting.recordId)) continue;
		known.add(sighting.recordId);
		fresh.push(sighting);
	}
	return fresh;
}

/** The finding with these sightings counted; whether anything is told is decided elsewhere. The order does not matter. */
export function tally(finding: Finding | undefined, fresh: readonly [Sighting, ...Sighting[]], now: Date): Finding {
	const speaking = fresh.filter(speaks);
	const before = finding ?? blank(fresh[0], now);
	// Until something speaks, the approved sightings are all there is to show; from then on they are only counted.
	const untold = before.want === 0;
	const shown = speaking.length > 0 ? speaking : untold ? fresh : [];
	const samples = finding === undefined || (untold && speaking.length > 0) ? shown : [before.newest, before.worst, ...shown];
	const severity = worst(shown.map((sighting) => sighting.severity));
	const newest = top(samples, byTime) ?? before.newest;
	return {
		...before,
		device: newest.device,
		severity: untold && speaking.length > 0 ? severity : worst([before.severity, severity]),
		count: before.count + fresh.length,
		firstSeen: fresh.reduce((first, { at }) => (at < first ? at : first), before.firstSeen),
		lastSeen: fresh.reduce((last, { at }) => (at > last ? at : last), before.lastSeen),
		touchedAt: now,
		seen: [...before.seen, ...fresh.map((one) => one.recordId)].slice(-kept.seen),
		rules: [...new Set([...before.rules, ...fresh.flatMap((one) => one.rules.map((rule) => rule.id))])].sort().slice(0, kept.rules),
		tunnels: learned(before.tunnels, fresh),
		serviceEvents: done(before.serviceEvents, fresh),
		approvedFirsts: approvedFirsts(before, fresh, now),
		deeds: [...new Set([...before.deeds, ...speaking.flatMap(deedMarks)])].slice(-kept.deeds),
		newest,
		worst: top(samples, byDanger) ?? before.worst,
	};
}

function blank(sighting: Sighting, now: Date): Finding {
	return {
		key: findingKey(sighting.device, sighting.family),
		device: sighting.device,
		family: sighting.family,
		status: "open",
		severity: "info",
		noticeSeverity: undefined,
		count: 0,
		firstSeen: sighting.at,
		lastSeen: sighting.at,
		touchedAt: now,
		want: 0,
		countAtNotice: 0,
		reasons: {},
		changes: [],
		quietMs: 0,
		nextNoticeAt: undefined,
		deferredTo: undefined,
		changesLeft: 0,
		seen: [],
		sigs: [],
		rules: [],
		tunnels: [],
		serviceEvents: [],
		approvedFirsts: [],
		deeds: [],
		newest: sighting,
		worst: sighting,
	};
}

/** A running service no longer shows its token, so what one start revealed is remembered for the device. */
function learned(before: Finding["tunnels"], fresh: readonly Sighting[]): Finding["tunnels"] {
	const latest = new Map(before.map((known) => [JSON.stringify(known.tunnel), known]));
	for (const one of fresh.map(rememberable)) {
		if (one === undefined) continue;
		const id = JSON.stringify(one.tunnel);
		const known = latest.get(id);
		if (known === undefined || known.at < one.at) latest.set(id, one);
	}
	return [...latest.values()].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-kept.tunnels);
}

/** Approved tunnels that the device shows for the first time. Nobody is alerted; the digest names each once. */
function approvedFirsts(before: Finding, fresh: readonly Sighting[], now: Date): Finding["approvedFirsts"] {
	const known = new Set([...before.tunnels.map(({ tunnel }) => tunnel), ...before.approvedFirsts].map(idOf));
	const firsts: ApprovedFirst[] = [];
	for (const { tunnel, ownership } of fresh) {
		if (ownership.verdict !== "ours" || tunnel === undefined || known.has(idOf(tunnel))) continue;
		known.add(idOf(tunnel));
		firsts.push({ account: tunnel.account, tunnelId: tunnel.tunnelId, at: now });
	}
	return [...before.approvedFirsts, ...firsts].slice(-kept.approvedFirsts);
}

function idOf({ account, tunnelId }: Pick<ApprovedFirst, "account" | "tunnelId">): string {
	return `${account} ${tunnelId}`;
}

/** Of each kind the newest: a flood of one hides none of the others. */
function done(before: Finding["serviceEvents"], fresh: readonly Sighting[]): Finding["serviceEvents"] {
	const all = [...before, ...fresh.flatMap((one) => serviceEventOf(one) ?? [])].sort((a, b) => a.at.getTime() - b.at.getTime());
	const kinds = Map.groupBy(all, ({ kind, approved }) => `${kind} ${approved}`);
	const newest = new Set([...kinds.values()].flatMap((those) => those.slice(-kept.serviceEvents)));
	return all.filter((one) => newest.has(one));
}

type Order = (a: Sighting, b: Sighting) => number;

function top(list: readonly Sighting[], order: Order): Sighting | undefined {
	return list.toSorted(order).at(-1);
}

// Both orders are total, so that the order within a batch decides nothing.
const byTime: Order = (a, b) => a.at.getTime() - b.at.getTime() || (a.recordId < b.recordId ? -1 : a.recordId > b.recordId ? 1 : 0);

const byDanger: Order = (a, b) =>
	severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
	Number(a.ownership.verdict === "not-ours") - Number(b.ownership.verdict === "not-ours") ||
	Number(a.tunnel !== undefined) - Number(b.tunnel !== undefined) ||
	arrival(a) - arrival(b) ||
	byTime(a, b);

/** Among equals the newest arrival is shown: a device's own clock can be wrong by years. */
function arrival({ arrivedAt }: Sighting): number {
	return arrivedAt?.getTime() ?? 0;
}
