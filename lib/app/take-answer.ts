import type { PageRequest } from "../actions/handle-answer.ts";
import { type PageResponse, unavailable } from "../actions/page-response.ts";
import { redactError } from "../families/redact.ts";
import { causeOf } from "../store/trouble.ts";
import type { AzureApp } from "./azure-app.ts";
import type { AnswerLine, ErrorLine } from "./log-lines.ts";

interface Taken {
	readonly response: PageResponse;
	/** The line to log; absent when nothing happened. */
	readonly line: AnswerLine | ErrorLine | undefined;
}

/**
 * Serves one request for the answer page. Never rejects: the host writes the address of a request that failed into its
 * telemetry, and the address holds the link.
 */
export async function takeAnswer(app: () => Pick<AzureApp, "answer">, request: PageRequest): Promise<Taken> {
	let made: Pick<AzureApp, "answer">;
	try {
		made = app();
	} catch (error) {
		return failed(error, "settings-wrong", request, false);
	}
	try {
		const response = await made.answer(request);
		return { response, line: response.recorded === undefined ? undefined : { event: "answer", ...response.recorded } };
	} catch (error) {
		// Whether a write that failed has arrived is not known.
		return failed(error, causeOf(error), request, request.method === "POST");
	}
}

function failed(error: unknown, code: string, { token }: PageRequest, mayBeRecorded: boolean): Taken {
	const what = withoutToken(redactError(error), token);
	return { response: unavailable(mayBeRecorded), line: { event: "error", what: `answer page (${code}): ${what}` } };
}

/** Its beginning is enough to find it by: a long message may have been cut in the middle of it. */
const known = 12;

function withoutToken(text: string, token: string): string {
	if (token.length < known) return text;
	const [before = "", ...rest] = text.replaceAll(token, "[removed]").split(token.slice(0, known));
	return [before, ...rest.map((part) => part.replace(/^[\w-]*/, ""))].join("[removed]");
}
