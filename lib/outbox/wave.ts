import { createHash } from "node:crypto";
import type { Finding } from "../findings/finding.ts";
import { noticeId } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { inParallel } from "../store/parallel.ts";
import { backoffMs } from "./backoff.ts";
import type { WaveNotice } from "./delivery.ts";
import { type OpenOwed, settle } from "./lease.ts";
import { putOff } from "./owed.ts";
import { paces } from "./rate-limits.ts";
import { type Receiver, type SendDeps, type Sent, sendClaimed } from "./send.ts";
import { countSeverities, oldestOf } from "./storm.ts";
import { byUrgency, isSevere } from "./urgency.ts";

/** A severe notice that has found no place of its own for this long is told together with the others that wait. */
const patientMs = 2 * 60_000;

/** Then it takes along what has waited at least this long: the next card is not due before they would be. */
const takenAlongMs = 60_000;

/** Fewer than this find a place of their own soon. */
const fewest = 5;

/** One card names so many devices; the others follow in the next card. */
const mostInWave = 80;

/**
 * Severe notices that have waited too long, in groups of one card each, the most urgent first.
 * @param slots when messages went, by the server's clock.
 */
export function waves(rows: readonly OpenOwed[], slots: readonly Date[], now: Date): readonly (readonly OpenOwed[])[] {
	const waiting = rows
		.filter(({ owed }) => isSevere(owed.urgency) && owed.lastError !== "rejected" && ageMs(owed.wantedAt, now) >= takenAlongMs)
		.toSorted(byUrgency);
	const longest = waiting.reduce((most, { owed }) => Math.max(most, ageMs(owed.wantedAt, now)), 0);
	if (waiting.length < fewest || longest < patienceMs(slots, now)) return [];
	return Array.from({ length: Math.ceil(waiting.length / mostInWave) }, (_, n) => waiting.slice(n * mostInWave, (n + 1) * mostInWave));
}

/** When few places of the hour are left, they are spread over what is left of it: a flood that goes on is told of all along. */
function patienceMs(slots: readonly Date[], now: Date): number {
	const hour = paces.wave.reduce((longest, limit) => (limit.ms > longest.ms ? limit : longest));
	const used = slots.filter((slot) => ageMs(slot, now) < hour.ms);
	const [first] = used;
	if (first === undefined || used.length >= hour.count) return patientMs;
	return Math.max(patientMs, (hour.ms - ageMs(first, now)) / (hour.count - used.length));
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
		singly,
		since: oldestOf(members, now),
		now,
	};
}
