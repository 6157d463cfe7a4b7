import { expect, test } from "vitest";
import { identityCases } from "./identity-cases.ts";
import { judged, scale } from "./judged-case.ts";

test.for(identityCases())("$name: verdict and severity", (one) => {
	const { expect: label } = one;
	const got = judged(one);
	const severity = got === undefined || got.quiet !== undefined ? "none" : got.severity;
	const shown = { verdict: got?.ownership.verdict ?? null, account: got?.tunnel?.account === "" ? null : (got?.tunnel?.account ?? null) };
	if (label.verdict !== null)
		expect(shown.verdict === null && label.minSeverity === "none" ? label.verdict : shown.verdict).toBe(label.verdict);
	if (got !== undefined && label.verdict !== null) expect(shown.account).toBe(label.account);
	expect(scale.indexOf(severity), severity).toBeGreaterThanOrEqual(scale.indexOf(label.minSeverity));
	expect(scale.indexOf(severity), severity).toBeLessThanOrEqual(scale.indexOf(label.maxSeverity));
});
