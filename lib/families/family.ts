import type { Rule } from "../detect/rule.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { ToolSecrets } from "../secrets/tool-secrets.ts";
import type { Mode, Sighting } from "../sighting/sighting.ts";
import type { ToolReader } from "../sighting/tool-reader.ts";

/**
 * One kind of tunnel tool, and all that is known about it. A new one is its folder and its line in index.ts: findings,
 * cards, hunting queries and what is removed as secret follow from here.
 */
export interface Family {
	/** Never changes: findings are stored under it. */
	readonly id: string;
	/** All carry this family's id. */
	readonly rules: readonly Rule[];
	/** How it is recognised in a record, and its command line read. */
	readonly reader: ToolReader;
	readonly secrets: ToolSecrets;
	readonly words: FamilyWords;
	/** One tabular KQL expression without `let` and `;` that finds the tool in any form; the caller narrows it down. */
	readonly hunting: string;
}

/** How people are told about the family. */
export interface FamilyWords {
	/** The tool's name in a sentence: "cloudflared". */
	readonly tool: Redacted;
	/** Many of its tunnels: "Cloudflare tunnels". */
	readonly tunnels: Redacted;
	/** What happened, in a few words that stand before "on FIN-LT-0142". */
	readonly title: (sighting: Sighting) => Redacted;
	/** How the tunnel was started; absent or empty where there is nothing to say. */
	readonly modes: Readonly<Partial<Record<Mode, Redacted>>>;
	/** Type of the OCSF enrichment that holds the verdict. */
	readonly ocsfType: string;
}
