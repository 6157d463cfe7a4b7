import type { Condition } from "./condition.ts";
import type { Rule } from "./rule.ts";
import { spell } from "./spell.ts";

/** The rule as a query for advanced hunting; the caller adds the device and the time. */
export function kqlQuery(rule: Rule): string {
	const source = rule.tables.length === 1 ? rule.tables.join() : `union ${rule.tables.join(", ")}`;
	return `${source}\n| where ${kqlCondition(rule.when)}`;
}

/** The condition as a KQL predicate, each part of the outermost group on its own line. */
export function kqlCondition(condition: Condition): string {
	return phrase(condition, "\n    ");
}

function phrase(condition: Condition, lineBreak: string): string {
	switch (condition.kind) {
		case "all":
			return group(condition.parts, "and", lineBreak);
		case "any":
			return group(condition.parts, "or", lineBreak);
		case "not":
			return `not(${phrase(condition.part, " ")})`;
		case "has":
		case "contains":
		case "startsWith":
		case "endsWith":
		case "equals":
		case "hasAll":
		case "in":
		case "equalsNumber":
		case "hasFlag":
		case "hasWords":
		case "hasShape":
			return `${condition.column} ${spell(condition, true)}`;
	}
}

/** Inner groups get parentheses, so precedence never matters. */
function group(parts: readonly Condition[], operator: "and" | "or", lineBreak: string): string {
	const phrases = parts.map((part) => (part.kind === "all" || part.kind === "any" ? `(${phrase(part, " ")})` : phrase(part, " ")));
	return phrases.join(`${lineBreak}${operator} `);
}
