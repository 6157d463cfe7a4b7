import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { type Approval, isExpired, isFleet } from "./approvals.ts";
import { exposesAdministration } from "./doubts.ts";
import { runsOtherArguments, type ServiceEvent } from "./service-events.ts";
import { hashHolds } from "./standing.ts";

/** How a connector whose tunnel is not visible fits the approvals of managed fleets. */
export type FleetFit =
	| { readonly fit: "none" }
	/** Every part holds: counted, told to nobody. */
	| { readonly fit: "complete"; readonly by: Approval }
	/** A registry row: place and arguments hold, and it carries no hash of the program. */
	| { readonly fit: "registry"; readonly by: Approval }
	/** The place fits, something else does not. */
	| { readonly fit: "partly"; readonly by: Approval; readonly differs: Redacted };

const hiddenModes = new Set(["named-token-file", "named-env", "named-credentials"]);

/** Only connectors whose credential is hidden by design; never a quick tunnel, a renamed program, a detour or remote administration. */
export function fleetFit(
	sighting: Sighting,
	reading: Reading,
	approvals: readonly Approval[],
	now: Date,
	events: readonly ServiceEvent[] = [],
): FleetFit {
	if (!hiddenModes.has(reading.mode) || reading.kind !== "named" || reading.pretends || reading.calledOtherwise) return { fit: "none" };
	if (reading.detours.length > 0 || reading.contact.host === "foreign-edge" || exposesAdministration(reading.exposes))
		return { fit: "none" };
	if (reading.unread || reading.altered || reading.startArguments || (!reading.registry && runsOtherArguments(events)))
		return { fit: "none" };
	const here = approvals.filter((one) => isFleet(one) && !isExpired(one, now) && isHere(one, sighting));
	const complete = here.find((one) => identityHolds(one, sighting));
	const [first] = here;
	if (first === undefined) return { fit: "none" };
	const files = [reading.tokenFile, reading.credentialsFile, reading.config].every((place) => place === "none" || place === "default");
	if (!files || (reading.mode === "named-token-file" && reading.tokenFile !== "default")) {
		return { fit: "partly", by: complete ?? first, differs: redactedText`it reads its token, credentials or settings from another file` };
	}
	if (reading.registry) return { fit: "registry", by: first };
	if (complete === undefined) return { fit: "partly", by: first, differs: redactedText`its hash or signer is another` };
	return reading.byServiceManager ? { fit: "complete", by: complete } : { fit: "none" };
}

function isHere(one: Approval, { device, program }: Sighting): boolean {
	const is = (wanted: string | undefined, value: string): boolean => wanted === undefined || value.toLowerCase() === wanted.toLowerCase();
	const place = is(one.device, device.id) && is(one.deviceName, device.name) && is(one.deviceGroup, device.group);
	return place && is(one.path, program.path) && is(one.user, program.user);
}

function identityHolds(one: Approval, { program }: Sighting): boolean {
	const signer = program.signer?.toLowerCase() ?? "";
	const signed = one.signer !== undefined && signer === `${one.signer.toLowerCase()}, valid`;
	const hashed = (one.sha1 !== undefined || one.sha256 !== undefined) && hashHolds(one, program);
	return signed || hashed;
}
