import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import { type Inert, inert, inertText, sealed, shortWords } from "../text.ts";
import { accountKind } from "./people.ts";
import { shortId } from "./tunnel-row.ts";
import { knownTunnel } from "./tunnel-words.ts";

/** What the worst finding shares with most of the others. */
export interface Cause {
	/** "Account 9f86d081…5ad015 on 5 of the 8 listed" */
	readonly words: Inert;
	readonly kind: Inert;
	/** How many besides the first. */
	readonly devices: number;
}

/**
 * The account, else the user, else the very file: the first that at least half of the findings have in common.
 * @param count of all devices, of which the findings may be the worst only.
 */
export function commonCause(findings: readonly Finding[], count: number): Cause | undefined {
	const short = (text: Redacted): Inert => shortWords(inert(text, 80), 24);
	const facts: readonly (readonly [Inert, (finding: Finding) => string, (finding: Finding) => Inert])[] = [
		[
			inertText`account`,
			(one) => knownTunnel(one).tunnel?.account ?? "",
			(one) => inertText`Account ${shortId(knownTunnel(one).tunnel?.account ?? "")}`,
		],
		[
			inertText`user`,
			({ worst: { program } }) => (accountKind(program.user, program.fileName) === "system" ? "" : program.user.toLowerCase()),
			({ worst }) => inertText`User ${short(worst.program.user)}`,
		],
		[inertText`file`, ({ worst }) => worst.program.sha256, ({ worst }) => inertText`The same file ${short(worst.program.fileName)}`],
	];
	const [first, ...others] = findings;
	if (first === undefined || others.length === 0) return undefined;
	const all = findings.length < count ? inertText`the ${findings.length} listed` : inertText`${count}`;
	for (const [kind, value, words] of facts) {
		const wanted = value(first);
		const devices = wanted === "" ? 0 : others.filter((one) => value(one) === wanted).length;
		if (devices * 2 >= others.length) return { kind, devices, words: sealed(inertText`${words(first)} on ${devices + 1} of ${all}`) };
	}
	return undefined;
}
