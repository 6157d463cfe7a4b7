import type { Column, TableName } from "../defender/tables.ts";
import type { Condition } from "./condition.ts";
import type { Severity } from "./severity-scale.ts";

export const ruleSets = ["base", "recommended", "all"] as const;

/** Each set holds the ones before it. */
export type RuleSet = (typeof ruleSets)[number];

/** The columns an example is about; the others are empty. */
export type Example = Readonly<Partial<Record<Column, string | number | boolean | null>>>;

/** What to look for, and everything a person needs when it is found. Data only: no rule brings its own code. */
export interface Rule {
	/** Never changes: approvals, findings and dashboards refer to it. */
	readonly id: string;
	readonly title: string;
	/** Where a published rule comes from; its licence may demand that this is shown. */
	readonly origin?: { readonly author: string; readonly source: string; readonly sigma?: string };
	/** Sightings of one family on one device make one finding. */
	readonly family: string;
	readonly severity: Severity;
	/**
	 * What the rule says about who runs, where its condition can only guess: the tool under another name, or something that
	 * starts it. Where the whole record says otherwise the match does not count.
	 */
	readonly claims?: "renamed" | "wrapped";
	/** Smallest set the rule belongs to. */
	readonly set: RuleSet;
	/** MITRE ATT&CK technique ids. */
	readonly attack: readonly string[];
	/** Why it matters, in one or two plain sentences. */
	readonly meaning: string;
	readonly tables: readonly TableName[];
	readonly when: Condition;
	/** Each step names a field and a time window. */
	readonly runbook: readonly string[];
	readonly falsePositives: readonly string[];
	readonly references: readonly string[];
	readonly examples: { readonly match: readonly Example[]; readonly ignore: readonly Example[] };
}
