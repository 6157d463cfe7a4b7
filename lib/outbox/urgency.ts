import { isServer } from "../defender/device.ts";
import { isWorse, type Severity } from "../detect/severity-scale.ts";
import { speaks } from "../findings/count-sightings.ts";
import type { Sighting } from "../sighting/sighting.ts";

/**
 * How soon a notice must go out, least urgent first. Delivery sorts, paces and groups notices by this one scale.
 *
 * - `answer`: what a person said about a finding that was already reported
 * - `ordinary`: waits its turn
 * - `urgent`: a foreign account, a way in, or a server
 * - `severe`: high severity
 * - `foremost`: high severity, and a foreign account with a way in or on a server
 * - `critical`: critical severity
 */
export const urgencies = ["answer", "ordinary", "urgent", "severe", "foremost", "critical"] as const;

export type Urgency = (typeof urgencies)[number];

/** @param severity of the notice; the sightings are those of one device. */
export function urgencyOf(severity: Severity, sightings: readonly Sighting[]): Urgency {
	if (severity === "critical") return "critical";
	const speaking = sightings.filter(speaks);
	const isSevereNotice = isWorse(severity, "medium");
	const strongest = speaking.some((one) => isForeign(one) && (onServer(one) || exposesLogon(one)));
	if (isSevereNotice) return strongest ? "foremost" : "severe";
	const isUrgent = speaking.some((one) => isWorse(one.severity, "medium") || isForeign(one) || onServer(one) || exposesLogon(one));
	return isUrgent ? "urgent" : "ordinary";
}

/** Never gathered with ordinary ones. */
export function isSevere(urgency: Urgency): boolean {
	return urgencies.indexOf(urgency) >= urgencies.indexOf("severe");
}

/** May be told together with others when there are many: an answer tells of no device, so it never counts as one of a wave. */
export function isGathered(urgency: Urgency): boolean {
	return urgency !== "answer" && !isSevere(urgency);
}

/** The more urgent of two, by the order of `urgencies`. */
export function mostUrgent(a: Urgency, b: Urgency): Urgency {
	return urgencies.indexOf(a) >= urgencies.indexOf(b) ? a : b;
}

interface OwedOf {
	/** Of the finding. */
	readonly key: string;
	readonly owed: { readonly urgency: Urgency; readonly severity: Severity; readonly wantedAt: Date };
}

/** For sorting: the most urgent first, among equals the severest, then the oldest. */
export function byUrgency(a: OwedOf, b: OwedOf): number {
	const difference = urgencies.indexOf(b.owed.urgency) - urgencies.indexOf(a.owed.urgency);
	if (difference !== 0) return difference;
	if (isWorse(a.owed.severity, b.owed.severity)) return -1;
	if (isWorse(b.owed.severity, a.owed.severity)) return 1;
	return a.owed.wantedAt.getTime() - b.owed.wantedAt.getTime() || (a.key < b.key ? -1 : 1);
}

function isForeign({ ownership }: Sighting): boolean {
	return ownership.verdict === "not-ours";
}

function onServer({ device }: Sighting): boolean {
	return device.facts !== undefined && isServer(device.facts.kind);
}

function exposesLogon({ exposes }: Sighting): boolean {
	return exposes.some((target) => target.class === "rdp" || target.class === "ssh" || target.class === "smb");
}
