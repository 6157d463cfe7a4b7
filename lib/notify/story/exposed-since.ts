import type { Finding } from "../../findings/finding.ts";
import type { Inert } from "../text.ts";
import { clockOn } from "./time.ts";

/**
 * Since when the target of the worst sighting has been reachable: since the device was first seen, unless a later notice
 * told the target as news.
 */
export function exposedSince({ changes, firstSeen, lastSeen, worst }: Finding): Inert {
	const isLater = changes.some(({ text }) => text.startsWith("exposes "));
	return clockOn(isLater ? worst.at : firstSeen, lastSeen);
}
