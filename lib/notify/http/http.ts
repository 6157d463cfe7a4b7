import { lookup } from "node:dns";
import type { IncomingMessage, RequestOptions } from "node:http";
import type { Failure, HttpAnswer, PostFunction, PostRequest } from "./answer.ts";

const maxAnswerBytes = 4096;

/** Between the deadline of the request and the one around it: time enough for the first to be reported as what it is. */
const graceMs = 250;

export interface PostOptions {
	readonly timeoutMs: number;
	/** How names become addresses; as the system does it, if absent. */
	readonly resolveName?: typeof lookup;
}

/**
 * The only way out to a destination. Built on `node:https` and not on `fetch`, because it must know whether the
 * request had left when something failed, and must connect to the very address that was checked.
 */
export function createPost({ timeoutMs, resolveName = lookup }: PostOptions): PostFunction {
	return (post) => {
		// One deadline for name lookup, connection, headers and body: a server that drips bytes cannot hold us.
		const signal = AbortSignal.any([post.signal, AbortSignal.timeout(timeoutMs)]);
		return send(post, signal, timeoutMs + graceMs, resolveName);
	};
}

/** The deadline around the request does not ask the request: whatever a socket does or leaves undone, there is an answer. */
function send(post: PostRequest, signal: AbortSignal, outerMs: number, resolveName: typeof lookup): Promise<HttpAnswer> {
	return new Promise((resolve) => {
		const url = new URL(post.url);
		const secure = url.protocol === "https:";
		const options: RequestOptions = {
			method: "POST",
			headers: { ...post.headers, "content-length": Buffer.byteLength(post.body) },
			// A new connection each time: on a half-dead one, delivery would be uncertain.
			agent: false,
			signal,
			...(post.allowAddress === undefined ? {} : { lookup: checkedLookup(post.allowAddress, resolveName) }),
		};
		let connected = false;
		let answering = false;
		// Imported the usual way, node:http brings the web's fetch and sockets along: a third of what a short command costs.
		const { request: start } = secure ? process.getBuiltinModule("node:https") : process.getBuiltinModule("node:http");
		const request = start(url, options);
		const settle = (answer: HttpAnswer): void => {
			clearTimeout(outer);
			resolve(answer);
		};
		const outer = setTimeout(() => {
			settle({ kind: "failed", failure: "timeout", ambiguous: connected });
			request.destroy();
		}, outerMs);
		request.on("socket", (socket) => {
			socket.once(secure ? "secureConnect" : "connect", () => {
				connected = true;
			});
		});
		// "Switching protocols" is an answer, and nothing to follow. Without a listener Node drops the socket and says nothing.
		request.once("upgrade", (response, socket) => {
			socket.destroy();
			settle({ kind: "answered", status: response.statusCode ?? 0, retryAfter: "", body: "" });
		});
		request.once("response", (response) => {
			answering = true;
			// From here on the status decides; what breaks later only shortens the text.
			request.removeAllListeners("error").on("error", () => undefined);
			readStart(response, (body) => {
				settle({ kind: "answered", status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] ?? "", body });
			});
		});
		request.once("error", (error) => {
			settle({ kind: "failed", failure: signal.aborted ? "timeout" : failureOf(error), ambiguous: connected });
		});
		// A socket that is destroyed without an error; after an answer or an error this changes nothing.
		request.once("close", () => {
			if (!answering) settle({ kind: "failed", failure: signal.aborted ? "timeout" : "reset", ambiguous: connected });
		});
		request.end(post.body);
	});
}

/** The status has come, so it counts: a body that breaks off or drips past the deadline is taken as far as it got. */
function readStart(response: IncomingMessage, then: (text: string) => void): void {
	const chunks: Buffer[] = [];
	let bytes = 0;
	const done = (): void => {
		response.destroy();
		then(Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString("utf8"));
	};
	response.on("data", (chunk: Buffer) => {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= maxAnswerBytes) done();
	});
	response.on("end", done);
	response.on("error", done);
	response.on("close", done);
}

/** Refuses the host when any of its addresses is not allowed, and hands over the checked ones: no second lookup. */
function checkedLookup(allowed: (address: string) => boolean, resolveName: typeof lookup): NonNullable<RequestOptions["lookup"]> {
	return (hostname, options, callback) => {
		resolveName(hostname, { ...options, all: true }, (error, addresses) => {
			const [first] = addresses ?? [];
			if (error !== null || first === undefined) callback(error ?? new Error("no address"), "");
			else if (!addresses.every(({ address }) => allowed(address))) callback(forbiddenAddress(), "");
			else if (options.all) callback(null, addresses);
			else callback(null, first.address, first.family);
		});
	};
}

function forbiddenAddress(): Error {
	return Object.assign(new Error("forbidden address"), { code: "FORBIDDEN_ADDRESS" });
}

/** Only the code is looked at: the text names hosts and addresses. */
function failureOf(error: unknown): Failure {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	if (code === "FORBIDDEN_ADDRESS") return "forbidden-address";
	if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH") return "refused";
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unresolved";
	if (code === "ECONNRESET" || code === "EPIPE") return "reset";
	if (code === "ETIMEDOUT" || code === "ABORT_ERR") return "timeout";
	if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code) || code === "EPROTO") return "tls";
	return "other";
}
