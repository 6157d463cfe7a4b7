import type { DefenderRecord } from "../../lib/defender/record.ts";
import { families } from "../../lib/families/index.ts";
import { redact } from "../../lib/families/redact.ts";
import { createSight, type Matched } from "../../lib/sighting/sight.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";

export const sight = createSight(families, redact);

/** The only sighting of a record whose rules belong to one family. */
export function sightOne(record: DefenderRecord, matches: readonly Matched[]): Sighting {
	const [only, ...more] = sight(record, matches);
	if (only === undefined || more.length > 0) throw new Error("The test expects one sighting.");
	return only;
}
