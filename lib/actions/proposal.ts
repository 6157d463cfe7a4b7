import { type Finding, findingId } from "../findings/finding.ts";
import { idText, inert } from "../notify/text.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { redactedText } from "../secrets/redacted.ts";
import type { Mode, Sighting } from "../sighting/sighting.ts";

/** What an entry of the approvals file says about the tunnel of a finding; owner, reason and end are a person's to say. */
export interface Proposal {
	readonly name: Redacted;
	readonly account: string;
	readonly tunnels: readonly [string];
}

export type Proposed = { readonly ok: true; readonly proposal: Proposal } | { readonly ok: false; readonly why: string };

/** Ways to start a tunnel whose credential says which tunnel it is. */
const namesItsTunnel: ReadonlySet<Mode> = new Set<Mode>([
	"named-token",
	"named-token-file",
	"named-env",
	"named-credentials",
	"adhoc-named",
	"service-install",
	"service-mode",
]);

/** One account and one tunnel, both visible, in what really runs; never a pattern, never what could be anyone's. */
export function proposalOf({ newest, worst, device }: Pick<Finding, "newest" | "worst" | "device">): Proposed {
	const seen = [worst, newest];
	const no = (why: string): Proposed => ({ ok: false, why });
	const [first] = seen.flatMap(({ tunnel }) => (tunnel === undefined ? [] : [tunnel]));
	if (first === undefined || first.account === "" || first.tunnelId === "") {
		return no("The records show no account and tunnel together, so there is nothing that could be approved.");
	}
	if (seen.some(({ program }) => program.renamed))
		return no("The program runs under another name; such a tunnel is never approved from a finding.");
	if (seen.some(({ mode }) => !namesItsTunnel.has(mode))) return no("A quick tunnel belongs to no account; it cannot be approved.");
	if (!seen.every((one) => isOnly(one, first)))
		return no("More than one tunnel was seen; decide about each of them in the approvals file.");
	return {
		ok: true,
		proposal: { name: redactedText`Tunnel of ${device.name}`, account: first.account, tunnels: [first.tunnelId] },
	};
}

/** The entry as JSON, for people to add to their approvals file. `undefined` when nobody proposed one, or none can be. */
export function proposedEntry(finding: Finding, now: Date): string | undefined {
	const said = finding.history?.findLast(({ kind }) => kind === "propose");
	const proposed = proposalOf(finding);
	if (said === undefined || !proposed.ok) return undefined;
	const { name, account, tunnels } = proposed.proposal;
	const entry = {
		name: inert(name, 80),
		account: idText(account),
		tunnels: tunnels.map(idText),
		owner: inert(said.by, 80),
		reason: `Finding ${findingId(finding)}: write why it is ours`,
		until: new Date(now.getTime() + 90 * 86_400_000).toISOString().slice(0, 10),
	};
	return JSON.stringify(entry, undefined, 2);
}

function isOnly({ tunnel, otherTunnels = [] }: Sighting, only: NonNullable<Sighting["tunnel"]>): boolean {
	return otherTunnels.length === 0 && (tunnel === undefined || (tunnel.account === only.account && tunnel.tunnelId === only.tunnelId));
}
