import { isWorse } from "../../detect/severity-scale.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { FindRule, RuleFacts } from "../rule-facts.ts";
import { type Inert, idText, inert, joined, say } from "../text.ts";

/** The rule that speaks for the finding: the most severe of the worst sighting that is still known. */
export function mainRule(finding: Finding, rules: FindRule): RuleFacts | undefined {
	return finding.worst.rules
		.toSorted((left, right) => Number(isWorse(right.severity, left.severity)) - Number(isWorse(left.severity, right.severity)))
		.map(({ id }) => rules(id))
		.find((facts) => facts !== undefined);
}

export function ruleTitle(id: string, rules: FindRule): Inert {
	const facts = rules(id);
	return facts === undefined ? idText(id) : ruleText(facts.title, 80);
}

/** "cloudflared ran from … (ATT&CK T1090.001, T1572)." */
export function whyWords(finding: Finding, rules: FindRule): Inert {
	const attack = joined(
		attackIds(finding, rules).map((id) => ruleText(id, 10)),
		say`, `,
	);
	const meaning = ruleText(mainRule(finding, rules)?.meaning ?? fallbackMeaning, 400);
	return attack === "" ? meaning : say`${meaning} (ATT&CK ${attack})`;
}

/**
 * Three steps, each doable from where the reader is: the rule's own, filled up with what always applies. A foreign tunnel
 * can be cut at once, so that is the second thing to do.
 */
export function stepWords(finding: Finding, rules: FindRule): readonly Inert[] {
	const runbook = mainRule(finding, rules)?.runbook ?? [];
	const isUrgent = finding.worst.ownership.verdict === "not-ours" && !runbook.some((step) => /isolate/i.test(step));
	const steps = isUrgent ? [...runbook.slice(0, 1), isolate, ...runbook.slice(1)] : runbook;
	return [...new Set([...steps, isolate, ...fallbackSteps])].slice(0, 3).map((step) => ruleText(step, 220));
}

/** ATT&CK ids of all rules that fired, each once. */
export function attackIds(finding: Finding, rules: FindRule): readonly string[] {
	return [...new Set(finding.rules.flatMap((id) => rules(id)?.attack ?? []))].filter((id) => /^T\d{4}(\.\d{3})?$/.test(id));
}

const fallbackMeaning =
	"The device may be reachable from the internet without an open port on your firewall. Attackers use this to come back in, mostly by RDP.";

const isolate = "Nobody can explain it: isolate the device from its page in Defender. That cuts the tunnel, Defender stays connected.";

const fallbackSteps = [
	"Check for logons from 127.0.0.1 on this device since then; RDP through a tunnel arrives from there.",
	"Ask the user if they started it. No good answer: treat it as hostile.",
];

/** A rule's words are ours and hold no secret; they take the same way as all others, so that nothing needs trust. */
function ruleText(text: string, max: number): Inert {
	return inert(text as Redacted, max);
}
