import { gzipSync } from "node:zlib";
import type { Device } from "../sighting/sighting.ts";

const halfHour = 1_800_000;
/** The portal and the chat both cut longer links. */
const maxUrl = 2000;

/** Links into the Defender portal. They are built from validated ids and our own times only, never from device text. */
export interface Portal {
	/** The device's timeline around the finding; `undefined` when its id is not one. */
	device(device: Device, from: Date, to: Date): string | undefined;
	/** Where else this file was seen; `undefined` without a valid SHA-1. */
	file(sha1: string, tenantId: string): string | undefined;
	/** Advanced hunting with the query filled in; `undefined` when it would be too long. */
	hunt(kql: string, tenantId: string, since: Date, now: Date): string | undefined;
}

/** `origin` is the portal of the cloud in use: `https://security.microsoft.com`, or that of a sovereign cloud. */
export function createPortal(origin: string): Portal {
	return {
		device: (device, from, to) => {
			if (!isDeviceId(device.id)) return undefined;
			const start = new Date(from.getTime() - halfHour).toISOString();
			const end = new Date(to.getTime() + halfHour).toISOString();
			return link(origin, `/machines/${device.id}/timeline`, { from: start, to: end }, device.tenantId);
		},
		file: (sha1, tenantId) => (/^[0-9a-f]{40}$/i.test(sha1) ? link(origin, `/file/${sha1}`, {}, tenantId) : undefined),
		hunt: (kql, tenantId, since, now) => {
			const query = { query: encodeQuery(kql), timeRangeId: timeRange(since, now) };
			const url = link(origin, "/v2/advanced-hunting", query, tenantId);
			return url.length <= maxUrl ? url : undefined;
		},
	};
}

/** The portal reads base64url of gzip of UTF-16LE; UTF-8 would show as garbage. */
function encodeQuery(kql: string): string {
	return gzipSync(Buffer.from(kql, "utf16le"), { level: 9 }).toString("base64url");
}

function timeRange(since: Date, now: Date): "day" | "week" | "month" {
	const days = (now.getTime() - since.getTime() + halfHour) / 86_400_000;
	if (days < 1) return "day";
	return days < 7 ? "week" : "month";
}

/** `tid` opens the right tenant for guests and service providers. */
function link(origin: string, path: string, query: Readonly<Record<string, string>>, tenantId: string): string {
	const tid = isTenantId(tenantId) ? { tid: tenantId } : {};
	const search = new URLSearchParams({ ...query, ...tid }).toString();
	return `${origin}${path}${search === "" ? "" : `?${search}`}`;
}

/** Devices without an id are known by name only; no page of the portal answers to that. */
export function isDeviceId(text: string): boolean {
	return /^[0-9a-f]{40}$/i.test(text);
}

function isTenantId(text: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
