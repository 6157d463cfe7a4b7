import type { Redact } from "./redact.ts";
import { redactPart } from "./redact-part.ts";
import { type Redacted, redactedText } from "./redacted.ts";

const longestMessage = 500;
const mostCauses = 5;

/** What went wrong and its causes, in one line without secrets: an error may repeat the input it failed on. */
export function createRedactError(redact: Redact): (error: unknown) => Redacted {
	const message = (text: string): Redacted => redactPart(redact, text.replace(/\s+/g, " "), longestMessage);
	const tell = (error: unknown, causes: number): Redacted => {
		if (!(error instanceof Error)) return typeof error === "string" ? message(error) : redactedText`unknown error`;
		const own = error.message === "" ? error.name : error.message;
		if (error.cause === undefined || causes === 0) return message(own);
		// A sentence that goes on with its cause has its end behind that.
		return redactedText`${message(own.replace(/\.$/, ""))}: ${tell(error.cause, causes - 1)}`;
	};
	return (error) => tell(error, mostCauses);
}
