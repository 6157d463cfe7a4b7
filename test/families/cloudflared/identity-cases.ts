import { readFileSync } from "node:fs";
import * as z from "zod";
import type { DefenderRecord } from "../../../lib/defender/record.ts";
import { tables } from "../../../lib/defender/tables.ts";

const expectation = z.object({
	program: z.string(),
	mode: z.string(),
	account: z.string().nullable(),
	exposes: z.array(z.string()),
	verdict: z.enum(["ours", "not-ours", "cannot-tell"]).nullable(),
	minSeverity: z.string(),
	maxSeverity: z.string(),
});
const labelled = z.object({
	name: z.string(),
	table: z.string(),
	record: z.record(z.string(), z.unknown()),
	approvals: z.array(z.record(z.string(), z.unknown())).default([]),
	expect: expectation,
});

export type IdentityCase = z.infer<typeof labelled>;

export function identityCases(): readonly IdentityCase[] {
	const text = readFileSync(new URL("../../fixtures/identity/identity-cases.ndjson", import.meta.url), "utf8");
	return text
		.trimEnd()
		.split("\n")
		.map((line) => labelled.parse(JSON.parse(line)));
}

export function recordOf({ table, record }: Pick<IdentityCase, "table" | "record">): DefenderRecord {
	const known = Object.keys(tables).find((one): one is keyof typeof tables => one === table);
	if (known === undefined) throw new Error(`no table ${table}`);
	return {
		table: known,
		tenantId: "7c1d2b90-3e4f-4a56-8b7c-9d0e1f2a3b4c",
		exportedAt: "2026-11-25T10:00:00Z",
		columns: { DeviceId: "d".repeat(40), Timestamp: "2026-11-25T09:59:58Z", ...record },
	};
}
