import type { DeviceClass, DeviceContext } from "../../lib/defender/device.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { type Decision, decide, defaultPolicy } from "../../lib/findings/policy.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { recordOf } from "../families/cloudflared/identity-cases.ts";
import { base64 } from "../families/cloudflared/tokens.ts";
import { sight } from "../sighting/sight-one.ts";

const match = createMatcher(rulesOfSet("recommended"));

const account = "2b7f0c9d4e1a48639d05f7c2a8b61e34";
const tunnel = "9a3c51d7-08be-4f62-a7d1-63e04b9f2c85";
/** Of an approved tunnel, and of one that nobody knows. */
export const approvedToken = tokenOf(account, tunnel);
export const foreignToken = tokenOf("e80d4b6a93f1427cb5d26c07fa18395e", "c40f7b19-52ea-4d38-91b6-0a7e3d85f2c4");

export function tokenOf(accountTag: string, tunnelId: string): string {
	return base64(`{"a":"${accountTag}","t":"${tunnelId}","s":"${base64("SYNTHETIC-EXAMPLE-NOT-A-SECRET-0")}"}`);
}

const read = readApprovals(
	JSON.stringify({
		approvals: [
			{ name: "Field portal", account, tunnels: [tunnel], owner: "net@example.com", reason: "request 2210", until: "2035-12-31" },
		],
	}),
	new Date("2026-11-25T10:00:00Z"),
);

export interface Row {
	readonly table?: string;
	/** Of 25 November 2026: `09:59:58`. */
	readonly time: string;
	readonly columns: Readonly<Record<string, unknown>>;
}

/** What a batch came to: why something is told or is not, and its sightings in the order of their rows. */
export interface Chapter {
	readonly reason: Decision["reason"] | "nothing";
	readonly sightings: readonly Sighting[];
	readonly finding: Finding | undefined;
}

/** One device through rules, reader, judge and policy, batch after batch; each arrives with its last row. */
export async function deviceStory(batches: readonly (readonly Row[])[], kind: DeviceClass = "workstation"): Promise<readonly Chapter[]> {
	let finding: Finding | undefined;
	let number = 0;
	const judge = createMemory({
		approvals: () => (read.ok ? read.approvals : []),
		finding: () => Promise.resolve(finding),
		device: () => Promise.resolve({ ...anyDevice, kind }),
		release: () => Promise.resolve(undefined),
		prevalence: () => Promise.resolve({}),
	});
	const chapters: Chapter[] = [];
	for (const batch of batches) {
		const now = new Date(`2026-11-25T${batch.at(-1)?.time ?? "10:00:00"}Z`);
		const seen = batch.flatMap(({ table = "DeviceProcessEvents", time, columns }) => {
			const record = recordOf({ table, record: { Timestamp: `2026-11-25T${time}Z`, ReportId: ++number, ...columns } });
			return sight(record, match(record));
		});
		const sightings = await judge(seen, now);
		const decision = sightings.length === 0 ? undefined : decide(finding, sightings, now, defaultPolicy);
		if (decision !== undefined && decision.reason !== "repeat") finding = decision.finding;
		chapters.push({ reason: decision?.reason ?? "nothing", sightings, finding });
	}
	return chapters;
}

const anyDevice: DeviceContext = {
	...{ tenantId: "", deviceId: "", name: "", os: "", kind: "unknown", group: "", publicIp: "", adapters: [], users: [], exposure: "" },
	internetFacing: undefined,
	at: new Date("2026-11-25T00:00:00Z"),
};
