import { createHash } from "node:crypto";
import type { Sighting } from "../sighting/sighting.ts";

/**
 * One start shows up several times: in the row of the shell or `sudo` that carries the command, and in the row of its
 * child. Two rows are the same deed if the process that one is about is the parent that the other names, and both do
 * the same: mode, tunnel and targets. Anything else is another deed.
 */
export function isToldDeed(deeds: readonly string[], sighting: Sighting): boolean {
	const known = new Set(deeds);
	return seeks(sighting).some((one) => known.has(one));
}

/** The marks that a counted sighting leaves, so that the other rows of its start are recognised. */
export function deedMarks(sighting: Sighting): readonly string[] {
	const { own, parent } = idsOf(sighting);
	return isWrapper(sighting) ? [...marks("wrapper", own), ...marks("child", parent)] : [...marks("child", parent), ...marks("self", own)];
}

/** A child looks for the wrapper that started it, or that it replaced; a wrapper also for a child that was faster. */
function seeks(sighting: Sighting): readonly string[] {
	const { own, parent } = idsOf(sighting);
	const wrappers = marks("wrapper", [...own, ...parent]);
	return isWrapper(sighting) ? [...wrappers, ...marks("child", own), ...marks("self", own)] : wrappers;
}

function marks(role: "wrapper" | "child" | "self", ids: readonly string[]): readonly string[] {
	return ids.map((id) => `${role[0]}${id}`);
}

/** Each id with the deed in it. */
function idsOf({ process, mode, tunnel, exposes }: Sighting): { readonly own: readonly string[]; readonly parent: readonly string[] } {
	if (process === undefined) return { own: [], parent: [] };
	const deed = JSON.stringify([mode, tunnel?.account ?? "", tunnel?.tunnelId ?? "", exposes.map(({ text }) => text.toLowerCase()).sort()]);
	const named = (id: number): string => createHash("sha256").update(`${id} ${deed}`).digest("hex").slice(0, 12);
	return { own: process.own.map(named), parent: process.parent.map(named) };
}

function isWrapper({ program }: Sighting): boolean {
	return program.kind === "wrapper";
}
