import type { Redacted } from "../secrets/redacted.ts";

/** Why an answer changed nothing. */
export interface Refusal {
	readonly code: keyof typeof refusals;
	/** For people: what is wrong and what to do. Our own words. */
	readonly says: Redacted;
}

const refusals = {
	"no-name": "Write your name, so that the others know who is on it.",
	"nothing-told": "Nobody has been told about this finding, so there is nothing to answer.",
	closed: "This finding is closed. If the tunnel is seen again, it alerts again.",
	"needs-sign-in": "This needs a sign-in, or the command line: without one anyone could have typed the name.",
	"too-many": "This finding was answered 10 times within an hour. Wait, or use the command line.",
	acknowledged: "Someone is already on it.",
	"not-silenced": "It is not silenced.",
	confirmed: "Somebody has confirmed that this tunnel is not ours. It cannot be silenced until it is closed.",
	"no-proposal": "No approval can be proposed for this.",
	past: "That moment has passed.",
	"too-long": "A silence lasts 30 days at most.",
	"too-long-unseen":
		"The records show no tunnel id, so a silence could not tell this tunnel from another one on the same program: 7 days at most.",
	indistinct:
		"The records show neither the tunnel nor the program's hash, so a silence could not tell this from anything else. Acknowledge it instead.",
	critical: "A critical finding is silenced only with a sign-in, or from the command line.",
	"in-a-row": "The last two silences were unverified. The next one needs a sign-in, or the command line.",
	changed: "It changed while you were reading. Look again before you answer.",
	used: "This answer was recorded already.",
	"no-cookie":
		"Your browser did not send the cookie of this page: it is older than 15 minutes, or cookies are blocked. Look again before you answer.",
	stale: "This page is too old. Load it again and answer there.",
} as const;

/** A refusal with its code's standard sentence. `why` replaces it and must hold nothing from a device or a person. */
export function refused(code: Refusal["code"], why: string = refusals[code]): Refusal {
	// Sentences of this program.
	return { code, says: why as Redacted };
}
