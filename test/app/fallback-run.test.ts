import { afterAll, beforeAll, expect, test } from "vitest";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import { findingAddress, findingValues } from "../../lib/findings/finding-row.ts";
import { claim, raise } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues } from "../../lib/outbox/owed-row.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aFinding } from "../builders.ts";

let azurite: Azurite;
beforeAll(async () => {
	azurite = await startAzurite();
});
afterAll(() => azurite.close());

test("a late finding that a newer version wrote is left to it: the fallback is not told, and the minute's run goes on to its end", async () => {
	const table = createTableStore({ connectionString: azurite.connectionString(), tableName: "late" });
	await table.ensure();
	const finding = aFinding({ severity: "critical", noticeSeverity: "critical" });
	// Written by a version to come, which this one must not touch.
	await table.create({ ...findingAddress(finding.key), values: { ...findingValues(finding), v: 99 } });
	const owed = raise(undefined, { reason: "new", finding, urgency: "severe", dueAt: new Date("2026-01-01T00:00:00Z") });
	const elsewhere = claim(owed, "somebody", new Date("2100-01-01T00:00:00Z"));
	await table.create({ ...owedAddress(finding.key, "webhook"), values: owedValues(elsewhere) });
	const app = createAzureApp(
		{
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			TABLE_NAME: "late",
			WEBHOOK_URL: "http://127.0.0.1:9/",
			TEAMS_WEBHOOK_URL: "http://127.0.0.1:9/",
			FALLBACK: "teams",
		},
		"/nowhere",
	);
	const [line] = await app.deliver();

	expect(line).toMatchObject({ event: "deliver", owed: 1, sent: 0 });
	expect((await table.get(findingAddress(finding.key)))?.values["v"]).toBe(99);
	expect(await table.get(owedAddress(finding.key, "teams"))).toBeUndefined();
});
