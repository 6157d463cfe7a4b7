import { expect, test } from "vitest";
import { cloudflared } from "../../lib/families/cloudflared/family.ts";
import { redact } from "../../lib/families/redact.ts";
import { type Approval, readApprovals } from "../../lib/verdict/approvals.ts";
import { judge } from "../../lib/verdict/judge.ts";
import { at } from "../builders.ts";
import { variants } from "./samples.ts";

const sampled = "9f86d081884c7d659a2feaa0c55ad015";
const now = at("21T19:36:04");

function approving(account: string, path?: string): readonly Approval[] {
	const entry = {
		name: "Corp-IT",
		account,
		tunnels: "any",
		shared: false,
		owner: "network@example.com",
		reason: "remote access",
		until: "2027-03-01",
	};
	const read = readApprovals(JSON.stringify({ approvals: [path === undefined ? entry : { ...entry, path }] }), now);
	return read.ok ? read.approvals : [];
}

const corporate = approving("e4d909c290d0fb1ca068ffaddf22cbd0");

// Pictures and the published example are made of the samples: they must not promise what the product never says.
test.each([
	["new", corporate],
	["new, quick tunnel", corporate],
	["new, ours", approving(sampled, "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe")],
	["worse", corporate],
])("the sample '%s' has the verdict and the severity that the product gives", (name, approvals) => {
	const notice = variants[name];
	if (notice?.type !== "finding") throw new Error("no such sample");
	const { severity, device, worst } = notice.finding;
	const kind = device.facts?.kind ?? "unknown";
	const context = {
		tenantId: "",
		deviceId: "",
		name: "",
		os: "",
		kind,
		group: "",
		publicIp: "",
		adapters: [],
		users: [],
		exposure: "",
		internetFacing: undefined,
		at: now,
	};
	const judged = judge(
		{ ...worst, severity: "medium" },
		{ approvals, remembered: [], device: context, firstInTenant: undefined, now, redact, words: cloudflared.words },
	);
	expect({ ownership: judged.ownership, severity: judged.severity, reason: judged.severityReason }).toEqual({
		ownership: worst.ownership,
		severity: worst.severity,
		reason: worst.severityReason,
	});
	expect(severity).toBe(worst.severity);
});
