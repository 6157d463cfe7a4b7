import { type DeviceIdentity, deviceHash } from "../defender/device-identity.ts";

/**
 * Names a device in the rows of what is known about it, whichever tools run there. The word in the hash means nothing
 * today; rows of earlier versions were written with it, and without it every device would be counted twice.
 */
export function deviceRowKey(device: DeviceIdentity): string {
	return deviceHash(device, "cloudflared");
}
