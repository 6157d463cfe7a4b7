import type { Scene } from "../../families/family.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Ownership, Sighting, Tunnel } from "../../sighting/sighting.ts";
import { type Inert, inert, inertText } from "../text.ts";

/**
 * The tunnel of the worst sighting. A running service no longer shows its token, so what an earlier start on the same
 * device revealed is taken instead, with when that was. A quick tunnel has no account to remember, and what goes out
 * through somebody's tunnel has nothing to do with one of this device.
 */
export function knownTunnel({ worst, tunnels }: Finding): { readonly tunnel: Tunnel | undefined; readonly learnedAt: Date | undefined } {
	const scene = sceneOf(worst);
	const isOwn = worst.mode !== "quick" && scene !== "client" && scene !== "visit";
	if (worst.tunnel !== undefined || !isOwn) return { tunnel: worst.tunnel, learnedAt: undefined };
	const learned = tunnels.at(-1);
	return { tunnel: learned?.tunnel, learnedAt: learned?.at };
}

/** What happened, in a few words that stand before "on FIN-LT-0142". */
export function titleWords(sighting: Sighting): Inert {
	const words = findFamily(sighting.family)?.words;
	return words === undefined ? inertText`Tunnel tool seen` : inert(words.title(sighting), 80);
}

/** What a sighting is evidence of; its steps and sentences follow from that. */
export function sceneOf(sighting: Sighting): Scene {
	return findFamily(sighting.family)?.words.scene?.(sighting) ?? "tunnel";
}

/** How the tunnel was started, for the *Tunnel* row. */
export function modeWords({ family, mode }: Sighting): Inert {
	const words = findFamily(family)?.words.modes[mode];
	return words === undefined ? inertText`` : inert(words, 80);
}

/** The tool's name in a sentence. */
export function toolWords({ family }: Sighting): Inert {
	const words = findFamily(family)?.words;
	return words === undefined ? inertText`a tunnel tool` : inert(words.tool, 40);
}

/** What many findings have in common: the family's name for its tunnels where all are some, else its tool. */
export function manyWords(findings: readonly Pick<Finding, "family" | "worst">[]): Inert {
	const [family, ...others] = new Set(findings.map((finding) => finding.family));
	const words = family === undefined || others.length > 0 ? undefined : findFamily(family)?.words;
	if (!findings.every(({ worst }) => sceneOf(worst) === "tunnel"))
		return words === undefined ? inertText`Tunnel tools` : inert(words.tool, 40);
	return words === undefined ? inertText`Tunnels` : inert(words.tunnels, 40);
}

export const verdictWords: Readonly<Record<Ownership["verdict"], Inert>> = {
	ours: inertText`Approved.`,
	"not-ours": inertText`Not approved.`,
	"cannot-tell": inertText`Owner unknown.`,
};
