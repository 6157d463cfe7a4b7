import { nothing, policyOf } from "../../lib/app/compose.ts";
import type { Settings } from "../../lib/app/settings.ts";
import type { Severity } from "../../lib/detect/severity-scale.ts";
import { type Finding, findingKey } from "../../lib/findings/finding.ts";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { decide } from "../../lib/findings/policy.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import type { Approval } from "../../lib/verdict/approvals.ts";

/** A notice that would have gone out. */
export interface ReplayedNotice {
	readonly at: Date;
	readonly key: string;
	readonly reason: string;
	readonly severity: Severity;
}

export interface Replayed {
	/** As they stand at the end, by key. */
	readonly findings: ReadonlyMap<string, Finding>;
	/** Judged, in the order of their times. */
	readonly sightings: readonly Sighting[];
	readonly notices: readonly ReplayedNotice[];
	/** Sightings that nobody was told about: the tunnel is approved, or its device was quiet. */
	readonly held: { readonly approved: number; readonly quiet: number };
}

/** Plays sightings in the order of their times, with each one's own time as the clock: what would have been told, and when. */
export async function replay(sightings: readonly Sighting[], approvals: readonly Approval[], settings: Settings): Promise<Replayed> {
	const findings = new Map<string, Finding>();
	const notices: ReplayedNotice[] = [];
	const judged: Sighting[] = [];
	const held = { approved: 0, quiet: 0 };
	const judge = createMemory({
		approvals: () => approvals,
		finding: (key) => Promise.resolve(findings.get(key)),
		device: nothing,
		release: nothing,
		prevalence: () => Promise.resolve({}),
	});
	for (const raw of sightings.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
		const [sighting] = await judge([raw], raw.at);
		if (sighting === undefined) continue;
		judged.push(sighting);
		const key = findingKey(sighting.device, sighting.family);
		const decision = decide(findings.get(key), [sighting], sighting.at, policyOf(settings));
		if (decision.reason === "repeat") continue;
		findings.set(key, decision.finding);
		if (decision.reason === "held") {
			if (sighting.ownership.verdict === "ours") held.approved += 1;
			else held.quiet += 1;
		} else
			notices.push({
				at: sighting.at,
				key,
				reason: decision.reason === "later" ? "changed" : decision.reason,
				severity: decision.finding.severity,
			});
	}
	return { findings, sightings: judged, notices, held };
}
