import { addressesOf, type DeviceContext, saysDomainController } from "../defender/device.ts";
import type { Redact } from "../secrets/redact.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Release } from "../sighting/release.ts";
import type { DeviceFacts, Ownership, Sighting, Tunnel } from "../sighting/sighting.ts";
import { type Approval, approvalsIn, isExpired, isFleet } from "./approvals.ts";
import { asRelease } from "./as-release.ts";
import { type FleetFit, fleetFit } from "./fleet.ts";
import { memoryFit } from "./memory.ts";
import { plainReading } from "./plain-reading.ts";
import type { Remembered } from "./remembered.ts";
import { type ServiceEvent, serviceDeed } from "./service-events.ts";
import { isQuiet } from "./severity-facts.ts";
import { weigh } from "./severity-table.ts";
import { holds } from "./standing.ts";
import { decideVerdict } from "./verdict.ts";
import { plainVerdictWords, type VerdictWords } from "./words.ts";

/** Everything known besides the record. */
export interface JudgeContext {
	readonly approvals: readonly Approval[];
	/** Earlier evidence of this device's tunnels, oldest first. */
	readonly remembered: readonly Remembered[];
	/** Earlier changes to the tool's service on this device, oldest first. */
	readonly serviceEvents?: readonly ServiceEvent[];
	readonly device: DeviceContext | undefined;
	/** The release that another record of this tenant has shown for the program's SHA-1; `undefined` if none has. */
	readonly release?: Release | undefined;
	/** The account was never seen in this tenant before; `undefined` when nobody counts. */
	readonly firstInTenant: boolean | undefined;
	readonly now: Date;
	/** How the sighting's family calls its own. */
	readonly words?: VerdictWords;
	/** Of all families: what is known of a device comes from its records. */
	readonly redact: Redact;
}

/** The sighting with its verdict, its severity and the reasons for both. */
export function judge(seen: Sighting, context: JudgeContext): Sighting {
	const approvals = approvalsIn(seen.device.tenantId, context.approvals);
	const { remembered, serviceEvents, device, release, firstInTenant, now, redact, words = plainVerdictWords } = context;
	const known = release === undefined || seen.program.release !== undefined ? seen : asRelease(seen, release);
	const sighting = { ...known, at: notAhead(known.at, now), arrivedAt: now };
	const reading = sighting.reading ?? plainReading(sighting);
	const { reading: _, ...shown } = sighting;
	const verdict = decideVerdict(shown, reading, approvals, now, {
		words,
		...(serviceEvents === undefined ? {} : { events: serviceEvents }),
	});
	const fleet = fleetFit(shown, reading, verdict.ownership.verdict === "not-ours" ? [] : approvals, now, serviceEvents);
	const memory =
		verdict.ownership.verdict === "not-ours"
			? { fit: "none" as const }
			: memoryFit(shown, reading, remembered, approvals, now, serviceEvents);
	const weak = approvals.find((one) => one.account === undefined && !isFleet(one) && !isExpired(one, now) && holds(one, shown));
	// The group stands in every record; what else is known of the device may not have come yet.
	const kind = saysDomainController(shown.device.group) ? "domain-controller" : (device?.kind ?? "unknown");
	const facts = {
		rules: sighting.severity,
		reading,
		verdict: verdict.ownership.verdict,
		standing: verdict.standing,
		doubts: verdict.doubts,
		foreignBeside: verdict.foreignBeside,
		unapprovedToken: verdict.unapprovedToken,
		listsAccounts: verdict.listsAccounts,
		fleet: fleet.fit,
		memory: memory.fit,
		weakApproval: weak !== undefined,
		device: kind,
		firstInTenant,
	};
	const { severity, reason } = weigh(facts, words);
	const quiet = isQuiet(facts)
		? "bystander"
		: verdict.ownership.verdict === "ours"
			? "approved"
			: fleet.fit === "complete" || memory.fit === "installed"
				? "connector"
				: undefined;
	const lowered =
		memory.fit === "lowers"
			? memory.why
			: weak === undefined
				? undefined
				: redactedText`weak approval ${weak.label} of ${weak.owner}: ${weak.reason}`;
	const deed = serviceDeed(reading);
	return {
		...shown,
		...withForeign(shown, reading, verdict.foreign),
		device: device === undefined ? sighting.device : { ...sighting.device, facts: deviceFacts({ ...device, kind }, redact) },
		ownership: withFleet(verdict.ownership, fleet, memory.fit === "installed"),
		severity,
		severityReason: lowered === undefined || verdict.ownership.verdict !== "cannot-tell" ? reason : redactedText`${reason} (${lowered})`,
		...(quiet === undefined ? {} : { quiet }),
		...(deed === undefined ? {} : { serviceDeed: deed }),
	};
}

/** A device's clock can be years ahead: what it says must not outrank everything that comes later. */
const mostAheadMs = 3_600_000;

function notAhead(at: Date, arrival: Date): Date {
	const latest = arrival.getTime() + mostAheadMs;
	return at.getTime() > latest ? new Date(latest) : at;
}

/** The foreign tunnel that decided goes first: people must look it up. A mere claim of our own account counts for nothing. */
function withForeign({ tunnel, otherTunnels = [] }: Sighting, reading: Reading, foreign: Tunnel | undefined): Partial<Sighting> {
	const isClaim = reading.tunnel === undefined && tunnel !== undefined && tunnel.account !== "";
	const first = foreign ?? (isClaim ? undefined : tunnel);
	const rest = [...(tunnel === undefined || tunnel.account === "" ? [] : [tunnel]), ...otherTunnels];
	const others = rest.filter((one) => one.account !== first?.account || one.tunnelId !== first.tunnelId);
	return { tunnel: first, ...(others.length === 0 && otherTunnels.length === 0 ? {} : { otherTunnels: others }) };
}

function withFleet(ownership: Ownership, fleet: FleetFit, installed: boolean): Ownership {
	const reason = (words: Redacted): Ownership => ({ ...ownership, reason: words });
	if (installed) return reason(redactedText`An approved installation on this device; the tunnel is not visible in this record.`);
	switch (fleet.fit) {
		case "none":
			return ownership;
		case "complete":
			return reason(redactedText`Approved connector ${fleet.by.label} of ${fleet.by.owner}; the tunnel is not visible.`);
		case "registry":
			return reason(redactedText`The service entry of approved connector ${fleet.by.label}; the tunnel is not visible.`);
		case "partly":
			return reason(redactedText`Not the approved connector ${fleet.by.label}: ${fleet.differs}.`);
	}
}

function deviceFacts(device: DeviceContext, redact: Redact): DeviceFacts {
	return {
		os: redact(device.os),
		kind: device.kind,
		publicIp: redact(device.publicIp),
		addresses: addressesOf(device).map(redact),
		users: device.users.map(redact),
		exposure: redact(device.exposure),
		internetFacing: device.internetFacing,
	};
}
