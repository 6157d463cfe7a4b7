/** The result of one POST. Holds no part of the URL, the host or the original error text. */
export type HttpAnswer =
	| {
			readonly kind: "answered";
			readonly status: number;
			/** The `Retry-After` header as it came; empty when there was none. */
			readonly retryAfter: string;
			/** At most the first 4 KiB. */
			readonly body: string;
	  }
	| {
			readonly kind: "failed";
			readonly failure: Failure;
			/** The request had left, so it may have arrived all the same. */
			readonly ambiguous: boolean;
	  };

/** Closed list: error texts of the platform name hosts and addresses, so they are dropped. */
export type Failure = "refused" | "unresolved" | "forbidden-address" | "tls" | "reset" | "timeout" | "other";

export interface PostRequest {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** Of the delivery; the POST has its own deadline besides. */
	readonly signal: AbortSignal;
	/** Asked for each address that the host name has; the connection goes to exactly the address it allowed. */
	readonly allowAddress?: (address: string) => boolean;
}

/** One POST, no redirects, one deadline. Always an answer, never a rejection. */
export type PostFunction = (post: PostRequest) => Promise<HttpAnswer>;
