import type { TextRange } from "./text-range.ts";

/** A secret recognisable by its own form. */
export interface KnownSecret {
	readonly pattern: RegExp;
	/** Made up; in two pieces, so that no scanner of this repository takes it for a real one. */
	readonly example: readonly [string, string];
}

const word = "c4n4ry9f3b7e21d8".repeat(3);

/** One line a service: its tokens begin, or its addresses look, like this. */
export const knownShapes: readonly KnownSecret[] = [
	shape(/gh[oprsu]_[A-Za-z0-9]{20,}/g, "gh", `p_${word}`),
	shape(/github_pat_\w{20,}/g, "github", `_pat_${word}`),
	shape(/glpat-[\w-]{16,}/g, "glp", `at-${word}`),
	shape(/x(?:ox[a-z]|app)-[\w-]{10,}/g, "xo", `xb-1-${word}`),
	shape(/A[KS]IA[A-Z0-9]{16,}/g, "AK", "IAC4N4RY9F3B7E21D8"),
	shape(/\bcf(?:at|ut|k)_[\w-]{20,}/g, "cf", `ut_${word}`),
	shape(/\bya29\.[\w-]{20,}/g, "ya", `29.${word}`),
	shape(/\bAIza[\w-]{30,}/g, "AI", `za${word}`),
	shape(/\b[A-Za-z0-9]{3}\dQ~[\w.~-]{20,}/g, "abc8", `Q~${word}`),
	shape(/\bsk-[\w-]{20,}/g, "s", `k-proj-${word}`),
	shape(/\b[sr]k_(?:live|test)_\w{16,}/g, "sk", `_live_${word}`),
	shape(/\bnpm_[A-Za-z0-9]{30,}/g, "np", `m_${word}`),
	shape(/\bpypi-[\w-]{20,}/g, "py", `pi-${word}`),
	shape(/\bhf_[A-Za-z0-9]{20,}/g, "h", `f_${word}`),
	shape(/\bdop_v1_[a-z0-9]{20,}/g, "dop", `_v1_${word}`),
	shape(/\bhv[sbr]\.[\w-]{20,}/g, "hv", `s.${word}`),
	shape(/\bSG\.[\w-]{16,}\.[\w-]{16,}/g, "S", `G.${word}.${word}`),
	shape(/\btskey-[\w-]{16,}/g, "ts", `key-auth-${word}`),
	shape(/\bATATT3[\w=-]{20,}/g, "AT", `ATT3${word}`),
	shape(/\b(?:bot)?\d{8,12}:AA[\w-]{30,}/g, "12345", `6789:AA${word}`),
	shape(/(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{8,}/g, "https://hooks.sl", `ack.com/services/T00/B00/${word}`),
	shape(/(?<=discord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/)[\w-]{8,}/g, "https://disc", `ord.com/api/webhooks/1234/${word}`),
	shape(/(?<=webhook\.office\.com\/webhookb2\/)[\w@/-]{8,}/g, "https://a.webhook.off", `ice.com/webhookb2/${word}`),
];

const amazonId = /A[KS]IA[A-Z0-9]{16}/;
/** Amazon's secret keys have a length and nothing else; so do hashes, which go too where an id of Amazon's says what to expect. */
const amazonSecret = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/g;

/** Most texts hold none of them and are done after one look. */
export const anyKnown = new RegExp(knownShapes.map(({ pattern }) => pattern.source).join("|"));

/** Secrets of well-known services, wherever they stand. */
export function knownSecrets(text: string): readonly TextRange[] {
	if (!anyKnown.test(text)) return [];
	const patterns = knownShapes.map(({ pattern }) => pattern);
	if (amazonId.test(text)) patterns.push(amazonSecret);
	return patterns.flatMap((pattern) =>
		[...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
	);
}

function shape(pattern: RegExp, start: string, rest: string): KnownSecret {
	return { pattern, example: [start, rest] };
}
