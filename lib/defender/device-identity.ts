import { hash } from "node:crypto";

/** A device as the export names it: by the id of its tenant and its own. */
export interface DeviceIdentity {
	readonly tenantId: string;
	readonly id: string;
}

/**
 * The one spelling of a tenant or device id. Both are hex digits that Defender compares without case, and exports write
 * them either way.
 */
export function foldId<T extends string>(id: T): T {
	// Redacted text stays redacted in lower case.
	return id.toLowerCase() as T;
}

/** Equal for the same device, however its ids are spelled. Keys maps and groups in memory. */
export function deviceKey({ tenantId, id }: DeviceIdentity): string {
	return JSON.stringify([foldId(tenantId), foldId(id)]);
}

/** 24 hex digits that name what is stored about a device, here `about`, in row keys. */
export function deviceHash({ tenantId, id }: DeviceIdentity, about: string): string {
	return hash("sha256", JSON.stringify([foldId(tenantId), foldId(id), about]), "hex").slice(0, 24);
}
