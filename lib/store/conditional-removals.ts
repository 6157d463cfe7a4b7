import type { Write } from "./table.ts";

/**
 * Makes deletes in a transaction conditional. The SDK sends each with `If-Match: *`, whatever ETag it was given
 * (submitTransaction of @azure/data-tables 13.3.2). The service honours a real ETag, so it is put into the outgoing
 * request; a batch's signature covers only its headers. The contract suite proves it.
 * @returns a function to call before `submitTransaction`, with the same signal, which ties the ETags to the request.
 */
export function conditionalRemovals<Request extends BatchRequest, Answer>(
	pipeline: Pipeline<Request, Answer>,
): (request: AbortSignalLike, writes: readonly Write[]) => void {
	const etagsOf = new WeakMap<AbortSignalLike, readonly string[]>();
	pipeline.addPolicy({
		name: "conditionalRemovals",
		sendRequest(request: Request, next: (request: Request) => Answer) {
			const etags = request.abortSignal === undefined ? undefined : etagsOf.get(request.abortSignal);
			if (etags !== undefined && typeof request.body === "string") {
				const body = withEtags(request.body, etags);
				request.body = body;
				// The length is known to the pipeline by now.
				request.headers.set("content-length", String(Buffer.byteLength(body)));
			}
			return next(request);
		},
	});
	return (request, writes) => {
		const etags = writes.flatMap((write) => (write.kind === "remove" ? [write.etag] : []));
		if (etags.length > 0) etagsOf.set(request, etags);
	};
}

/** The parts of the SDK's pipeline that are used here. */
interface Pipeline<Request, Answer> {
	addPolicy(policy: { name: string; sendRequest(request: Request, next: (request: Request) => Answer): Answer }): void;
}

interface BatchRequest {
	readonly abortSignal?: AbortSignalLike;
	body?: unknown;
	readonly headers: { set(name: string, value: string): void };
}

type AbortSignalLike = Pick<AbortSignal, "aborted">;

/** The deletes of a batch, in order, each up to its condition. Values of columns stand after a blank line, out of reach. */
const removal = /^(DELETE [^\r\n]+ HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)*?if-match: )\*(?=\r\n)/gim;

function withEtags(body: string, etags: readonly string[]): string {
	const queue = etags.values();
	return body.replace(removal, (_, head: string) => `${head}${queue.next().value ?? "*"}`);
}
