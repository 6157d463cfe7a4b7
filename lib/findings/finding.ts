import { type DeviceIdentity, deviceHash } from "../defender/device-identity.ts";
import type { Severity } from "../detect/severity-scale.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Device, Sighting } from "../sighting/sighting.ts";
import type { Remembered } from "../verdict/remembered.ts";
import type { ServiceEvent } from "../verdict/service-events.ts";
import type { Acknowledgement, Answered } from "./answered.ts";
import type { NoticeKind } from "./notice-kind.ts";
import type { Silence } from "./silence.ts";

export interface Change {
	/** Number of the notice that tells it. */
	readonly n: number;
	readonly kind: NoticeKind;
	readonly text: Redacted;
}

/** An approved tunnel that this device had not shown before. */
export interface ApprovedFirst {
	readonly account: string;
	readonly tunnelId: string;
	/** When it was counted, by our clock. */
	readonly at: Date;
}

/** All sightings of one family on one device: the unit of deduplication. */
export interface Finding {
	/** First 24 hex digits of SHA-256 over `[tenantId, deviceId, family]`, ids in lower case. */
	readonly key: string;
	readonly device: Device;
	readonly family: string;
	readonly status: "open" | "closed";
	readonly severity: Severity;
	/** Severity at the last wanted notice; `undefined` before the first. */
	readonly noticeSeverity: Severity | undefined;
	/** Records seen, all kinds. */
	readonly count: number;
	readonly firstSeen: Date;
	readonly lastSeen: Date;
	/** When something was counted last, by our clock: a device's own can be years off, and must not age its finding. */
	readonly touchedAt: Date;
	/** Number of the newest wanted notice; 0 = none yet. */
	readonly want: number;
	/** `count` when it was wanted: what came since then has not been told. */
	readonly countAtNotice: number;
	/** The last notice number at which each kind was wanted: what is owed only grows until a send succeeds. */
	readonly reasons: Readonly<Partial<Record<NoticeKind, number>>>;
	/** The newest ten. */
	readonly changes: readonly Change[];
	readonly quietMs: number;
	readonly nextNoticeAt: Date | undefined;
	readonly deferredTo: Date | undefined;
	readonly changesLeft: number;
	/** Record ids already counted, newest last, bounded: a redelivered batch changes nothing. */
	readonly seen: readonly string[];
	/** Material signatures already told or known, bounded. */
	readonly sigs: readonly string[];
	/** Ids of all rules that have fired. */
	readonly rules: readonly string[];
	/** What was learned from tokens on this device, newest last: a service that reads its token from a file shows none. */
	readonly tunnels: readonly Remembered[];
	/** What was done to the tool's service, newest last: arguments of one start are not those of its entry. */
	readonly serviceEvents: readonly ServiceEvent[];
	/** Marks of the newest starts, so that further rows of one start are recognised. */
	readonly deeds: readonly string[];
	/** Approved tunnels that were new on this device, newest last, bounded: each is a line of the digest. */
	readonly approvedFirsts: readonly ApprovedFirst[];
	readonly newest: Sighting;
	readonly worst: Sighting;
	/** Someone is on it; absent when nobody is. */
	readonly ack?: Acknowledgement;
	/** Absent when everything speaks. */
	readonly silence?: Silence;
	/** A person has said that the tunnel is not ours: no silence until it is closed. */
	readonly confirmedAt?: Date;
	/** The audit trail, newest last, bounded; absent when nobody has answered yet. */
	readonly history?: readonly Answered[];
	/** Where the last notice was led; absent when everybody was told. */
	readonly routed?: Routed;
}

/** Names of destinations. */
export interface Routed {
	/** In whose digest the finding counts; absent = in everybody's. */
	readonly digest?: readonly string[];
	/** Who was meant and not told: too little for it, or for the digest only. An escalation reaches them. */
	readonly keeps: readonly string[];
}

/** Where a finding stands in the digest of a destination: kept from it so far, told there, or nowhere. */
export function placeInDigest(routed: Routed | undefined, destination: string): "kept" | "told" | "nowhere" {
	if (routed?.keeps.includes(destination) === true) return "kept";
	return routed?.digest === undefined || routed.digest.includes(destination) ? "told" : "nowhere";
}

/** A rule is evidence, not a key: all rules of one family on one device are one finding. */
export function findingKey(device: DeviceIdentity, family: string): string {
	return deviceHash(device, family);
}

/** `cf-<12 hex>`: what people and receivers see. The prefix is the product's, for findings of every family. */
export function findingId(finding: Pick<Finding, "key">): string {
	return `cf-${finding.key.slice(0, 12)}`;
}

/** The same in every attempt to send it, so that a receiver can drop a repeat. */
export function noticeId(finding: Pick<Finding, "key">, n: number): string {
	return `${findingId(finding)}-${n}`;
}
