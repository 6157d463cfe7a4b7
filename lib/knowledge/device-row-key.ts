import { type DeviceIdentity, deviceHash } from "../defender/device-identity.ts";

/**
 * Identifies a device in what is known about it, whichever tools run there. The word in the hash has no meaning today,
 * but stored rows were written with it: without it, every device would be counted twice.
 */
export function deviceRowKey(device: DeviceIdentity): string {
	return deviceHash(device, "cloudflared");
}
