import { kqlQuery } from "./kql.ts";
import type { Example, Rule } from "./rule.ts";

/** docs/rules.md: every rule with its meaning, query, examples and what to do, from the rules themselves. */
export function rulesPage(rules: readonly Rule[]): string {
	return [
		"# Rules",
		"",
		"<!-- Written by `npm run docs` from lib/families/*/rules; change a rule there. -->",
		"",
		"The two rules of the set `base` are published ones, exact and never widened. What they miss is caught by companion rules:",
		"`recommended` (the default) adds those with few false positives, `all` the rest. The setting `RULES` takes a set, ids, and",
		"`-id` to take one away. The queries are for advanced hunting; they say the same as the rules, except that KQL cannot decode",
		"a tunnel token: there the query looks for how tokens start.",
		"",
		"| rule | severity | set | title |",
		"|---|---|---|---|",
		...rules.map(({ id, severity, set, title }) => `| [\`${id}\`](#${id}) | ${severity} | ${set} | ${title} |`),
		...rules.flatMap(section),
		"",
	].join("\n");
}

function section(rule: Rule): readonly string[] {
	return [
		"",
		`## ${rule.id}`,
		"",
		`**${rule.title}.** ${rule.meaning}`,
		"",
		`Severity ${rule.severity} · set \`${rule.set}\` · family \`${rule.family}\` · ${rule.attack.map(technique).join(", ")}`,
		...origin(rule),
		"",
		"```kusto",
		kqlQuery(rule),
		"```",
		"",
		"What to do:",
		"",
		...rule.runbook.map((step, index) => `${index + 1}. ${step}`),
		"",
		"May also be:",
		"",
		...rule.falsePositives.map((other) => `- ${other}`),
		"",
		"Fires on:",
		"",
		...rule.examples.match.map(example),
		"",
		"Stays silent on:",
		"",
		...rule.examples.ignore.map(example),
		"",
		`Read more: ${rule.references.map((reference) => `<${reference}>`).join(", ")}`,
	];
}

function origin({ origin: from }: Rule): readonly string[] {
	if (from === undefined) return [];
	return ["", `By ${from.author}, ${from.sigma === undefined ? "" : `Sigma rule ${from.sigma}, `}<${from.source}>`];
}

function technique(id: string): string {
	return `[${id}](https://attack.mitre.org/techniques/${id.replace(".", "/")}/)`;
}

function example(columns: Example): string {
	const cells = Object.entries(columns).map(([column, value]) => `${column} \`${String(value)}\``);
	return `- ${cells.length === 0 ? "a record without any of the columns" : cells.join(", ")}`;
}
