import type { UnreadableReason } from "../lib/defender/envelope.ts";

/** Why a message or record was set aside. */
type QuarantineReason = UnreadableReason | "other-tenant" | "unexpected" | "refused-by-table" | "row-newer" | "row-damaged";

/** What each reason means, and what to do. `tunnelwatch help quarantine` and docs/operate.md show them. */
export const quarantineWords: Readonly<Record<QuarantineReason, { readonly means: string; readonly cure: string }>> = {
	empty: { means: "the message is empty", cure: "Nothing to do." },
	"too-large": {
		means: "the message is too large (4 MB from a hub, 64 MB in a file)",
		cure: "Event Hubs allow 1 MB; check that the file is an export.",
	},
	"bad-gzip": { means: "the message is compressed and damaged", cure: "Export or copy it again." },
	"not-json": { means: "the message or line is not JSON, or was cut short", cure: "Export or copy it again; one line per message." },
	"not-an-object": { means: "the JSON is a single number, text or null", cure: "Check that the file is an export." },
	"no-records": {
		means: "the JSON holds no Defender records",
		cure: "Check that the file is an export; query results need the column DeviceId or DeviceName.",
	},
	"records-not-a-list": { means: '"records" is there but is not a list', cure: "Check what wrote the message." },
	"record-not-an-object": { means: "a record is not a JSON object", cure: "Check what wrote the message; its other records were read." },
	"no-category": {
		means: "a record does not say which table it belongs to, and its columns do not tell",
		cure: 'In a hunting query, keep DeviceId and ActionType, or add: | extend Type = "DeviceProcessEvents"',
	},
	"no-properties": { means: 'a record has no "properties"', cure: "Check what wrote the message; its other records were read." },
	"too-deep": {
		means: "a column of a record is nested too deeply and was left out",
		cure: "Check what wrote the message; the rest of the record was read.",
	},
	"too-many-records": { means: "a message holds more records than are read (10,000 from a hub)", cure: "Check what wrote the message." },
	unexpected: {
		means: "Tunnelwatch failed on a record; the entry names the kind of error",
		cure: "Report it as a bug, with the record if you can.",
	},
	"other-tenant": {
		means: "the record is from a tenant that TENANT_IDS does not list",
		cure: "Add the tenant to TENANT_IDS if it is yours.",
	},
	"row-newer": {
		means: "a newer version of Tunnelwatch wrote the finding, and this one must not change it",
		cure: "Deploy the newer version again, then read the record again with `tunnelwatch run --event-hub`.",
	},
	"row-damaged": {
		means: "the stored finding was damaged and begun anew; a copy is kept for 30 days",
		cure: "Find out what else writes to the table. The device is reported as new.",
	},
	"refused-by-table": { means: "the table refuses to store the finding", cure: "Report it as a bug, with the finding's id." },
};

const byReason: ReadonlyMap<string, (typeof quarantineWords)[QuarantineReason]> = new Map(Object.entries(quarantineWords));

/** A reason's meaning; the reason itself where it is not known. */
export function quarantineMeaning(reason: string): string {
	return byReason.get(reason)?.means ?? reason;
}

/** What to do about a quarantine reason; empty for a reason this version does not know. */
export function quarantineCure(reason: string): string {
	return byReason.get(reason)?.cure ?? "";
}
