import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Sighting } from "../sighting/sighting.ts";
import type { Approval } from "./approvals.ts";
import { exposesAdministration } from "./doubts.ts";
import type { Remembered } from "./remembered.ts";
import { changedSince, type ServiceEvent } from "./service-events.ts";
import { standingOf } from "./standing.ts";

/** Evidence from an earlier sighting of the device. It never makes this one ours. */
export type MemoryFit =
	| { readonly fit: "none" }
	/** The connector that an approved `service install` set up on this very device: counted, told to nobody. */
	| { readonly fit: "installed" }
	/** An approved tunnel ran from the same file before: one step lower at most. */
	| { readonly fit: "lowers"; readonly why: Redacted };

/**
 * An intruder can plant a command line with our account first, so only what plainly is the same program counts, and only
 * where the hidden credential is where the installer puts it.
 */
export function memoryFit(
	sighting: Sighting,
	reading: Reading,
	remembered: readonly Remembered[],
	approvals: readonly Approval[],
	now: Date,
	events: readonly ServiceEvent[] = [],
): MemoryFit {
	const newest = remembered.at(-1);
	if (newest === undefined || !isPlain(reading) || changedSince(events, newest.at)) return { fit: "none" };
	if (standingOf(newest.tunnel, sighting, approvals, now).kind !== "approved") return { fit: "none" };
	if (belongsToInstallation(sighting, reading, newest)) return { fit: "installed" };
	if (!isHidden(reading) || !isSameProgram(sighting, reading, newest)) return { fit: "none" };
	const filesFit = reading.tokenFile === "default" && reading.credentialsFile === "none" && reading.config === "none";
	const installed = newest.approvedInstall === true && reading.folderClass === "standard" && reading.byServiceManager && filesFit;
	if (installed && reading.mode === "named-token-file") return { fit: "installed" };
	return reading.registry
		? { fit: "none" }
		: { fit: "lowers", why: redactedText`this device ran an approved tunnel from the same file before` };
}

/** How long after its command the rows of an installation come: the service's entry, its event source. */
const installationMs = 10 * 60_000;

/** Defender's own rows about what an approved `service install` just did: they show no command and no token. */
function belongsToInstallation({ at, program }: Sighting, { mode, folderClass }: Reading, newest: Remembered): boolean {
	const ms = at.getTime() - newest.at.getTime();
	const samePath = newest.path !== undefined && newest.path.toLowerCase() === program.path.toLowerCase();
	return newest.approvedInstall === true && mode === "unknown" && folderClass === "standard" && samePath && ms <= installationMs;
}

function isHidden({ mode }: Reading): boolean {
	return mode === "named-token-file" || mode === "named-env" || mode === "named-credentials";
}

function isPlain({ kind, detours, contact, exposes, unread, altered, startArguments, pretends, calledOtherwise }: Reading): boolean {
	const plain =
		detours.length === 0 && contact.host !== "foreign-edge" && !exposesAdministration(exposes) && !unread && !altered && !startArguments;
	return kind === "named" && !pretends && !calledOtherwise && plain;
}

/** The same path and the same hash. Rows of the registry carry no hash of the program: there the path has to do. */
function isSameProgram({ program }: Sighting, { registry }: Reading, earlier: Remembered): boolean {
	if (earlier.path === undefined || earlier.path.toLowerCase() !== program.path.toLowerCase()) return false;
	if (registry) return true;
	const pairs = [
		[program.sha256, earlier.sha256 ?? ""],
		[program.sha1, earlier.sha1 ?? ""],
	] as const;
	const both = pairs.filter(([one, other]) => one !== "" && other !== "");
	return both.length > 0 && both.every(([one, other]) => one === other);
}
