import { isWorse, type Severity } from "../detect/severity-scale.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { Sighting } from "../sighting/sighting.ts";
import type { Actor } from "./answered.ts";
import type { Finding } from "./finding.ts";
import { isAdministration, type Signature, signature, signatures } from "./signature.ts";

const dayMs = 86_400_000;

/** However a silence was made, it ends by then. */
export const longestSilenceMs = 30 * dayMs;

/**
 * Where the record shows no tunnel, only binary, user, folder and target tell this one from another: that is good for a
 * week at most.
 */
const longestWithoutTunnelMs = 7 * dayMs;

/** Holds back notices about what a person has seen and knows. It never stops recording, counting or judging. */
export interface Silence extends Actor {
	readonly at: Date;
	/** The first moment at which it no longer holds. */
	readonly until: Date;
	/** Severity that the person saw; anything worse speaks. */
	readonly severity: Severity;
	/** Ids of the facts that the person saw; a sighting with any other fact speaks. */
	readonly scope: readonly string[];
	/** Records held back so far. */
	readonly held: number;
	readonly note?: Redacted;
}

/** The silence that holds now, if one does. */
export function silenceNow(finding: Pick<Finding, "silence"> | undefined, now: Date): Silence | undefined {
	return finding?.silence !== undefined && finding.silence.until > now ? finding.silence : undefined;
}

/**
 * Everything by which a silence tells one sighting from another: the material facts, and beyond them the very target,
 * how the tunnel gets its credential, and the program where its hash is unknown.
 */
export function scopeFacts(sighting: Sighting): readonly Signature[] {
	const { program, tunnel, otherTunnels = [], mode, tokenFile, exposes, remote } = sighting;
	const credential = [mode, tunnel === undefined && otherTunnels.length === 0 ? "unseen" : "seen", tokenFile ?? ""].join("|");
	return [
		...signatures(sighting),
		...exposes.map((target) => signature("exposed", target.text, `another target: ${target.text}`, isAdministration(target.class))),
		signature("credential", credential, `started another way: ${mode}${tokenFile === undefined ? "" : `, token from ${tokenFile}`}`),
		signature("path", program.sha256 === "" ? program.path : "", `another program: ${program.path}`),
		signature("far-end", remote ?? "", `another far end: ${remote ?? ""}`),
	].filter((one) => one !== undefined);
}

/** What the page shows, and a silence made from it covers: the facts of the newest and of the worst sighting, no others. */
export function scopeOf({ newest, worst }: Pick<Finding, "newest" | "worst">): readonly Signature[] {
	const facts = new Map([...scopeFacts(worst), ...scopeFacts(newest)].map((one) => [one.id, one]));
	return [...facts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Does the silence hold this sighting back? Only if the person saw each of its facts, and nothing got worse. */
export function covers({ scope, severity }: Silence, sighting: Sighting): boolean {
	const known = new Set(scope);
	return !isWorse(sighting.severity, severity) && scopeFacts(sighting).every(({ id }) => known.has(id));
}

/** How long a silence of this finding may last; 0 = it cannot be told from another one, so it cannot be silenced. */
export function longestSilenceOf({ newest, worst }: Pick<Finding, "newest" | "worst">): number {
	const seen = [newest, worst];
	if (seen.every(({ tunnel }) => tunnel !== undefined && tunnel.tunnelId !== "")) return longestSilenceMs;
	return seen.every(({ program }) => program.sha256 !== "") ? longestWithoutTunnelMs : 0;
}
