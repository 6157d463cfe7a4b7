import type { DefenderRecord } from "../defender/record.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import type { InTheMaking } from "./in-the-making.ts";
import type { Sighting } from "./sighting.ts";

export type RecordFacts = Pick<Sighting, "remote" | "registry" | "formerName">;

/** What only rows of some tables tell: the far end of a connection, a registry value, the name that a file had before. */
export function recordFacts(record: DefenderRecord, safe: (text: string) => Redacted): RecordFacts {
	const column = (name: Parameters<typeof columnText>[1]): string => columnText(record, name);
	const remote = remoteOf(column("RemoteUrl"), column("RemoteIP"), column("RemotePort"), safe);
	const key = column("RegistryKey");
	const formerName = column("PreviousFileName");
	const facts: InTheMaking<RecordFacts> = {};
	if (remote !== "") facts.remote = remote;
	if (key !== "") facts.registry = { key: safe(key), name: safe(column("RegistryValueName")), value: safe(column("RegistryValueData")) };
	if (formerName !== "") facts.formerName = safe(formerName);
	return facts;
}

/** "db.example.com (10.1.2.3:5432)"; each part is redacted on its own, so a host called fin-token cannot turn its port into a secret. */
function remoteOf(host: string, address: string, port: string, safe: (text: string) => Redacted): Redacted {
	const end = port === "" || port === "0" ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
	if (host === "" || host === address) return address === "" ? safe("") : safe(end);
	return address === "" ? safe(host) : redactedText`${safe(host)} (${safe(end)})`;
}
