import type { Ownership } from "../lib/sighting/sighting.ts";

/** A verdict in a table. The machine-readable value stays as it is. */
export const shortVerdict: Readonly<Record<Ownership["verdict"], string>> = {
	ours: "Approved",
	"not-ours": "Not approved",
	"cannot-tell": "Owner unknown",
};
