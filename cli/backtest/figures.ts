import { type Severity, severities } from "../../lib/detect/severity-scale.ts";
import { type Finding, findingId } from "../../lib/findings/finding.ts";
import type { Ownership } from "../../lib/sighting/sighting.ts";
import type { Replayed, ReplayedNotice } from "./replay.ts";

export interface Figures {
	readonly from: Date | undefined;
	readonly to: Date | undefined;
	/** The severest first. */
	readonly findings: readonly { readonly finding: Finding; readonly id: string; readonly notices: readonly ReplayedNotice[] }[];
	/** Every day between the first and the last sighting, empty ones too; `YYYY-MM-DD` in UTC. */
	readonly days: readonly { readonly day: string; readonly sightings: number; readonly notices: Readonly<Record<Severity, number>> }[];
	readonly notices: number;
	readonly held: Replayed["held"];
	/** Matches by rule, the busiest first. */
	readonly rules: readonly { readonly id: string; readonly matches: number; readonly devices: number }[];
	/** Account → tunnels → devices → what they let in. Quick tunnels have no account. */
	readonly accounts: readonly {
		readonly account: string;
		readonly tunnels: readonly {
			readonly tunnelId: string;
			readonly devices: readonly { readonly name: string; readonly verdict: Ownership["verdict"]; readonly exposes: readonly string[] }[];
		}[];
	}[];
}

const dayMs = 86_400_000;
/** A clock that is years off must not make a page of a thousand empty days. */
const mostDays = 400;

/** The results of a backtest, ready to be shown. */
export function figuresOf(replayed: Replayed): Figures {
	const { sightings, notices, findings, held } = replayed;
	const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);
	const from = sightings[0]?.at;
	const to = sightings.at(-1)?.at;
	const byDay = Map.groupBy(sightings, ({ at }) => dayOf(at));
	const noticesByDay = Map.groupBy(notices, ({ at }) => dayOf(at));
	const span = from === undefined || to === undefined ? [] : daysBetween(from, to);
	const days = (span.length <= mostDays ? span : [...byDay.keys()].slice(-mostDays)).map((day) => ({
		day,
		sightings: byDay.get(day)?.length ?? 0,
		notices: bySeverity(noticesByDay.get(day) ?? []),
	}));
	const ofFinding = Map.groupBy(notices, ({ key }) => key);
	return {
		from,
		to,
		findings: [...findings.values()]
			.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.key < b.key ? -1 : 1))
			.map((finding) => ({ finding, id: findingId(finding), notices: ofFinding.get(finding.key) ?? [] })),
		days,
		notices: notices.length,
		held,
		rules: ruleCounts(replayed),
		accounts: accountMap(replayed),
	};
}

function daysBetween(from: Date, to: Date): readonly string[] {
	const first = Math.floor(from.getTime() / dayMs);
	const count = Math.floor(to.getTime() / dayMs) - first + 1;
	return Array.from({ length: Math.min(count, mostDays + 1) }, (_, n) => new Date((first + n) * dayMs).toISOString().slice(0, 10));
}

function bySeverity(notices: readonly ReplayedNotice[]): Readonly<Record<Severity, number>> {
	const counts = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
	for (const { severity } of notices) counts[severity] += 1;
	return counts;
}

function ruleCounts({ sightings }: Replayed): Figures["rules"] {
	const counts = new Map<string, { matches: number; devices: Set<string> }>();
	for (const { rules, device } of sightings) {
		for (const { id } of rules) {
			const count = counts.get(id) ?? { matches: 0, devices: new Set<string>() };
			counts.set(id, count);
			count.matches += 1;
			count.devices.add(device.id);
		}
	}
	return [...counts]
		.map(([id, { matches, devices }]) => ({ id, matches, devices: devices.size }))
		.toSorted((a, b) => b.matches - a.matches);
}

function accountMap({ sightings }: Replayed): Figures["accounts"] {
	const accounts = new Map<string, Map<string, Map<string, { name: string; verdict: Ownership["verdict"]; exposes: Set<string> }>>>();
	for (const { tunnel, mode, device, ownership, exposes } of sightings) {
		if (tunnel === undefined && mode !== "quick") continue;
		const account = tunnel === undefined ? "" : tunnel.account;
		const tunnels =
			accounts.get(account) ?? new Map<string, Map<string, { name: string; verdict: Ownership["verdict"]; exposes: Set<string> }>>();
		accounts.set(account, tunnels);
		const devices =
			tunnels.get(tunnel?.tunnelId ?? "") ?? new Map<string, { name: string; verdict: Ownership["verdict"]; exposes: Set<string> }>();
		tunnels.set(tunnel?.tunnelId ?? "", devices);
		const entry = devices.get(device.id) ?? { name: device.name, verdict: ownership.verdict, exposes: new Set<string>() };
		devices.set(device.id, entry);
		for (const { text } of exposes) entry.exposes.add(text);
	}
	return [...accounts].map(([account, tunnels]) => ({
		account,
		tunnels: [...tunnels].map(([tunnelId, devices]) => ({
			tunnelId,
			devices: [...devices.values()].map(({ name, verdict, exposes }) => ({ name, verdict, exposes: [...exposes] })),
		})),
	}));
}
