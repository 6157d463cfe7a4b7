import { readFileSync } from "node:fs";
import * as z from "zod";
import { type DeviceContext, withRow } from "../../../lib/defender/device.ts";
import { decodeMessage } from "../../../lib/defender/envelope.ts";
import { createMatcher } from "../../../lib/detect/match.ts";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { families } from "../../../lib/families/index.ts";
import { redact } from "../../../lib/families/redact.ts";
import { rulesOfSet } from "../../../lib/families/select.ts";
import { createSight } from "../../../lib/sighting/sight.ts";
import type { Sighting } from "../../../lib/sighting/sighting.ts";
import { readApprovals } from "../../../lib/verdict/approvals.ts";
import { judge } from "../../../lib/verdict/judge.ts";

const labelled = z.object({
	deviceId: z.string(),
	name: z.string(),
	os: z.string(),
	/** The kind of behaviour, and where it is described. */
	source: z.string(),
	/** Why the label is what it is. */
	why: z.string(),
	set: z.enum(["recommended", "all"]),
	atMost: z.enum(severities).optional(),
	atLeast: z.enum(severities).optional(),
	verdict: z.enum(["not-ours"]).optional(),
});
const list = z.object({ approvals: z.unknown(), cases: z.array(labelled) });

interface Judged {
	readonly label: z.infer<typeof labelled>;
	readonly tables: readonly string[];
	readonly judged: readonly Sighting[];
}

const now = new Date("2026-11-24T10:00:00Z");
const sight = createSight(families, redact);
const matchers = { recommended: createMatcher(rulesOfSet("recommended")), all: createMatcher(rulesOfSet("all")) };

/** The labelled messages of one list, each with what the product makes of it. */
export function fieldCases(name: "everyday" | "further-hostile"): readonly Judged[] {
	const read = (file: string): string => readFileSync(new URL(`../../fixtures/identity/${file}`, import.meta.url), "utf8");
	const { approvals, cases } = list.parse(JSON.parse(read(`${name}.expected.json`)));
	const approved = readApprovals(JSON.stringify(approvals), now);
	if (!approved.ok) throw new Error(approved.mistakes.join("\n"));
	const messages = read(`${name}.ndjson`)
		.trimEnd()
		.split("\n")
		.map((line) => decodeMessage(new TextEncoder().encode(line)));
	return cases.map((label, at) => {
		const { records, devices } = messages[at] ?? { records: [], devices: [] };
		const device = devices.reduce<DeviceContext | undefined>(withRow, undefined);
		const knowledge = { approvals: approved.approvals, remembered: [], device, firstInTenant: undefined, now, redact };
		const seen = records.flatMap((record) => sight(record, matchers[label.set](record)));
		const own = seen.filter((one) => one.device.id === label.deviceId);
		return { label, tables: records.map(({ table }) => table), judged: own.map((one) => judge(one, knowledge)) };
	});
}

/** The worst that somebody is told; "none" where nobody is. */
export function loudest(judged: readonly Sighting[]): string {
	const told = judged.filter(({ quiet }) => quiet === undefined).map(({ severity }) => severities.indexOf(severity));
	return told.length === 0 ? "none" : (severities[Math.max(...told)] ?? "none");
}
