import type { DefenderRecord } from "../defender/record.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import type { Sighting } from "./sighting.ts";

/** What only rows of some tables tell: the far end of a connection, a registry value, the name that a file had before. */
export function recordFacts(
	record: DefenderRecord,
	safe: (text: string) => Redacted,
): Pick<Sighting, "remote" | "registry" | "formerName"> {
	const column = (name: Parameters<typeof columnText>[1]): string => columnText(record, name);
	const remote = remoteOf(column("RemoteUrl"), column("RemoteIP"), column("RemotePort"));
	const key = column("RegistryKey");
	const formerName = column("PreviousFileName");
	return {
		...(remote === "" ? {} : { remote: safe(remote) }),
		...(key === ""
			? {}
			: { registry: { key: safe(key), name: safe(column("RegistryValueName")), value: safe(column("RegistryValueData")) } }),
		...(formerName === "" ? {} : { formerName: safe(formerName) }),
	};
}

/** "db.example.com (10.1.2.3:5432)" */
function remoteOf(host: string, address: string, port: string): string {
	const end = port === "" || port === "0" ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
	if (host === "" || host === address) return address === "" ? "" : end;
	return address === "" ? host : `${host} (${end})`;
}

/**
 * A host name as it is, whatever words it is made of: before a dot, "token" or "secret" in a name announces no secret.
 * Its labels are looked at one by one, so that a secret of a known shape is still removed.
 */
export function hostName(text: string, safe: (text: string) => Redacted): Redacted {
	const isHostName = text.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(text);
	// Joined with the dots that it was split at, so nothing new comes to stand in it.
	return isHostName ? (text.split(".").map(safe).join(".") as Redacted) : safe(text);
}
