import { redact } from "../secrets/redact.ts";
import { type Redacted, say } from "../secrets/redacted.ts";
import type { Mode, Ownership, Sighting, Tunnel } from "../sighting/sighting.ts";
import { type Approval, isExpired } from "./approvals.ts";
import { type Remembered, runsAsService } from "./remembered.ts";

/** Whose tunnel it is, and whether something weaker than an approval lowers the severity one step, and what. */
export interface Judged {
	readonly ownership: Ownership;
	readonly lowered: Redacted | undefined;
}

/** Where one tunnel stands among the approvals. */
type Standing =
	| { readonly kind: "approved"; readonly by: Approval }
	| { readonly kind: "almost"; readonly why: Redacted }
	| { readonly kind: "foreign" };

/**
 * Ours only if every tunnel that the record shows is approved, by account and tunnel. What is missing approves nothing:
 * a weak approval, or what the device showed earlier, informs and lowers one step.
 */
export function decideOwnership(sighting: Sighting, approvals: readonly Approval[], now: Date, remembered: Remembered | undefined): Judged {
	const tunnels = [...(sighting.tunnel === undefined ? [] : [sighting.tunnel]), ...(sighting.otherTunnels ?? [])];
	const visible = tunnels.filter((tunnel) => tunnel.account !== "");
	const judged = visible.length > 0 ? byTunnels(visible, sighting, approvals, now) : withoutAccount(sighting, approvals, now, remembered);
	if (judged.ownership.verdict !== "cannot-tell" || judged.lowered !== undefined) return judged;
	const weak = approvals.find((one) => one.account === undefined && !isExpired(one, now) && holds(one, sighting));
	if (weak === undefined) return judged;
	return { ...judged, lowered: say`weak approval ${weak.label} of ${weak.owner}: ${weak.reason}` };
}

function byTunnels(tunnels: readonly Tunnel[], sighting: Sighting, approvals: readonly Approval[], now: Date): Judged {
	const standings = tunnels.map((tunnel) => ({ tunnel, standing: standingOf(tunnel, sighting, approvals, now) }));
	const foreign = standings.find(({ standing }) => standing.kind === "foreign");
	if (foreign !== undefined) {
		if (!listsAccounts(approvals)) return cannotTell(say`No approved accounts are configured, so no account counts as ours.`);
		return verdict("not-ours", say`Cloudflare account ${short(foreign.tunnel.account)} is not an approved one.`);
	}
	for (const { standing } of standings) if (standing.kind === "almost") return cannotTell(standing.why);
	for (const { standing } of standings) if (standing.kind === "approved") return verdict("ours", approvedBy(standing.by));
	return cannotTell(say`No tunnel is visible.`);
}

/**
 * Only where the team lists its accounts does a missing one mean anything: weak approvals alone are no such list, one that
 * has ended still is.
 */
function listsAccounts(approvals: readonly Approval[]): boolean {
	return approvals.some((one) => one.account !== undefined);
}

function withoutAccount(sighting: Sighting, approvals: readonly Approval[], now: Date, remembered: Remembered | undefined): Judged {
	const unseen = whyUnseen[sighting.mode];
	const named = sighting.tunnel?.tunnelId ?? "";
	if (named !== "" && named !== remembered?.tunnel.tunnelId) return byTunnelId(named, unseen, sighting, approvals, now);
	if (remembered === undefined || !maySpeakFor[sighting.mode] || installsSomething(sighting)) return cannotTell(unseen);
	const standing = standingOf(remembered.tunnel, sighting, approvals, now);
	const earlier = say`${unseen} ${ago(now.getTime() - remembered.at.getTime())} this device showed account ${short(remembered.tunnel.account)}`;
	switch (standing.kind) {
		case "foreign":
			if (!listsAccounts(approvals)) return cannotTell(say`${earlier}. No approved accounts are configured.`);
			return verdict("not-ours", say`${earlier}, which is not an approved one.`);
		case "almost":
			return cannotTell(say`${earlier}. ${standing.why}`);
		case "approved": {
			const missing = whatDiffers(sighting, remembered);
			if (missing === undefined)
				return verdict("ours", say`${earlier}; the same binary runs as the installed service. ${approvedBy(standing.by)}`);
			return {
				ownership: { verdict: "cannot-tell", reason: say`${earlier}, which is approved, but ${missing}.` },
				lowered: say`this device showed an approved account earlier`,
			};
		}
	}
}

/**
 * Defender's own row about an installed service has no command line and follows the installation. A command that installs
 * without a readable token may install anything, so what was there before says nothing about it.
 */
function installsSomething({ mode, program }: Sighting): boolean {
	return mode === "service-install" && program.commandLine !== "";
}

/** A tunnel's id without its account is easily written down, so it only lowers. */
function byTunnelId(id: string, unseen: Redacted, sighting: Sighting, approvals: readonly Approval[], now: Date): Judged {
	const listed = approvals.find((one) => one.tunnels.includes(id) && !isExpired(one, now) && holds(one, sighting));
	if (listed === undefined) return cannotTell(say`${unseen} Tunnel ${short(id)} is on no approval's list.`);
	return {
		ownership: { verdict: "cannot-tell", reason: say`${unseen} Tunnel ${short(id)} is on the list of ${listed.label}.` },
		lowered: say`the tunnel's id is approved, its account is not visible`,
	};
}

/** An intruder can plant a command line with our account first, so memory approves only what plainly is the same installation. */
function whatDiffers({ mode, program }: Sighting, remembered: Remembered): Redacted | undefined {
	if (program.sha256 === "" || program.sha256 !== remembered.sha256) return say`the binary is not known to be the same`;
	if (program.folderClass !== "standard" || remembered.folderClass !== "standard") return say`it does not run from the standard folder`;
	if (!runsAsService({ mode, program }) || remembered.service !== true) return say`it does not run as the installed service`;
	return undefined;
}

function standingOf(tunnel: Tunnel, sighting: Sighting, approvals: readonly Approval[], now: Date): Standing {
	const ofAccount = approvals.filter((one) => one.account === tunnel.account);
	if (ofAccount.length === 0) return { kind: "foreign" };
	const active = ofAccount.filter((one) => !isExpired(one, now));
	const [ended] = ofAccount;
	if (active.length === 0 && ended !== undefined) {
		return { kind: "almost", why: say`The approval of account ${short(tunnel.account)} ended on ${ended.until}; ask ${ended.owner}.` };
	}
	const here = active.filter((one) => holds(one, sighting));
	if (here.length === 0) {
		return { kind: "almost", why: say`Account ${short(tunnel.account)} is approved, but not for this device, user or program.` };
	}
	const by = here.find((one) => one.tunnels === "any" || (tunnel.tunnelId !== "" && one.tunnels.includes(tunnel.tunnelId)));
	if (by !== undefined) return { kind: "approved", by };
	const which = tunnel.tunnelId === "" ? say`its tunnel is not visible` : say`tunnel ${short(tunnel.tunnelId)} is not on its list`;
	return { kind: "almost", why: say`Account ${short(tunnel.account)} is approved, but ${which}.` };
}

/** Whether everything else that an approval names is true of the sighting. */
function holds(one: Approval, { device, program }: Sighting): boolean {
	const is = (wanted: string | undefined, ...values: readonly string[]): boolean =>
		wanted === undefined || values.some((value) => value.toLowerCase() === wanted.toLowerCase());
	return (
		is(one.sha256, program.sha256) &&
		is(one.path, program.path) &&
		is(one.device, device.id, device.name) &&
		is(one.deviceGroup, device.group) &&
		is(one.user, program.user)
	);
}

function approvedBy(one: Approval): Redacted {
	return say`Approved as ${one.label} by ${one.owner} until ${one.until}.`;
}

function verdict(word: Ownership["verdict"], reason: Redacted): Judged {
	return { ownership: { verdict: word, reason }, lowered: undefined };
}

function cannotTell(reason: Redacted): Judged {
	return verdict("cannot-tell", reason);
}

/** Why no account is visible, by how it was started. */
const whyUnseen: Readonly<Record<Mode, Redacted>> = {
	"named-token": say`The token on the command line cannot be read.`,
	"named-token-file": say`The token is read from a file, so the account is not on the command line.`,
	"named-env": say`The token is not on the command line, so the account is not known.`,
	"named-credentials": say`The credentials are in a file, so the account is not on the command line.`,
	"adhoc-named": say`The tunnel was made with a certificate on the device, so the account is not on the command line.`,
	quick: say`A quick tunnel belongs to no account: anyone who has its address gets in.`,
	"service-install": say`The service was installed without a visible token.`,
	"service-uninstall": say`Removing the service shows no account.`,
	"service-mode": say`Started without a command: it runs no tunnel that could be checked.`,
	"access-client": say`This is the client side of somebody's tunnel, which names no account.`,
	maintenance: say`This command names no account.`,
	unknown: say`The record shows no tunnel token.`,
};

/** Starts that may well run the tunnel which the device showed earlier. A quick tunnel is another one for certain. */
const maySpeakFor: Readonly<Record<Mode, boolean>> = {
	"named-token": false,
	"named-token-file": true,
	"named-env": true,
	"named-credentials": true,
	"adhoc-named": false,
	quick: false,
	"service-install": true,
	"service-uninstall": true,
	"service-mode": true,
	"access-client": false,
	maintenance: true,
	unknown: true,
};

/** Enough of an account or tunnel to recognise it. */
function short(id: string): Redacted {
	return redact(`${id.slice(0, 8)}…`);
}

function ago(ms: number): Redacted {
	const hours = Math.floor(Math.max(0, ms) / 3_600_000);
	if (hours < 1) return say`Less than an hour ago`;
	if (hours < 48) return hours === 1 ? say`One hour ago` : say`${hours} hours ago`;
	return say`${Math.floor(hours / 24)} days ago`;
}
