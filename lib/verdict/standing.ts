import { redactOwnWords } from "../secrets/redact.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Sighting, Tunnel } from "../sighting/sighting.ts";
import { type Approval, isExpired } from "./approvals.ts";

/** Where one tunnel stands among the approvals. */
export type Standing =
	| { readonly kind: "approved"; readonly by: Approval }
	/** The account is one of ours; something else about it is not approved. */
	| { readonly kind: "almost"; readonly why: Redacted }
	| { readonly kind: "foreign" };

/**
 * Only where the team lists its accounts does a missing one mean anything: weak approvals alone are no such list, one that
 * has ended still is.
 */
export function listsAccounts(approvals: readonly Approval[]): boolean {
	return approvals.some((one) => one.account !== undefined);
}

/** An approval counts until its `ends`. `almost` says which part does not fit, in a sentence for the card. */
export function standingOf(tunnel: Tunnel, sighting: Sighting, approvals: readonly Approval[], now: Date): Standing {
	const ofAccount = approvals.filter((one) => one.account === tunnel.account);
	if (ofAccount.length === 0) return { kind: "foreign" };
	const active = ofAccount.filter((one) => !isExpired(one, now));
	const [ended] = ofAccount;
	if (active.length === 0 && ended !== undefined) {
		return {
			kind: "almost",
			why: redactedText`The approval of account ${short(tunnel.account)} ended on ${ended.until}; ask ${ended.owner}.`,
		};
	}
	const here = active.filter((one) => holds(one, sighting));
	if (here.length === 0) {
		return { kind: "almost", why: redactedText`Account ${short(tunnel.account)} is approved, but not for this device, user or program.` };
	}
	const by = here.find((one) => covers(one, tunnel));
	if (by !== undefined) return { kind: "approved", by };
	if (here.some((one) => one.tunnels === "any" && one.shared !== false)) {
		return {
			kind: "almost",
			why: redactedText`Account ${short(tunnel.account)} is approved for any tunnel, but its entry does not say "shared": false.`,
		};
	}
	const which =
		tunnel.tunnelId === "" ? redactedText`its tunnel is not visible` : redactedText`tunnel ${short(tunnel.tunnelId)} is not on its list`;
	return { kind: "almost", why: redactedText`Account ${short(tunnel.account)} is approved, but ${which}.` };
}

/** Any customer of a hosted service owns a token of its account, so `any` counts only where somebody said that it is not shared. */
function covers({ tunnels, shared }: Approval, { tunnelId }: Tunnel): boolean {
	return tunnels === "any" ? shared === false : tunnelId !== "" && tunnels.includes(tunnelId);
}

/** Whether everything else that an approval names is true of the sighting. A hash that the row does not have is not held. */
export function holds(one: Approval, { device, program }: Sighting): boolean {
	const is = (wanted: string | undefined, value: string): boolean => wanted === undefined || value.toLowerCase() === wanted.toLowerCase();
	return (
		hashHolds(one, program) &&
		is(one.path, program.path) &&
		is(one.device, device.id) &&
		is(one.deviceName, device.name) &&
		is(one.deviceGroup, device.group) &&
		is(one.user, program.user)
	);
}

/** SHA-1 is as good as SHA-256 here: rows usually carry only one of them. Of what both name, nothing may differ. */
export function hashHolds(one: Pick<Approval, "sha1" | "sha256">, program: { readonly sha1: string; readonly sha256: string }): boolean {
	if (one.sha1 === undefined && one.sha256 === undefined) return true;
	const pairs = [
		[one.sha256, program.sha256],
		[one.sha1, program.sha1],
	] as const;
	const both = pairs.filter(([wanted, value]) => wanted !== undefined && value !== "");
	return both.length > 0 && both.every(([wanted, value]) => wanted === value);
}

/** Enough of an account or tunnel to recognise it. */
export function short(id: string): Redacted {
	return redactOwnWords(`${id.slice(0, 8)}…`);
}
