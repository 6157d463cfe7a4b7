import { isWorse } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { FindRule, RuleFacts } from "../rule-facts.ts";
import { type Inert, idText, inert, inertText, joined } from "../text.ts";

/** The rule that speaks for the finding: the most severe of the worst sighting that is still known. */
export function mainRule(finding: Finding, rules: FindRule): RuleFacts | undefined {
	return finding.worst.rules
		.toSorted((left, right) => Number(isWorse(right.severity, left.severity)) - Number(isWorse(left.severity, right.severity)))
		.map(({ id }) => rules(id))
		.find((facts) => facts !== undefined);
}

/** The rule's title, cut at 80 characters; its id if the rule no longer exists. */
export function ruleTitle(id: string, rules: FindRule): Inert {
	const facts = rules(id);
	return facts === undefined ? idText(id) : ruleText(facts.title, 80);
}

/** Why it matters: by what was seen where that tells more, else by the rule that speaks for the finding. */
export function whyWords(finding: Finding, rules: FindRule): Inert {
	const { worst } = finding;
	const main = mainRule(finding, rules);
	return ruleText(findFamily(worst.family)?.words.why?.(worst, main?.id) ?? main?.meaning ?? fallbackMeaning, 400);
}

/** "T1090.001, T1572" */
export function attackWords(finding: Finding, rules: FindRule): Inert {
	return joined(
		attackIds(finding, rules).map((id) => ruleText(id, 10)),
		inertText`, `,
	);
}

/** The rules that fired on one line: the one that speaks for the finding, and how many others; *Details* names them all. */
export function rulesLine(finding: Finding, rules: FindRule): Inert {
	const main = mainRule(finding, rules)?.id ?? finding.rules[0];
	if (main === undefined) return inertText``;
	const others = finding.rules.filter((id) => id !== main).length;
	return others === 0 ? ruleTitle(main, rules) : inertText`${ruleTitle(main, rules)} + ${others} more`;
}

/** ATT&CK ids of all rules that fired, each once. */
export function attackIds(finding: Finding, rules: FindRule): readonly string[] {
	return [...new Set(finding.rules.flatMap((id) => rules(id)?.attack ?? []))].filter((id) => /^T\d{4}(\.\d{3})?$/.test(id));
}

const fallbackMeaning =
	"The device may be reachable from the internet without an open port on your firewall. Attackers use this to come back in, mostly by RDP.";

/** A rule's words are ours and hold no secret; they take the same way as all others, so that nothing needs trust. */
function ruleText(text: string, max: number): Inert {
	return inert(text as Redacted, max);
}
