import { readBlob } from "./read-blob.ts";

export interface HostCheckpointsOptions {
	/** Blob endpoint of the host's storage account. */
	readonly blobs: string;
	/** Full host name of the namespace. */
	readonly namespace: string;
	readonly hub: string;
	readonly group: string;
	readonly getToken: (signal: AbortSignal) => Promise<string>;
	readonly timeoutMs: number;
}

const container = "azure-webjobs-eventhub";
/** A blob takes some 700 bytes of the list, and a hub has 1,024 partitions at the most. */
const maxBytes = 2 * 1024 * 1024;

/**
 * How far the Functions host has read in each partition, from its checkpoint blobs: one list request. Checkpoints of an
 * older hub with the same name are left out.
 * (Format: BlobCheckpointStoreInternal of azure-sdk-for-net; empty blobs, the number in the metadata, names in lower
 * case.)
 * @returns a function that never rejects; `undefined` if there was no usable answer.
 */
export function createHostCheckpoints({ blobs, namespace, hub, group, getToken, timeoutMs }: HostCheckpointsOptions) {
	const prefix = `${namespace}/${hub}/${group}/checkpoint/`.toLowerCase();
	const address = new URL(`${blobs.replace(/\/$/, "")}/${container}`);
	for (const [name, value] of Object.entries({ restype: "container", comp: "list", include: "metadata", prefix })) {
		address.searchParams.set(name, value);
	}
	return async (hubCreatedAt: Date): Promise<ReadonlyMap<string, number> | undefined> => {
		try {
			const { status, text } = await readBlob({ address, getToken, timeoutMs, maxBytes });
			// The host makes the container when it reads for the first time.
			if (status === 404) return new Map();
			return text === undefined ? undefined : checkpointsIn(text, prefix, hubCreatedAt);
		} catch {
			// A witness that cannot be heard: the watch goes on with what is recorded.
			return undefined;
		}
	};
}

/** Reads the list that Blob Storage answers with; what is not a checkpoint in today's form is passed over. */
export function checkpointsIn(xml: string, prefix: string, hubCreatedAt: Date): ReadonlyMap<string, number> {
	const found = new Map<string, number>();
	for (const blob of xml.split("<Blob>").slice(1)) {
		const name = elementIn(blob, "Name") ?? "";
		const number = elementIn(blob, "sequencenumber") ?? "";
		const writtenAt = new Date(elementIn(blob, "Last-Modified") ?? "");
		if (!name.startsWith(prefix) || !/^\d{1,15}$/.test(number) || !(writtenAt >= hubCreatedAt)) continue;
		found.set(name.slice(prefix.length), Number(number));
	}
	return found;
}

function elementIn(xml: string, name: string): string | undefined {
	const start = xml.indexOf(`<${name}>`);
	const end = xml.indexOf(`</${name}>`, start);
	return start < 0 || end < 0 ? undefined : xml.slice(start + name.length + 2, end);
}
