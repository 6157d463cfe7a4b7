import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Contact } from "../../sighting/reading.ts";

/** A row about a file that was written, renamed or loaded. */
export function ofFile({ table }: DefenderRecord): boolean {
	return table === "DeviceFileEvents" || table === "DeviceImageLoadEvents";
}

/** Bystanders do not count. Programs that reach for quick tunnels, releases, state or services of the tool do, whatever they are. */
export function isAboutTunnels(record: DefenderRecord, contact: Contact): boolean {
	if (record.table !== "DeviceProcessEvents" && record.table !== "DeviceNetworkEvents" && record.table !== "DeviceEvents") return true;
	if (contact.host !== "none") return contact.host !== "everyday" || contact.talker === "other";
	if (columnText(record, "ActionType") === "ServiceInstalled") return true;
	const texts = (
		["ProcessCommandLine", "FolderPath", "RemoteUrl", "FileOriginUrl", "AdditionalFields", "InitiatingProcessCommandLine"] as const
	).map((column) => columnText(record, column));
	return record.table !== "DeviceProcessEvents"
		? !texts.every((text) => !/trycloudflare|cloudflare/i.test(text))
		: texts.some((text) => /trycloudflare\.com|cloudflare\/cloudflared\/releases/i.test(text));
}
