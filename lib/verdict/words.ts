import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Mode } from "../sighting/sighting.ts";

/** A family's own terms for the sentences that explain a verdict or a severity. */
export interface VerdictWords {
	/** The tool's name in a sentence: "x-agent". */
	readonly tool: Redacted;
	/** Whose servers its tunnels run over: "X Cloud". */
	readonly service: Redacted;
	/** Why a mode names no account, where the plain sentence does not say enough. */
	readonly withoutAccount: Readonly<Partial<Record<Mode, Redacted>>>;
}

/** For a sighting of a family that is no longer in the list. */
export const plainVerdictWords: VerdictWords = {
	tool: redactedText`the tool`,
	service: redactedText`Provider`,
	withoutAccount: {},
};

/** A sentence that may name the tool. */
export type Wording = Redacted | ((words: VerdictWords) => Redacted);

/** The sentence with the family's own words filled in. */
export function worded(wording: Wording, words: VerdictWords): Redacted {
	return typeof wording === "function" ? wording(words) : wording;
}
