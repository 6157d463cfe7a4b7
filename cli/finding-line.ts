import { type Finding, findingId } from "../lib/findings/finding.ts";

/** The line of `--json` for one finding, as it stands at the end of the run: what really runs there, and whose it is. */
export function findingLine(finding: Finding): object {
	const { device, worst } = finding;
	return {
		type: "finding",
		finding: findingId(finding),
		family: finding.family,
		deviceId: device.id,
		deviceName: device.name,
		severity: finding.severity,
		status: finding.status,
		verdict: worst.ownership.verdict,
		why: worst.ownership.reason,
		program: worst.program.kind ?? (worst.program.renamed ? "renamed" : "named"),
		programFile: worst.program.fileName,
		release: worst.program.release?.version ?? null,
		mode: worst.mode,
		account: worst.tunnel?.account ?? null,
		tunnel: worst.tunnel?.tunnelId ?? null,
		exposes: worst.exposes.map(({ text }) => text),
		rules: finding.rules,
		count: finding.count,
		firstSeen: finding.firstSeen,
		lastSeen: finding.lastSeen,
		mutedUntil: finding.want === 0 ? null : (finding.nextNoticeAt ?? null),
	};
}
