import type { DeviceContext } from "../../../lib/defender/device.ts";
import { createMatcher } from "../../../lib/detect/match.ts";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { cloudflaredWords } from "../../../lib/families/cloudflared/card-words.ts";
import { families } from "../../../lib/families/index.ts";
import { redact } from "../../../lib/families/redact.ts";
import type { Sighting } from "../../../lib/sighting/sighting.ts";
import { readApprovals } from "../../../lib/verdict/approvals.ts";
import { judge } from "../../../lib/verdict/judge.ts";
import { sightOne } from "../../sighting/sight-one.ts";
import { type IdentityCase, recordOf } from "./identity-cases.ts";

const match = createMatcher(families.flatMap(({ rules }) => rules));
const now = new Date("2026-11-25T10:00:00Z");
const aServer: DeviceContext = {
	tenantId: "",
	deviceId: "",
	name: "",
	os: "",
	kind: "server",
	group: "",
	publicIp: "",
	adapters: [],
	users: [],
	exposure: "",
	internetFacing: undefined,
	at: now,
};
export const scale = ["none", ...severities];

/** A labelled record through all rules, the reader and the judge; `undefined` where no rule sees it. */
export function judged(one: IdentityCase): Sighting | undefined {
	const record = recordOf(one);
	const matches = match(record);
	if (matches.length === 0) return undefined;
	const approvals = readApprovals(
		JSON.stringify({
			approvals: one.approvals.map(({ sharedAccount, ...rest }) => ({ ...rest, ...(sharedAccount === true ? { shared: true } : {}) })),
		}),
		now,
	);
	const server = one.record["DeviceType"] === "Server";
	return judge(sightOne(record, matches), {
		approvals: approvals.ok ? approvals.approvals : [],
		remembered: [],
		device: server ? aServer : undefined,
		firstInTenant: undefined,
		now,
		redact,
		words: cloudflaredWords,
	});
}
