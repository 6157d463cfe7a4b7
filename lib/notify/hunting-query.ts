import { isDeviceId } from "./portal.ts";

const halfHour = 1_800_000;

/**
 * The query behind *Hunt*: what a rule or a family searches for on these devices since the finding began, and loopback
 * logons, because RDP through a tunnel arrives from there. Each source is one tabular expression. `undefined` if there
 * is no source or no device with a valid id.
 */
export function huntingQuery(devices: readonly string[], since: Date, sources: readonly string[]): string | undefined {
	const ids = devices.filter(isDeviceId).map((id) => `"${id}"`);
	if (ids.length === 0 || sources.length === 0) return undefined;
	const start = new Date(since.getTime() - halfHour).toISOString();
	return `let devices = dynamic([${ids.join(", ")}]);
let start = datetime(${start});
union ${sources.map((source) => `(\n${source}\n| where DeviceId in (devices) and Timestamp > start\n)`).join(", ")}, (
DeviceLogonEvents
| where DeviceId in (devices) and Timestamp > start and RemoteIP in ("127.0.0.1", "::1")
)
| sort by Timestamp desc`;
}
