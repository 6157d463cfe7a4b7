import type { Table } from "../../lib/store/table.ts";
import { causeOf, type TroubleCause } from "../../lib/store/trouble.ts";
import type { Result } from "./check.ts";

const why = "Without it the function records nothing: it reads the same messages again and again and alerts nobody.";

export interface TableCheck {
	/** `undefined` when TABLE_ENDPOINT is missing or wrong. */
	readonly table: Table | undefined;
	readonly newId: () => string;
	readonly clock: () => Date;
}

/** Writes, reads and deletes a row of its own, and compares the clocks by the way. */
export async function checkTable({ table, newId, clock }: TableCheck): Promise<readonly Result[]> {
	if (table === undefined) {
		const fix = "Set TABLE_ENDPOINT to https://<account>.table.core.windows.net, the account that the function writes to.";
		return [{ check: "table", verdict: "failure", says: "TABLE_ENDPOINT names no table to look at.", why, fix }, notCompared];
	}
	try {
		const probe = await probeTable(table, newId());
		if (probe.verdict === "failure") return [probe, notCompared];
		const { at } = await table.page({ partitionKey: probeKey, from: "a", to: "b" }, { size: 1 });
		return [probe, checkClock(at, clock())];
	} catch (error) {
		const says = error instanceof Error ? `${error.message.split(". ")[0]}.` : "Table Storage failed.";
		return [{ check: "table", verdict: "failure", says, why, fix: fixFor(says, causeOf(error)) }, notCompared];
	}
}

const probeKey = "doctor";
const notCompared: Result = { check: "clock", verdict: "skipped", says: "Not compared: the table's clock is the measure." };

async function probeTable(table: Table, id: string): Promise<Result> {
	const key = { partitionKey: probeKey, rowKey: `probe-${id}` };
	const created = await table.create({ ...key, values: { v: 1 } });
	if (created.outcome === "tableMissing") {
		const says = "The storage account has no table of the name in TABLE_NAME.";
		const fix = "If the function runs already, set TABLE_NAME to the table it uses. If not: it is created at the first start.";
		return {
			check: "table",
			verdict: "warning",
			says,
			why: "Either nothing has run yet, or this is not the table that the function uses.",
			fix,
		};
	}
	const found = await table.get(key);
	const removed = found === undefined ? "missing" : await table.remove(key, found.etag);
	if (created.outcome === "written" && removed === "removed")
		return { check: "table", verdict: "ok", says: "A row was written, read and deleted." };
	const says = `A row could not be written, read and deleted (${created.outcome}, ${removed}).`;
	return { check: "table", verdict: "failure", says, why, fix: "Look whether something else writes to this table, or a policy locks it." };
}

/** By what the store says; the sentences are its own. */
function fixFor(says: string, cause: TroubleCause): string {
	if (cause === "dns")
		return "Check the account's name in TABLE_ENDPOINT, and in a private network its private DNS zone: the name does not resolve from here.";
	if (cause === "certificate")
		return "The account's certificate is not trusted here: if a proxy on the way opens TLS, give Node its certificate with NODE_EXTRA_CA_CERTS, or let this host pass.";
	if (/: (401|403)\b/.test(says)) {
		return 'Give the identity the role "Storage Table Data Contributor" on the storage account; a new role takes a few minutes. If it has the role: the account\'s firewall may shut this machine out.';
	}
	if (cause === "identity" || /Authentication|Credential/.test(says)) return "Sign in first: see the check sign-in.";
	return "Check that TABLE_ENDPOINT names your account, and that its firewall lets this machine in.";
}

const toleratedMs = 30_000;
const brokenMs = 5 * 60_000;

/** HTTP dates are whole seconds, so small differences mean nothing. */
export function checkClock(server: Date, here: Date): Result {
	const differenceMs = here.getTime() - server.getTime();
	const seconds = Math.round(Math.abs(differenceMs) / 1_000);
	if (Math.abs(differenceMs) <= toleratedMs)
		return { check: "clock", verdict: "ok", says: "This machine's clock agrees with the table's." };
	return {
		check: "clock",
		verdict: Math.abs(differenceMs) > brokenMs ? "failure" : "warning",
		says: `This machine's clock is ${seconds} s ${differenceMs > 0 ? "ahead of" : "behind"} the table's.`,
		why: "Sign-in and signed posts are refused when they are a few minutes off, and times in messages are wrong.",
		fix: "Switch on time synchronisation (NTP) here.",
	};
}
