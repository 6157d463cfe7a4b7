import { additionalText } from "../../defender/additional-fields.ts";
import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Contact } from "../../sighting/reading.ts";
import { contactHost, talkerOf } from "./contacts.ts";

/** Which of the tunnel's hosts a row is about, by name or address, and who talked to it. */
export function contactOf(record: DefenderRecord, actorName: string, actorPath: string): Contact {
	const none: Contact = { host: "none", talker: "nobody" };
	if (record.table !== "DeviceNetworkEvents" && record.table !== "DeviceEvents") return none;
	const inspected = ["DnsQueryString", "query", "server_name", "host"]
		.map((name) => additionalText(record, name))
		.find((one) => one !== "");
	const name = columnText(record, "RemoteUrl") || (inspected ?? "");
	const port = Number(columnText(record, "RemotePort") || 0);
	const host = contactHost(name, columnText(record, "RemoteIP"), record.table === "DeviceNetworkEvents" ? port : 0);
	if (host === "none") return none;
	return { host, talker: talkerOf(actorName, actorPath, false) };
}
