import type { Reading } from "../sighting/reading.ts";
import type { Sighting } from "../sighting/sighting.ts";

/**
 * What was done to the tool's service on a device. Arguments handed to its start replace those it was installed with, and
 * the process that runs then still shows the installed ones: only the event before it tells.
 */
export interface ServiceEvent {
	readonly at: Date;
	readonly kind: "started-with-arguments" | "written";
	/** What was written is an approved tunnel or connector. */
	readonly approved: boolean;
}

/** The change to the service that a reading shows; `undefined` if there is none. */
export function serviceDeed({ startArguments, mode, registry, later, remote }: Reading): ServiceEvent["kind"] | undefined {
	if (remote) return undefined;
	if (startArguments) return "started-with-arguments";
	return mode === "service-install" || (registry && later) ? "written" : undefined;
}

/** The event of a judged sighting. */
export function serviceEventOf({ at, serviceDeed: kind, quiet, ownership }: Sighting): ServiceEvent | undefined {
	if (kind === undefined) return undefined;
	return { at, kind, approved: kind === "written" && (quiet !== undefined || ownership.verdict === "ours") };
}

/** Its newest start had arguments of its own, and nothing approved was written to it since. */
export function runsOtherArguments(events: readonly ServiceEvent[]): boolean {
	const started = events.findLastIndex(({ kind }) => kind === "started-with-arguments");
	return started !== -1 && !events.slice(started + 1).some(({ kind, approved }) => kind === "written" && approved);
}

/** Something that nobody approved was done to it after this moment: what was learned before says nothing about it any longer. */
export function changedSince(events: readonly ServiceEvent[], moment: Date): boolean {
	return events.some(({ at, approved }) => !approved && at > moment);
}
