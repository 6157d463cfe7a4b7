export interface BlobRequest {
	/** Without a signature: it is read as the app's identity. */
	readonly address: string | URL;
	readonly getToken: (signal: AbortSignal) => Promise<string>;
	/** Over token, headers and body. */
	readonly timeoutMs: number;
	readonly maxBytes: number;
	/** A version that need not be sent again: the answer is then 304. */
	readonly known?: string | undefined;
}

export interface BlobAnswer {
	readonly status: number;
	readonly etag: string | undefined;
	/** `undefined` where the status is no success, or the text is larger than `maxBytes`. */
	readonly text: string | undefined;
}

/**
 * One read from Blob Storage, without the storage SDK, which would double the package. Follows no redirect. Rejects when
 * there is no answer in time; such an error can hold the address or a token's details.
 */
export async function readBlob({ address, getToken, timeoutMs, maxBytes, known }: BlobRequest): Promise<BlobAnswer> {
	const signal = AbortSignal.timeout(timeoutMs);
	const response = await fetch(address, {
		headers: {
			authorization: `Bearer ${await getToken(signal)}`,
			"x-ms-version": "2023-11-03",
			...(known === undefined ? {} : { "if-none-match": known }),
		},
		redirect: "error",
		signal,
	});
	const { status, headers } = response;
	return { status, etag: headers.get("etag") ?? undefined, text: response.ok ? await textOf(response, maxBytes) : undefined };
}

async function textOf(response: Response, maxBytes: number): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length;
		if (bytes > maxBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}
