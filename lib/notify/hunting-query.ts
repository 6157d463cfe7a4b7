import { isDeviceId } from "./portal.ts";

const halfHour = 1_800_000;

/** For findings whose rule is not known any more, or whose rule makes too long a link. */
const anyCloudflared = `union DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents
| where FileName has "cloudflared" or FolderPath has "cloudflared" or ProcessCommandLine has_all ("tunnel", "run") or InitiatingProcessFileName has "cloudflared" or InitiatingProcessCommandLine has_all ("tunnel", "run") or RegistryValueData has "cloudflared"`;

/**
 * The query behind *Hunt*: what the rule looks for, on these devices since the finding began, and logons from loopback,
 * because RDP through a tunnel arrives from there. `undefined` when no device has a valid id.
 */
export function huntingQuery(devices: readonly string[], since: Date, rule = anyCloudflared): string | undefined {
	const ids = devices.filter(isDeviceId).map((id) => `"${id}"`);
	if (ids.length === 0) return undefined;
	const start = new Date(since.getTime() - halfHour).toISOString();
	return `let devices = dynamic([${ids.join(", ")}]);
let start = datetime(${start});
union (
${rule}
| where DeviceId in (devices) and Timestamp > start
), (
DeviceLogonEvents
| where DeviceId in (devices) and Timestamp > start and RemoteIP in ("127.0.0.1", "::1")
)
| sort by Timestamp desc`;
}
