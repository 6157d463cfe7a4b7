import type { FamilySteps } from "../family.ts";

const credentialsFile = "Collect the credentials file of {program} from {device} (Open device › Live response): it names the account.";
const rotate =
	"Rotate the token of tunnel {tunnel}, since everyone who can list processes on {device} has read it. Then restart its connectors: running ones stay connected.";

/** What to do about tunnels of cloudflared. */
export const cloudflaredSteps: FamilySteps = {
	account: "Check whether Cloudflare account {account} is yours. If it is, approve it; if not, treat this as hostile.",
	findAccount: {
		"named-token-file": "Collect the token file {tokenFile} from {device} (Open device › Live response): it names the account.",
		"named-env": "Look for the token in the environment or service definition of {program} on {device}: it names the account.",
		"named-credentials": credentialsFile,
		"adhoc-named": credentialsFile,
	},
	approvedTarget: "Check that this tunnel is meant to expose {target} on {device}. If not, remove that route in Cloudflare.",
	exposedCredential: { "named-token": rotate, "service-install": rotate },
};
