import type { Span } from "./secret-positions.ts";

/** GitHub and Slack tokens and the ids of Amazon's access keys, which all tell by their first characters what they are. */
const prefixed = /gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|x(?:ox[a-z]|app)-[\w-]{10,}|A[KS]IA[A-Z0-9]{16,}/g;
const amazonId = /A[KS]IA[A-Z0-9]{16}/;
/** Amazon's secret keys have a length and nothing else; so do hashes, which go too where an id of Amazon's says what to expect. */
const amazonSecret = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/g;

/** Secrets of well-known services, wherever they stand. */
export function knownSecrets(text: string): readonly Span[] {
	const patterns = amazonId.test(text) ? [prefixed, amazonSecret] : [prefixed];
	return patterns.flatMap((pattern) =>
		[...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
	);
}
