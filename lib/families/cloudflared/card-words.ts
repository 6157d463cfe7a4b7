import { type Redacted, say } from "../../secrets/redacted.ts";
import type { Mode, Ownership, Sighting } from "../../sighting/sighting.ts";
import { targetWords } from "../../sighting/target-words.ts";
import type { FamilyWords } from "../family.ts";

export const cloudflaredWords: FamilyWords = {
	tool: say`cloudflared`,
	tunnels: say`Cloudflare tunnels`,
	title,
	// Every mode has its words: a new one does not compile without.
	modes: {
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
		"would-fail": say`Would not start a tunnel`,
		unknown: say``,
	} satisfies Readonly<Record<Mode, Redacted>>,
	ocsfType: "cloudflare_tunnel",
};

function title(sighting: Sighting): Redacted {
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
		case "would-fail":
			return say`cloudflared command that would not start`;
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

const namedTunnel: Readonly<Record<Ownership["verdict"], Redacted>> = {
	ours: say`Approved Cloudflare tunnel`,
	"not-ours": say`Unapproved Cloudflare tunnel`,
	"cannot-tell": say`Cloudflare tunnel`,
};
