import { expect, test } from "vitest";
import { identityCases } from "./identity-cases.ts";
import { judged, scale } from "./judged-case.ts";

test.for(identityCases())("$name: verdict and severity", (one) => {
	const { expect: label } = one;
	const got = judged(one);
	const severity = got === undefined || got.quiet !== undefined ? "none" : got.severity;
	if (label.verdict !== null) {
		expect(got?.ownership.verdict).toBe(label.verdict);
		expect(got?.tunnel?.account || null).toBe(label.account);
	}
	expect(scale.indexOf(severity), severity).toBeGreaterThanOrEqual(scale.indexOf(label.minSeverity));
	expect(scale.indexOf(severity), severity).toBeLessThanOrEqual(scale.indexOf(label.maxSeverity));
});
