import type { Sighting, Tunnel } from "../../lib/sighting/sighting.ts";
import { type Approval, isExpired } from "../../lib/verdict/approvals.ts";
import { exposesAdministration } from "../../lib/verdict/doubts.ts";

/** An account and tunnel that look like ours, with what speaks for it. */
export interface ProposedApproval {
	readonly account: string;
	readonly tunnelId: string;
	/** At least two, as sentences without a full stop. */
	readonly evidence: readonly string[];
	readonly devices: number;
	/** Last day on which it should hold, `YYYY-MM-DD`. */
	readonly until: string;
}

/** An account and tunnel that were seen and are not proposed. */
export interface Rejected {
	readonly account: string;
	readonly tunnelId: string;
	readonly why: string;
}

const leastSignals = 2;
const holdsDays = 90;
const dayMs = 86_400_000;

/** Tunnels of one account beyond this are those of a service for many customers, not of one company. */
const mostTunnelsOfOneAccount = 50;

/**
 * What could be approved, judging by what was seen: only complete pairs of account and tunnel with at least two
 * signals. An attacker's tunnel is new and on one device, even if installed the way ours are. A person decides; nothing
 * here approves anything.
 */
export function proposeApprovals(
	sightings: readonly Sighting[],
	approvals: readonly Approval[],
	now: Date,
): { readonly proposals: readonly ProposedApproval[]; readonly rejected: readonly Rejected[] } {
	const pairs = Map.groupBy(
		sightings.filter((one) => isWhole(one.tunnel)),
		({ tunnel }) => `${tunnel?.account ?? ""} ${tunnel?.tunnelId ?? ""}`,
	);
	const tunnelsOf = new Map<string, Set<string>>();
	for (const { tunnel } of sightings)
		if (isWhole(tunnel)) tunnelsOf.set(tunnel.account, (tunnelsOf.get(tunnel.account) ?? new Set()).add(tunnel.tunnelId));
	const proposals: ProposedApproval[] = [];
	const rejected: Rejected[] = [];
	for (const [pair, group] of pairs) {
		const [account = "", tunnelId = ""] = pair.split(" ");
		if (
			approvals.some((one) => one.account === account && !isExpired(one, now) && (one.tunnels === "any" || one.tunnels.includes(tunnelId)))
		)
			continue;
		const devices = new Set(group.map(({ device }) => device.id)).size;
		const evidence = signals(group, devices);
		const why =
			objection(group) ??
			((tunnelsOf.get(account)?.size ?? 0) > mostTunnelsOfOneAccount
				? "its account has so many tunnels that it looks like a hosting service's"
				: undefined);
		if (why !== undefined) rejected.push({ account, tunnelId, why });
		else if (evidence.length < leastSignals)
			rejected.push({
				account,
				tunnelId,
				why: evidence.length === 0 ? "seen on one device on one day only" : `only one thing speaks for it: ${evidence[0]}`,
			});
		else
			proposals.push({
				account,
				tunnelId,
				evidence,
				devices,
				until: new Date(now.getTime() + holdsDays * dayMs).toISOString().slice(0, 10),
			});
	}
	return { proposals: proposals.toSorted((a, b) => b.devices - a.devices || (a.tunnelId < b.tunnelId ? -1 : 1)), rejected };
}

function isWhole(tunnel: Tunnel | undefined): tunnel is Tunnel {
	return tunnel !== undefined && tunnel.account !== "" && tunnel.tunnelId !== "" && tunnel.endpoint === "";
}

/** First what an intruder cannot bring about in an hour, then what adds to it. */
function signals(group: readonly Sighting[], devices: number): readonly string[] {
	const days = new Set(group.map(({ at }) => at.toISOString().slice(0, 10))).size;
	const programs = group.filter(({ program }) => program.path !== "");
	const lasting = [...(devices > 1 ? [`seen on ${devices} devices`] : []), ...(days > 1 ? [`seen on ${days} days`] : [])];
	if (lasting.length === 0) return [];
	return [
		...lasting,
		...(programs.length > 0 && programs.every(({ program }) => program.folderClass === "standard")
			? ["always run from its usual folder"]
			: []),
		...(group.some(({ mode }) => mode === "service-install" || mode === "service-mode") ? ["installed as a service"] : []),
	];
}

/** What rules a pair out, whatever speaks for it. */
function objection(group: readonly Sighting[]): string | undefined {
	if (group.some(({ mode }) => mode === "quick")) return "a quick tunnel was seen with it";
	if (group.some(({ program }) => program.renamed)) return "it was run by a renamed program";
	if (group.some(({ program: { folderClass } }) => ["temp", "odd", "network"].includes(folderClass)))
		return "it was run from an unusual folder";
	if (group.some(({ otherTunnels }) => (otherTunnels ?? []).length > 0)) return "it was seen together with another tunnel's token";
	if (group.some(({ exposes }) => exposesAdministration(exposes.map((target) => target.class))))
		return "it exposes remote administration or a whole network";
	if (group.some(({ reading }) => reading?.opensInOldReleases === true))
		return "it asks for the whole network, which releases before 2022.12 open";
	return undefined;
}
