import { addressesOf, type DeviceContext } from "../defender/device.ts";
import type { Redact } from "../secrets/redact.ts";
import { say } from "../secrets/redacted.ts";
import type { DeviceFacts, Sighting } from "../sighting/sighting.ts";
import type { Approval } from "./approvals.ts";
import type { Remembered } from "./remembered.ts";
import { weigh } from "./severity-table.ts";
import { decideOwnership } from "./standing.ts";

/** What is known besides the record itself. */
export interface Knowledge {
	readonly approvals: readonly Approval[];
	/** What this device showed earlier about its tunnel. */
	readonly remembered: Remembered | undefined;
	readonly device: DeviceContext | undefined;
	/** The account was never seen in this tenant before; `undefined` when nobody counts. */
	readonly firstInTenant: boolean | undefined;
	readonly now: Date;
	readonly redact: Redact;
}

/** The sighting with its verdict, its severity and the reasons for both. */
export function judge(sighting: Sighting, { approvals, remembered, device, firstInTenant, now, redact }: Knowledge): Sighting {
	const { ownership, lowered } = decideOwnership(sighting, approvals, now, remembered);
	const { severity, reason } = weigh({
		rules: sighting.severity,
		verdict: ownership.verdict,
		mode: sighting.mode,
		exposes: sighting.exposes.map((target) => target.class),
		renamed: sighting.program.renamed,
		account: sighting.tunnel !== undefined && sighting.tunnel.account !== "",
		device: device?.kind ?? "unknown",
		firstInTenant,
		lowered: lowered !== undefined,
	});
	return {
		...sighting,
		device: device === undefined ? sighting.device : { ...sighting.device, facts: deviceFacts(device, redact) },
		ownership,
		severity,
		severityReason: lowered === undefined ? reason : say`${reason} (${lowered})`,
	};
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
