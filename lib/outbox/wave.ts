import { createHash } from "node:crypto";
import type { Finding } from "../findings/finding.ts";
import { noticeId, placeInDigest } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import { backoffMs } from "./backoff.ts";
import type { WaveNotice } from "./delivery.ts";
import { type OpenOwed, settle } from "./lease.ts";
import { putOff } from "./owed.ts";
import { type Limit, type Pace, paces } from "./rate-limits.ts";
import { type Receiver, type SendDeps, type Sent, sendClaimed } from "./send.ts";
import { countSeverities, oldestOf } from "./storm.ts";
import { byUrgency, isSevere } from "./urgency.ts";

/** A severe notice that has found no place of its own for this long is told together with the others that wait. */
const patientMs = 2 * 60_000;

/** Then it takes along what has waited at least this long: younger ones may still find a place of their own. */
const takenAlongMs = 60_000;

/** The timer comes by so often: that much later than it should, a card may go. */
const passMs = 60_000;

/** Fewer than this find a place of their own soon. */
const fewest = 5;

/** One card names so many devices; the others follow in the next card. */
const mostInWave = 80;

/**
 * Severe notices that have waited too long, in groups of one card each, the most urgent first.
 * @param slots when messages went, by the server's clock.
 */
export function waves(rows: readonly OpenOwed[], slots: readonly Date[], now: Date): readonly (readonly OpenOwed[])[] {
	const { used, left, frees } = hourOf(slots, now);
	// When the hour has no single places left, whoever is not taken along waits for the next card.
	const takesMs = used >= severeAnHour ? 0 : takenAlongMs;
	const waiting = rows
		.filter(({ owed }) => isSevere(owed.urgency) && owed.lastError !== "rejected" && ageMs(owed.wantedAt, now) >= takesMs)
		.toSorted(byUrgency);
	const longest = waiting.reduce((most, { owed }) => Math.max(most, ageMs(owed.wantedAt, now)), 0);
	// Places that would not last are spread over what is left of the hour: a flood that goes on is told of all along.
	const patience = left === 0 ? patientMs : Math.max(patientMs, (frees.getTime() - now.getTime()) / left - passMs);
	if (waiting.length < fewest || longest < patience) return [];
	return Array.from({ length: Math.ceil(waiting.length / mostInWave) }, (_, n) => waiting.slice(n * mostInWave, (n + 1) * mostInWave));
}

const hour = longestOf(paces.wave);
const severeAnHour = longestOf(paces.severe).count;

function longestOf(pace: Pace): Limit {
	return pace.reduce((longest, limit) => (limit.ms > longest.ms ? limit : longest));
}

/** Places of the past hour that are used, those left for a card, and when the first used one is free again. */
function hourOf(slots: readonly Date[], now: Date): { readonly used: number; readonly left: number; readonly frees: Date } {
	const used = slots.filter((slot) => ageMs(slot, now) < hour.ms);
	return { used: used.length, left: Math.max(0, hour.count - used.length), frees: new Date((used[0] ?? now).getTime() + hour.ms) };
}

function ageMs(moment: Date, now: Date): number {
	return now.getTime() - moment.getTime();
}

/**
 * One message that names every one of them; each is told with its own number. `undefined`: nothing was sent.
 * @param singly names of the destinations where each has a notice of its own.
 */
export function sendWave(
	deps: SendDeps,
	receiver: Receiver,
	rows: readonly OpenOwed[],
	singly: readonly string[],
): Promise<Sent<WaveNotice> | undefined> {
	return sendClaimed(deps, receiver, rows, async ({ id, members }) => {
		const found = await inParallel(members, 16, async ({ key }) => {
			const row = await deps.table.get(findingAddress(key));
			return row === undefined ? undefined : readFinding(row).finding;
		});
		const named = new Map<OpenOwed, Finding>();
		for (const [index, member] of members.entries()) {
			const finding = found[index];
			if (finding !== undefined) named.set(member, finding);
		}
		// An unreadable finding cannot be named here; it waits for its own turn, which handles it.
		const nameless = members.filter((member) => !named.has(member));
		const until = new Date(receiver.serverClock().getTime() + backoffMs(1, deps.random));
		await settle(deps.table, { id, members: nameless }, (owed) => putOff(owed, until, { lastError: "unreadable", lastStatus: undefined }));
		if (named.size === 0) return undefined;
		return {
			notice: describe(named, singly, deps.clock()),
			tells(member) {
				const finding = named.get(member);
				return finding === undefined ? undefined : { n: finding.want, count: finding.count };
			},
		};
	});
}

function describe(named: ReadonlyMap<OpenOwed, Finding>, singly: readonly string[], now: Date): WaveNotice {
	const members = [...named.keys()].toSorted(byUrgency);
	const findings = members.flatMap((member) => named.get(member) ?? []);
	const ids = findings.map((finding) => noticeId(finding, finding.want)).sort();
	return {
		type: "wave",
		id: `cf-wave-${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 12)}`,
		count: members.length,
		bySeverity: countSeverities(members),
		findings,
		singly: singly.filter((name) => findings.every(({ routed }) => placeInDigest(routed, name) === "told")),
		since: oldestOf(members, now),
		now,
	};
}
