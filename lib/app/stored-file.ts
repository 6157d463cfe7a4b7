import { readBlob } from "./read-blob.ts";

/** Result of a read: `same` as the known version, or the text; without text, the reason why it cannot be read. */
export type FileText = "same" | { readonly version: string; readonly json: string | undefined };

export interface StoredFileOptions {
	/** Address of a blob, without a signature. */
	readonly address: string;
	readonly getToken: (signal: AbortSignal) => Promise<string>;
	readonly timeoutMs: number;
}

/** More than a list of approvals can be. */
const maxBytes = 1024 * 1024;

/**
 * Reads a text blob as the app's identity, only when it changed since `known`. Never rejects: what went wrong becomes the
 * version, so that the next good answer counts as new.
 */
export function createStoredFile({ address, getToken, timeoutMs }: StoredFileOptions): (known: string) => Promise<FileText> {
	return async (known) => {
		try {
			const ifChanged = known.startsWith('"') ? known : undefined;
			const { status, etag, text } = await readBlob({ address, getToken, timeoutMs, maxBytes, known: ifChanged });
			if (status === 304) return "same";
			if (status === 404) return { version: "absent", json: undefined };
			if (status < 200 || status > 299) return { version: `HTTP ${status}`, json: undefined };
			return text === undefined ? { version: "larger than 1 MB", json: text } : { version: etag ?? "no version", json: text };
		} catch (error) {
			// Messages can hold the address or a token's details; the kind is enough.
			return { version: error instanceof Error ? error.name : "unknown error", json: undefined };
		}
	};
}
