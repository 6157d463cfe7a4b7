import { expect, test } from "vitest";
import type { Approval } from "../../lib/verdict/approvals.ts";
import { weigh } from "../../lib/verdict/severity-table.ts";
import { decideOwnership } from "../../lib/verdict/standing.ts";
import { at, redacted } from "../builders.ts";
import { variants } from "./samples.ts";

const corporate: Approval = {
	number: 1,
	label: redacted("Corp-IT"),
	account: "e4d909c290d0fb1ca068ffaddf22cbd0",
	tunnels: "any",
	sha256: undefined,
	path: undefined,
	device: undefined,
	deviceGroup: undefined,
	user: undefined,
	owner: redacted("network@example.com"),
	reason: redacted("remote access"),
	until: redacted("2027-03-01"),
	ends: at("30T00:00:00"),
};
const sampled = "9f86d081884c7d659a2feaa0c55ad015";

// Pictures and the published example are made of the samples: they must not promise what the product never says.
test.each([
	["new", [corporate]],
	["new, quick tunnel", [corporate]],
	["new, ours", [{ ...corporate, account: sampled }]],
	["worse", [corporate]],
])("the sample '%s' has the verdict and the severity that the product gives", (name, approvals) => {
	const notice = variants[name];
	if (notice?.type !== "finding") throw new Error("no such sample");
	const { severity, device, worst } = notice.finding;
	const { ownership } = decideOwnership(worst, approvals, at("21T19:36:04"), undefined);
	expect(worst.ownership).toEqual(ownership);
	const weighed = weigh({
		rules: "medium",
		verdict: ownership.verdict,
		mode: worst.mode,
		exposes: worst.exposes.map((target) => target.class),
		renamed: worst.program.renamed,
		account: worst.tunnel !== undefined,
		device: device.facts?.kind ?? "unknown",
		firstInTenant: undefined,
		lowered: false,
	});
	expect({ severity: worst.severity, reason: worst.severityReason }).toEqual(weighed);
	expect(severity).toBe(worst.severity);
});
