import { type Redacted, redactedText } from "../../secrets/redacted.ts";
import type { Mode, Ownership, Sighting } from "../../sighting/sighting.ts";
import { targetWords } from "../../sighting/target-words.ts";
import type { FamilyWords } from "../family.ts";
import { cloudflaredScene } from "./scene.ts";
import { cloudflaredSteps } from "./steps.ts";
import { whyOf } from "./why.ts";

export const cloudflaredWords: FamilyWords = {
	tool: redactedText`cloudflared`,
	service: redactedText`Cloudflare`,
	tunnels: redactedText`Cloudflare tunnels`,
	withoutAccount: {
		quick: redactedText`A quick tunnel belongs to no account: anyone who has its address gets in.`,
		"adhoc-named": redactedText`The tunnel was made with a certificate on the device, so the account is not on the command line.`,
		"access-client": redactedText`This is the client side of somebody's tunnel, which names no account.`,
		maintenance: redactedText`This command names no account.`,
		"would-fail": redactedText`cloudflared would not start with these arguments, so no account is used.`,
		"service-mode": redactedText`Started without a command: it runs no tunnel that could be checked.`,
		"service-uninstall": redactedText`Removing the service shows no account.`,
	},
	steps: cloudflaredSteps,
	scene: cloudflaredScene,
	why: whyOf,
	title,
	// Every mode has its words: a new one does not compile without.
	modes: {
		"named-token": redactedText`Named tunnel`,
		"named-token-file": redactedText`Named tunnel, token in a file`,
		"named-env": redactedText`Named tunnel, token not on the command line`,
		"named-credentials": redactedText`Named tunnel, credentials in a file`,
		"adhoc-named": redactedText`Named tunnel, made on the spot`,
		quick: redactedText`Quick tunnel, no account`,
		"service-install": redactedText`Installed as a service`,
		"service-uninstall": redactedText`Service removed`,
		"service-mode": redactedText`No tunnel of its own`,
		"access-client": redactedText`Client side, nothing exposed here`,
		maintenance: redactedText`Set-up or clean-up command`,
		"would-fail": redactedText`Would not start a tunnel`,
		unknown: redactedText``,
	} satisfies Readonly<Record<Mode, Redacted>>,
	ocsfType: "cloudflare_tunnel",
};

function title(sighting: Sighting): Redacted {
	switch (sighting.mode) {
		case "quick": {
			const target = sighting.exposes.map((one) => targetWords[one.class]).find((word) => word !== "");
			return target === undefined ? redactedText`Quick Cloudflare tunnel` : redactedText`Quick Cloudflare tunnel exposing ${target}`;
		}
		case "service-install":
			return redactedText`Cloudflare tunnel service installed`;
		case "service-uninstall":
			return redactedText`Cloudflare tunnel service removed`;
		case "access-client":
			return redactedText`cloudflared client`;
		case "service-mode":
			return redactedText`cloudflared started without a command`;
		case "maintenance":
			return redactedText`cloudflared being set up or cleaned up`;
		case "would-fail":
			return redactedText`cloudflared command that would not start`;
		case "named-token":
		case "named-token-file":
		case "named-env":
		case "named-credentials":
		case "adhoc-named":
			return namedTunnel[sighting.ownership.verdict];
		case "unknown":
			return unknownTitle(sighting);
	}
}

function unknownTitle(sighting: Sighting): Redacted {
	const { ownership, rules } = sighting;
	if (ownership.verdict !== "cannot-tell") return namedTunnel[ownership.verdict];
	if (cloudflaredScene(sighting) === "visit") return redactedText`Traffic to a quick Cloudflare tunnel`;
	const [first] = rules.flatMap(({ id }) => titleOfRule.get(id) ?? []);
	return first ?? redactedText`cloudflared seen`;
}

/** No process of cloudflared is known here, so the title says what was seen instead. */
const titleOfRule: ReadonlyMap<string, Redacted> = new Map([
	["cloudflared-service-installed", redactedText`Cloudflare tunnel service installed`],
	["cloudflared-service-registry", redactedText`Cloudflare tunnel service entry`],
	["cloudflared-service-registry-unusual", redactedText`Cloudflare tunnel service entry`],
	["cloudflared-autostart", redactedText`Cloudflare tunnel set to start by itself`],
	["cloudflared-variable-set", redactedText`Variable of a Cloudflare tunnel set`],
	["cloudflared-file-renamed", redactedText`cloudflared file renamed`],
	["cloudflared-download", redactedText`cloudflared downloaded`],
	["cloudflared-download-renamed", redactedText`cloudflared downloaded under another name`],
	["loopback-rdp-logon", redactedText`RDP logon from the device itself`],
	["cloudflared-edge-from-other-process", redactedText`Connection to Cloudflare tunnel servers`],
	["cloudflared-edge-inspected", redactedText`Connection to Cloudflare tunnel servers`],
	["cloudflared-edge-lookup", redactedText`Lookup of Cloudflare tunnel servers`],
]);

const namedTunnel: Readonly<Record<Ownership["verdict"], Redacted>> = {
	ours: redactedText`Approved Cloudflare tunnel`,
	"not-ours": redactedText`Unapproved Cloudflare tunnel`,
	"cannot-tell": redactedText`Cloudflare tunnel`,
};
