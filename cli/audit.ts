import { setTimeout } from "node:timers/promises";
import { world } from "../lib/app/compose.ts";
import { openTable } from "../lib/app/open-table.ts";
import { readSettings } from "../lib/app/settings.ts";
import { redact, redactError } from "../lib/families/redact.ts";
import { acceptLost } from "../lib/watch/continuity-log.ts";
import { auditHub, type HubAudit } from "./audit/audit-hub.ts";
import { auditText, isWhole } from "./audit/words.ts";
import { hubsOfSettings } from "./hub/address.ts";
import { connectHub } from "./hub/connection.ts";
import { hubTrouble } from "./hub/trouble.ts";
import { printJson } from "./json-text.ts";
import { printLine, printText } from "./print-line.ts";
import { columnsOf } from "./screen.ts";
import { ifStopped } from "./stop-signals.ts";

export interface AuditOptions {
	/** Take what is lost for known: health and its alarm let go of it. */
	readonly accept: boolean;
	readonly json: boolean;
}

/** `tunnelwatch audit`: was any message skipped? Returns the exit code. */
export async function audit({ accept, json }: AuditOptions): Promise<number> {
	const { TABLE_ENDPOINT, TABLE_NAME } = process.env;
	const read = readSettings({ TABLE_ENDPOINT, TABLE_NAME });
	const hubs = hubsOfSettings(process.env);
	const endpoint = read.ok ? read.settings.TABLE_ENDPOINT : undefined;
	if (!read.ok || !hubs.ok || endpoint === undefined) {
		const missing = read.ok && endpoint === undefined ? ["TABLE_ENDPOINT: set it to the table that the function writes to"] : [];
		printLine("Wrong settings; nothing was looked at.");
		for (const mistake of [...missing, ...(read.ok ? [] : read.mistakes), ...(hubs.ok ? [] : hubs.mistakes)]) printLine(`  ${mistake}`);
		return 2;
	}
	const table = openTable(endpoint, read.settings.TABLE_NAME);
	if (accept) ifStopped("Some of what is lost may be accepted already; run `tunnelwatch audit` to see.");
	const looks = await Promise.all(
		hubs.addresses.map(async (address): Promise<HubAudit | string> => {
			try {
				if (accept) await acceptLost({ ...world, table }, address.hub);
				return await auditHub(await connectHub(address), table, async (ms) => void (await setTimeout(ms)));
			} catch (error) {
				return error instanceof Error && error.message.startsWith("Table Storage")
					? redactError(error)
					: redact(hubTrouble(error, address, "$Default"));
			}
		}),
	);
	const troubles = new Set(looks.filter((look) => typeof look === "string"));
	for (const trouble of troubles) printLine(`Cannot tell: ${trouble}`);
	if (troubles.size > 0) return 2;
	const audited = looks.filter((look) => typeof look !== "string");
	const whole = isWhole(audited);
	const document = { schema: 1, at: new Date().toISOString(), outcome: whole ? "whole" : "missing", hubs: audited };
	if (json) printJson(document);
	else printText(auditText(audited, columnsOf(process.stdout)));
	return whole ? 0 : 1;
}
