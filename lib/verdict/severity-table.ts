import { isWorse, type Severity, severities, worst } from "../detect/severity-scale.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import { disguised, type Facts, isTool, opens, renamed, webOnClient } from "./severity-facts.ts";
import { raising, type SituationRow, situations } from "./severity-rows.ts";
import { type VerdictWords, type Wording, worded } from "./words.ts";

export interface Weighed {
	readonly severity: Severity;
	/** What decided, for people. */
	readonly reason: Redacted;
}

/** How urgent a sighting is, and why: the rules' own severity, one step for what raises or lowers, within the bounds of the table. */
export function weigh(facts: Facts, words: VerdictWords): Weighed {
	const rows = situations.filter((row) => row.when(facts));
	const [only] = rows.filter(({ most }) => most === "info");
	if (only !== undefined) return { severity: "info", reason: worded(only.reason, words) };
	const least = worst(rows.map((row) => row.least ?? "info"));
	const most = rows.length === 0 ? "critical" : worst(rows.map((row) => row.most ?? "critical"));
	const raise = raising.find((row) => row.when(facts));
	const launched = webOnClient(facts) && facts.reading.launched;
	const lowered = launched || facts.memory === "lowers" || (facts.weakApproval && facts.verdict === "cannot-tell");
	const stepped = step(startOf(facts), (raise === undefined ? 0 : 1) - (lowered ? 1 : 0));
	const severity = isWorse(stepped, most) ? most : isWorse(least, stepped) ? least : stepped;
	return { severity, reason: worded(reasonOf(severity, rows, facts.rules, raise?.reason), words) };
}

/**
 * Of the tool under its own name the table knows what is grave; what a rule takes for a disguise is none there. A disguise
 * that is certain is high, whichever rules its texts let match.
 */
function startOf(facts: Facts): Severity {
	if (disguised(facts) && isWorse("high", facts.rules)) return "high";
	if (renamed(facts) && !facts.reading.file && !disguised(facts) && !opens(facts)) return "medium";
	const plain = isTool(facts) && !renamed(facts) && !facts.reading.pretends;
	return plain && isWorse(facts.rules, "medium") ? "medium" : facts.rules;
}

function step(severity: Severity, by: number): Severity {
	const at = Math.min(severities.length - 1, Math.max(0, severities.indexOf(severity) + by));
	return severities[at] ?? severity;
}

/** The row that sets the bound that was reached; else what moved it; else the first situation. */
function reasonOf(severity: Severity, rows: readonly SituationRow[], rules: Severity, raised: Redacted | undefined): Wording {
	const floor = rows.find((row) => row.least === severity);
	const ceiling = rows.find((row) => row.most === severity);
	if (severity !== rules && floor !== undefined) return floor.reason;
	if (isWorse(severity, rules) && raised !== undefined) return raised;
	return floor?.reason ?? ceiling?.reason ?? rows[0]?.reason ?? redactedText`as the rule says`;
}
