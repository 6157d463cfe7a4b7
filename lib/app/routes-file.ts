import { addressOf } from "../notify/index.ts";
import { type KnownNames, readRoutes } from "../notify/routes/read-routes.ts";
import type { RouteLine } from "../notify/routes/route-line.ts";
import { createReviewedFile, type ReviewedFile } from "./reviewed-file.ts";
import type { Settings } from "./settings.ts";
import type { FileText } from "./stored-file.ts";

/** The routes as they are now. A wrong file silences nothing: the last good one counts, or everything goes everywhere. */
export type RoutesFile = ReviewedFile<readonly RouteLine[]>;

/**
 * The file that ROUTES_FILE names, or `routes.json` if it exists. Until a stored file has been read once, the package's
 * own is used, and that is reported.
 */
export function createRoutesFile(
	settings: Pick<Settings, "ROUTES_FILE" | "FALLBACK" | "destinations">,
	resolve?: (path: string) => string,
	stored?: (address: string) => (known: string) => Promise<FileText>,
): RoutesFile {
	const known = knownNames(settings);
	return createReviewedFile({
		setting: "ROUTES_FILE",
		wanted: settings.ROUTES_FILE,
		standard: "routes.json",
		read: (json) => readRoutes(json, known),
		untilStored: (lines) =>
			`until the stored routes can be read, ${lines === undefined ? "everything goes everywhere" : `the package's own count (${lines.length} lines)`}`,
		resolve,
		stored,
	});
}

/** What names in a file can mean with these settings. */
export function knownNames({ destinations, FALLBACK: fallback }: Pick<Settings, "FALLBACK" | "destinations">): KnownNames {
	return { destinations, fallback, settingFor: addressOf };
}
