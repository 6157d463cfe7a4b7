import type { Invocation } from "./invocation.ts";
import type { FolderClass, Tunnel } from "./sighting.ts";

/** A family as far as its sightings need it. */
export interface SightedFamily {
	/** Its rules carry it. */
	readonly id: string;
	readonly reader: ToolReader;
}

/** How the tools of one family are recognised in a record, and read. */
export interface ToolReader {
	/** What stands in the tool's file names, lower case: `cloudflared`. */
	readonly name: string;
	/** `undefined` when nothing in the command line starts the tool. Never throws; bounded. */
	readonly readInvocation: (commandLine: string) => Invocation | undefined;
	/** The tunnels that a text gives away, in its order. */
	readonly findTunnels: (text: string) => readonly Tunnel[];
	/** The tool's own folders, tested against a normalised path in lower case. */
	readonly folders: readonly (readonly [FolderClass, RegExp])[];
}
