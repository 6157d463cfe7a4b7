import type { Identify } from "./reading.ts";
import type { Releases } from "./release.ts";
import type { FolderClass } from "./sighting.ts";

/** A family as far as its sightings need it. */
export interface SightedFamily {
	/** Its rules carry it. */
	readonly id: string;
	readonly reader: ToolReader;
}

/** How the tools of one family are recognised in a record, and read. */
export interface ToolReader {
	/** What runs in a record, and with which credential. */
	readonly identify: Identify;
	/** The tool's own folders, tested against a normalised path in lower case. */
	readonly folders: readonly (readonly [FolderClass, RegExp])[];
	/** Where its maker publishes hashes. */
	readonly releases?: Releases;
}
