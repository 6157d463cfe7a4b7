/** Result of a read: `same` as the known version, or the text; without text, the reason why it cannot be read. */
export type FileText = "same" | { readonly version: string; readonly json: string | undefined };

export interface StoredFileOptions {
	/** Address of a blob, without a signature. */
	readonly address: string;
	readonly getToken: (signal: AbortSignal) => Promise<string>;
	readonly timeoutMs: number;
}

const maxBytes = 1024 * 1024;

/**
 * Reads a text blob as the app's identity, only when it changed since `known`. Never rejects: what went wrong becomes the
 * version, so that the next good answer counts as new.
 */
export function createStoredFile({ address, getToken, timeoutMs }: StoredFileOptions): (known: string) => Promise<FileText> {
	return async (known) => {
		try {
			const signal = AbortSignal.timeout(timeoutMs);
			const response = await fetch(address, {
				headers: {
					authorization: `Bearer ${await getToken(signal)}`,
					"x-ms-version": "2023-11-03",
					...(known.startsWith('"') ? { "if-none-match": known } : {}),
				},
				redirect: "error",
				signal,
			});
			if (response.status === 304) return "same";
			if (response.status === 404) return { version: "absent", json: undefined };
			if (!response.ok) return { version: `HTTP ${response.status}`, json: undefined };
			const json = await textOf(response);
			return json === undefined ? { version: "larger than 1 MB", json } : { version: response.headers.get("etag") ?? "no version", json };
		} catch (error) {
			// Messages can hold the address or a token's details; the kind is enough.
			return { version: error instanceof Error ? error.name : "unknown error", json: undefined };
		}
	};
}

/** `undefined` when there is more than a list of approvals can be. */
async function textOf(response: Response): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length;
		if (bytes > maxBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}
