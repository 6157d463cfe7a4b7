import type { Rule } from "../detect/rule.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { ToolSecrets } from "../secrets/tool-secrets.ts";
import type { Mode, Sighting } from "../sighting/sighting.ts";
import type { ToolReader } from "../sighting/tool-reader.ts";
import type { VerdictWords } from "../verdict/words.ts";

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

/**
 * A step to take, with holes for what is known: `{account} {device} {file} {program} {target} {tokenFile} {tunnel}`;
 * `program` is the file or else the tool. A step is left out while one of its holes cannot be filled.
 */
export type StepTemplate = string;

/** What to do, where it depends on the tool. */
export interface FamilySteps {
	/** An account is known, and nobody has said whose it is. */
	readonly account?: StepTemplate;
	/** How to learn the account, by how the tunnel was started. */
	readonly findAccount: Readonly<Partial<Record<Mode, StepTemplate>>>;
	/** An approved tunnel lets something in. */
	readonly approvedTarget?: StepTemplate;
	/** The credential of an approved tunnel stands where others can read it, by how it was started. */
	readonly exposedCredential: Readonly<Partial<Record<Mode, StepTemplate>>>;
}

/**
 * What a sighting is evidence of: a *tunnel* that is opened, installed or running here; a *client* that goes out through
 * one; a *visit* of another program to somebody's tunnel; a *command* of the tool that opens none; a mere *trace*, such as a
 * file.
 */
export type Scene = "tunnel" | "client" | "visit" | "command" | "trace";

/** How people are told about the family. */
export interface FamilyWords extends VerdictWords {
	/** Many of its tunnels: "X tunnels". */
	readonly tunnels: Redacted;
	readonly steps: FamilySteps;
	/** Absent: all that its rules find is a tunnel. */
	readonly scene?: (sighting: Sighting) => Scene;
	/** Why it matters, where that says more than the rule with id `main`; absent or `undefined`: the rule's own words fit. */
	readonly why?: (sighting: Sighting, main: string | undefined) => Redacted | undefined;
	/** What happened, in a few words that stand before "on FIN-LT-0142". */
	readonly title: (sighting: Sighting) => Redacted;
	/** How the tunnel was started; absent or empty where there is nothing to say. */
	readonly modes: Readonly<Partial<Record<Mode, Redacted>>>;
	/** Type of the OCSF enrichment that holds the verdict. */
	readonly ocsfType: string;
}
