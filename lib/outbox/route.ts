import type { Finding } from "../findings/finding.ts";

/** Where a notice goes, decided when it is wanted. All names are those of destinations. */
export interface Route {
	/** Name of the line that decided; `undefined`: no line did, and it goes everywhere. */
	readonly line: string | undefined;
	/** Each is owed the notice. */
	readonly tells: readonly string[];
	/** Each is meant, and is not told: too little for it, or the line is for the digest only. */
	readonly keeps: readonly string[];
	/** In whose digest the finding counts; `undefined` = in everybody's. */
	readonly digest: readonly string[] | undefined;
	/** The message is to mention nobody. */
	readonly mention?: false;
}

/** Pure: the same finding takes the same way until the routes change. */
export type ChooseRoute = (finding: Finding) => Route;
