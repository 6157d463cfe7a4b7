import type { Finding } from "../../findings/finding.ts";
import type { Mode, Ownership, Sighting, TargetClass, Tunnel } from "../../sighting/sighting.ts";
import { type Inert, say } from "../text.ts";

/**
 * The tunnel of the worst sighting. A running service no longer shows its token, so what an earlier start on the same
 * device revealed is taken instead, with when that was. A quick tunnel has no account to remember.
 */
export function knownTunnel({ worst, tunnels }: Finding): { readonly tunnel: Tunnel | undefined; readonly learnedAt: Date | undefined } {
	if (worst.tunnel !== undefined || worst.mode === "quick") return { tunnel: worst.tunnel, learnedAt: undefined };
	const learned = tunnels.at(-1);
	return { tunnel: learned?.tunnel, learnedAt: learned?.at };
}

/** What happened, in a few words that stand before "on FIN-LT-0142". */
export function titleWords(sighting: Sighting): Inert {
	switch (sighting.mode) {
		case "quick": {
			const target = sighting.exposes.map((one) => targetWords[one.class]).find((word) => word !== "");
			return target === undefined ? say`Quick Cloudflare tunnel` : say`Quick Cloudflare tunnel exposing ${target}`;
		}
		case "service-install":
			return say`Cloudflare tunnel service installed`;
		case "service-uninstall":
			return say`Cloudflare tunnel service removed`;
		case "access-client":
		case "service-mode":
			return say`cloudflared client`;
		case "maintenance":
			return say`cloudflared being set up or cleaned up`;
		case "named-token":
		case "named-token-file":
		case "named-env":
		case "named-credentials":
		case "adhoc-named":
			return namedTunnel[sighting.ownership.verdict];
		case "unknown":
			return sighting.ownership.verdict === "cannot-tell" ? say`cloudflared seen` : namedTunnel[sighting.ownership.verdict];
	}
}

const namedTunnel: Readonly<Record<Ownership["verdict"], Inert>> = {
	ours: say`Approved Cloudflare tunnel`,
	"not-ours": say`Unapproved Cloudflare tunnel`,
	"cannot-tell": say`Cloudflare tunnel`,
};

export const verdictWords: Readonly<Record<Ownership["verdict"], Inert>> = {
	ours: say`Ours.`,
	"not-ours": say`Not ours.`,
	"cannot-tell": say`Cannot tell if it is ours.`,
};

/** How the tunnel was started, for the *Tunnel* row. */
export const modeWords: Readonly<Record<Mode, Inert>> = {
	"named-token": say`Named tunnel`,
	"named-token-file": say`Named tunnel, token in a file`,
	"named-env": say`Named tunnel, token not on the command line`,
	"named-credentials": say`Named tunnel, credentials in a file`,
	"adhoc-named": say`Named tunnel, made on the spot`,
	quick: say`Quick tunnel, no account`,
	"service-install": say`Installed as a service`,
	"service-uninstall": say`Service removed`,
	"service-mode": say`No tunnel of its own`,
	"access-client": say`Client side, nothing exposed here`,
	maintenance: say`Set-up or clean-up command`,
	unknown: say``,
};

/** What can be reached through the tunnel; empty where the address says it better. */
export const targetWords: Readonly<Record<TargetClass, Inert>> = {
	rdp: say`RDP`,
	ssh: say`SSH`,
	smb: say`file shares`,
	vnc: say`VNC`,
	winrm: say`WinRM`,
	http: say``,
	network: say`a network`,
	other: say``,
};
