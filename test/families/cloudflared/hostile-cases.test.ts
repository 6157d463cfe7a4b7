import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { decodeMessage } from "../../../lib/defender/envelope.ts";
import { createMatcher } from "../../../lib/detect/match.ts";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { cloudflaredWords } from "../../../lib/families/cloudflared/card-words.ts";
import { families } from "../../../lib/families/index.ts";
import { redact } from "../../../lib/families/redact.ts";
import { rulesOfSet } from "../../../lib/families/select.ts";
import type { Finding } from "../../../lib/findings/finding.ts";
import { decide, defaultPolicy } from "../../../lib/findings/policy.ts";
import { createSight } from "../../../lib/sighting/sight.ts";
import type { Sighting } from "../../../lib/sighting/sighting.ts";
import { readApprovals } from "../../../lib/verdict/approvals.ts";
import { judge } from "../../../lib/verdict/judge.ts";
import { fixture } from "./vectors.ts";

const expected = z
	.array(
		z.object({
			device: z.string(),
			name: z.string(),
			speak: z.boolean(),
			atLeast: z.enum(severities).optional(),
			verdict: z.string().optional(),
		}),
	)
	.parse(fixture("hostile.expected.json"));
const now = new Date("2026-11-21T12:00:00Z");
const match = createMatcher(rulesOfSet("recommended"));
const sight = createSight(families, redact);
const sample = readApprovals(readFileSync(new URL("../../../samples/approvals.json", import.meta.url), "utf8"), now);

function judgedIn(name: string): readonly Sighting[] {
	const text = readFileSync(new URL(`../../fixtures/identity/${name}`, import.meta.url), "utf8");
	const knowledge = {
		approvals: sample.ok ? sample.approvals : [],
		remembered: [],
		device: undefined,
		firstInTenant: undefined,
		now,
		redact,
		words: cloudflaredWords,
	};
	return text
		.trimEnd()
		.split("\n")
		.flatMap((line) => decodeMessage(new TextEncoder().encode(line)).records)
		.flatMap((record) => sight(record, match(record)))
		.map((one) => judge(one, knowledge));
}

const judged = judgedIn("hostile.ndjson");

test.for(expected)("$name: somebody is told, and nothing makes it quieter", ({ device, speak, atLeast, verdict }) => {
	const own = judged.filter((one) => one.device.id === device);
	expect(own.some(({ quiet }) => quiet === undefined)).toBe(speak);
	const worst = Math.max(...own.map(({ severity }) => severities.indexOf(severity)));
	expect(worst).toBeGreaterThanOrEqual(severities.indexOf(atLeast ?? "info"));
	if (verdict !== undefined) expect(own.map((one) => one.ownership.verdict)).toContain(verdict);
	expect(own.map((one) => one.ownership.verdict)).not.toContain("ours");
});

test("a strong fact is told at once after four cheap ones have used up their changes", () => {
	const reasons: string[] = [];
	let finding: Finding | undefined;
	for (const sighting of judgedIn("sequence-budget.ndjson")) {
		const decided = decide(finding, [sighting], sighting.at, defaultPolicy);
		reasons.push(decided.reason);
		if (decided.reason !== "repeat") finding = decided.finding;
	}
	expect(reasons).toHaveLength(5);
	expect(["changed", "worse"]).toContain(reasons.at(-1));
});
