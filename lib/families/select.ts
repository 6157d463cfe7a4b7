import { type Rule, type RuleSet, ruleSets } from "../detect/rule.ts";
import { allRules } from "./all-rules.ts";

export type Selection =
	| { readonly ok: true; readonly rules: readonly Rule[] }
	| { readonly ok: false; readonly mistakes: readonly string[] };

/**
 * Reads the setting RULES: sets and ids to add, `-id` to remove, separated by commas or blanks. If it only removes, or
 * is empty, it starts from the recommended set. Mistakes name the position in the list, not the text.
 */
export function selectRules(setting: string): Selection {
	const items = setting.split(/[\s,]+/).filter((item) => item !== "");
	const added = items.filter((item) => !item.startsWith("-"));
	const dropped = new Set(items.filter((item) => item.startsWith("-")).map((item) => item.slice(1)));
	const chosen = new Set((added.length === 0 ? ["recommended"] : added).flatMap(idsOf));

	const mistakes = items.flatMap((item, index) => mistakeIn(item, index + 1));
	const rules = allRules.filter((rule) => chosen.has(rule.id) && !dropped.has(rule.id));
	if (mistakes.length === 0 && rules.length === 0) mistakes.push("No rule is left: nothing would ever be found.");
	return mistakes.length === 0 ? { ok: true, rules } : { ok: false, mistakes };
}

function idsOf(item: string): readonly string[] {
	return isRuleSet(item) ? rulesOfSet(item).map((rule) => rule.id) : [item];
}

/** The rules of a set; each set holds the smaller ones. */
export function rulesOfSet(set: RuleSet): readonly Rule[] {
	return allRules.filter((rule) => ruleSets.indexOf(rule.set) <= ruleSets.indexOf(set));
}

function mistakeIn(item: string, place: number): readonly string[] {
	const id = item.startsWith("-") ? item.slice(1) : item;
	if (allRules.some((rule) => rule.id === id) || (id === item && isRuleSet(item))) return [];
	if (isRuleSet(id)) return [`Item ${place} takes away a whole set; name the smaller set instead, or take away single ids.`];
	return [`Item ${place} is neither a set (${ruleSets.join(", ")}) nor the id of a rule; \`tunnelwatch rules\` lists them.`];
}

function isRuleSet(item: string): item is RuleSet {
	return (ruleSets as readonly string[]).includes(item);
}
