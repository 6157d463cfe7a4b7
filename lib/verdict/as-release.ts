import type { Release } from "../sighting/release.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { plainReading } from "./plain-reading.ts";

/**
 * A sighting whose program turns out to be a published release by a hash that its own row lacks. What it is, is certain
 * then; how it was started is not read again, so a program under another name keeps the mode it had.
 */
export function asRelease(sighting: Sighting, release: Release): Sighting {
	const reading = sighting.reading ?? plainReading(sighting);
	const known = reading.kind === "named" || reading.kind === "release" || reading.kind === "variant" || reading.kind === "renamed";
	const kind = known ? reading.kind : "renamed";
	const { likely: _, ...program } = sighting.program;
	return {
		...sighting,
		program: { ...program, release, kind, renamed: kind === "renamed" },
		reading: { ...reading, official: true, certain: true, kind, inner: kind, bystander: false },
	};
}
