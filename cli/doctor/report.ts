import type { Result } from "./check.ts";

const signs = { ok: "✔", warning: "!", failure: "✖", skipped: "–", unconfirmed: "?" } as const;

/** One finding of a check, for people. */
export function resultText(result: Result): string {
	const head = `${signs[result.verdict]} ${result.check.padEnd(13)} ${result.says}`;
	return "why" in result ? `${head}\n    why         ${result.why}\n    fix         ${result.fix}` : head;
}

/** The closing line: how many checks were fine, need a look, are broken or were skipped. */
export function endText(results: readonly Result[]): string {
	const count = (verdict: Result["verdict"]) => results.filter((one) => one.verdict === verdict).length;
	return `${count("ok")} fine, ${count("warning") + count("unconfirmed")} to look at, ${count("failure")} broken, ${count("skipped")} not looked at.`;
}
