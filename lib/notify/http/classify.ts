import type { Delivery, FailureReason } from "../../outbox/delivery.ts";
import type { Failure, HttpAnswer } from "./answer.ts";

type Failed = Extract<Delivery, { ok: false }>;

/** Meaning of a refusal for receivers with their own error texts; `undefined`: the status decides. */
export type FindQuirk = (status: number, body: string) => Quirk | undefined;

export type Quirk = Pick<Failed, "reason" | "scope" | "detail">;

/** Consequence of an answer for the notice and the destination. One table for all HTTP destinations. */
export function classify(answer: HttpAnswer, now: Date, quirk: FindQuirk = () => undefined): Delivery {
	if (answer.kind === "failed") return undelivered(answer.failure, answer.ambiguous);
	const status = trueStatus(answer.status, answer.body);
	if (isSuccess(status)) return { ok: true, proof: status === 202 ? "queued" : "confirmed" };
	return refused(status, quirk(status, answer.body), retryAfterMs(answer.retryAfter, now));
}

/** Retired connectors answered 200 and wrote the real status into the text; some flows still do. */
function trueStatus(status: number, body: string): number {
	if (!isSuccess(status)) return status;
	const told = /returned HTTP error (\d{3})/i.exec(body)?.[1];
	if (told !== undefined && !isSuccess(Number(told))) return Number(told);
	return told !== undefined || /delivery failed with error/i.test(body) ? 500 : status;
}

function refused(status: number, quirk: Quirk | undefined, retryAfter: number | undefined): Delivery {
	const failed = (reason: FailureReason, scope: Failed["scope"], detail: string): Delivery => ({
		ok: false,
		reason,
		scope,
		retryAfterMs: scope === "destination" ? retryAfter : undefined,
		// A gateway that gave up waiting does not know whether the message got through.
		ambiguous: status === 502 || status === 504,
		status,
		detail,
	});
	if (quirk !== undefined) return failed(quirk.reason, quirk.scope, quirk.detail);
	if (status === 429 || status === 503) return failed("rateLimited", "destination", `Asked to slow down (${status}).`);
	if (status === 401 || status === 403) {
		return failed("auth", "down", `Access was refused (${status}). Check the address and its key, or make new ones.`);
	}
	if (status === 404) return failed("moved", "down", "Nothing answers there any more (404). Check that the address is still right.");
	if (status >= 300 && status < 400) {
		return failed("moved", "down", `Answered with a redirect (${status}), which is not followed. Set the final address.`);
	}
	if (status === 410) return failed("gone", "down", "The receiver has closed this address for good (410). Set a new one.");
	if (status >= 400 && status < 500 && status !== 408) {
		return failed("rejected", "dead", `The receiver did not accept the message (${status}).`);
	}
	return failed("server", "row", `The receiver had a problem (${status}).`);
}

function undelivered(failure: Failure, ambiguous: boolean): Delivery {
	return {
		ok: false,
		reason: failure === "timeout" ? "timeout" : "network",
		scope: "row",
		retryAfterMs: undefined,
		ambiguous,
		status: undefined,
		detail: wordsFor[failure],
	};
}

const wordsFor: Readonly<Record<Failure, string>> = {
	refused: "The connection was refused.",
	unresolved: "The host name could not be resolved.",
	"forbidden-address": "The host name leads to a private address, which is not allowed.",
	tls: "No secure connection: the certificate was not accepted.",
	reset: "The connection broke off.",
	timeout: "No answer in time.",
	other: "The connection failed.",
};

const second = 1000;
const hour = 3_600_000;

/** Seconds or an HTTP date, at least a second and at most an hour; `undefined` for none and for nonsense. */
function retryAfterMs(header: string, now: Date): number | undefined {
	const text = header.trim();
	const wait = /^\d+$/.test(text) ? Number(text) * second : httpDate(text) - now.getTime();
	return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, second), hour);
}

/** The three forms of RFC 9110, all in GMT. `Date.parse` alone would also take "7.5" and "soon 2026". */
function httpDate(text: string): number {
	if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d( GMT| \d{4})$/.test(text)) return Number.NaN;
	return Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}
