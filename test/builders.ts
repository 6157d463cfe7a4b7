import type { Finding } from "../lib/findings/finding.ts";
import type { Redacted } from "../lib/secrets/redacted.ts";
import type { Sighting } from "../lib/sighting/sighting.ts";

/** Test text is ours and holds no secret, so it may carry the type. */
export function redacted(text: string): Redacted {
	return text as Redacted;
}

/** "21T19:36:04" → that moment in November 2026, UTC. */
export function at(dayAndTime: string): Date {
	return new Date(`2026-11-${dayAndTime}Z`);
}

export const deviceId = "a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe";
export const tenantId = "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60";

/** A valid sighting: a portable cloudflared with a token on a laptop. Override what the test is about. */
export function aSighting(change: Partial<Sighting> = {}): Sighting {
	return {
		recordId: "0a1b2c3d4e5f",
		family: "cloudflared",
		device: {
			tenantId: redacted(tenantId),
			id: redacted(deviceId),
			name: redacted("fin-lt-0142.corp.example.com"),
			group: redacted("Finance"),
		},
		table: "DeviceProcessEvents",
		actionType: redacted("ProcessCreated"),
		reportId: redacted("40213"),
		timestamp: redacted("2026-11-21T19:36:04.0082679Z"),
		at: at("21T19:36:04.008"),
		times: 1,
		severity: "medium",
		rules: [
			{
				id: "cloudflared-usage",
				severity: "medium",
				evidence: [{ column: "FileName", test: 'has "cloudflared"', value: redacted("cloudflared.exe") }],
			},
		],
		program: {
			fileName: redacted("cloudflared.exe"),
			path: redacted("C:\\Users\\j.meyer\\Downloads\\cloudflared.exe"),
			folderClass: "user",
			commandLine: redacted("cloudflared.exe tunnel run --token [removed: 184 characters]"),
			sha256: "3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2",
			sha1: "5e2b1f0c9d7a4b8e6f3a2c1d0e9f8a7b6c5d4e3f",
			renamed: false,
			user: redacted("CONTOSO\\j.meyer"),
			elevated: true,
			chain: [redacted("explorer.exe"), redacted("powershell.exe"), redacted("cloudflared.exe")],
		},
		mode: "named-token",
		tunnel: {
			account: "9f86d081884c7d659a2feaa0c55ad015",
			tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551ef",
			endpoint: "",
			fingerprint: "1b4f0e98",
		},
		exposes: [],
		hostname: redacted(""),
		ownership: { verdict: "cannot-tell", reason: redacted("No approvals are configured, so no account counts as ours.") },
		...change,
	};
}

/** A valid open finding whose first notice is wanted. Override what the test is about. */
export function aFinding(change: Partial<Finding> = {}): Finding {
	const sighting = aSighting();
	return {
		key: "3f9c2a7d5110aabbccddeeff",
		device: sighting.device,
		family: "cloudflared",
		status: "open",
		severity: "medium",
		noticeSeverity: "medium",
		count: 1,
		firstSeen: sighting.at,
		lastSeen: sighting.at,
		touchedAt: sighting.at,
		want: 1,
		countAtNotice: 1,
		reasons: { new: 1 },
		changes: [],
		quietMs: 24 * 3_600_000,
		nextNoticeAt: at("22T19:36:10"),
		deferredTo: undefined,
		changesLeft: 3,
		seen: [sighting.recordId],
		sigs: ["tunnel:6ff42ae2"],
		rules: ["cloudflared-usage"],
		tunnels: sighting.tunnel === undefined ? [] : [{ tunnel: sighting.tunnel, at: sighting.at }],
		serviceEvents: [],
		approvedFirsts: [],
		deeds: [],
		newest: sighting,
		worst: sighting,
		...change,
	};
}
