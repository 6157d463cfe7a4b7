import type { AnswerKind } from "../findings/answered.ts";
import { inertText } from "../notify/text.ts";
import { messagePage, styleHash } from "./answer-page.ts";
import type { SignedIn } from "./person.ts";

export interface PageResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** The answer that was recorded; absent when nothing changed. Names nobody. */
	readonly recorded?: { readonly finding: string; readonly answer: AnswerKind; readonly verified: boolean };
}

const headers: Readonly<Record<string, string>> = {
	"content-type": "text/html; charset=utf-8",
	"content-security-policy": `default-src 'none'; style-src '${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
	"x-frame-options": "DENY",
	"cache-control": "no-store",
	// Not no-referrer: browsers then send "Origin: null" with the form, which nobody can tell from a foreign page.
	"referrer-policy": "same-origin",
	"x-content-type-options": "nosniff",
	"cross-origin-opener-policy": "same-origin",
	"x-robots-tag": "noindex, nofollow",
	"strict-transport-security": "max-age=31536000",
};

/** A page with the headers that keep a browser from running, framing, storing or leaking it. */
export function pageResponse(status: number, body: string, more: Readonly<Record<string, string>> = {}): PageResponse {
	return { status, headers: { ...headers, ...more }, body };
}

/** JSON that the browser saves and never shows. @param name letters, digits, `-` and `.` */
export function fileResponse(name: string, body: string): PageResponse {
	return pageResponse(200, body, {
		"content-type": "application/json; charset=utf-8",
		"content-disposition": `attachment; filename="${name}"`,
	});
}

/** Sends the browser to a path of this app, or of the platform's sign-in. */
export function redirect(status: 302 | 303, location: string): PageResponse {
	return pageResponse(status, "", { location });
}

/** The same bytes for every bad link: it tells nobody whether a finding is there. */
export const notFound: PageResponse = pageResponse(
	404,
	messagePage(
		inertText`This link does not work`,
		inertText`It may be cut off, too old, or its key was changed. Use a newer message, or the command line: tunnelwatch findings.`,
	),
);

export const methodNotAllowed: PageResponse = pageResponse(405, "", { allow: "GET, HEAD, POST" });

export const notAForm: PageResponse = pageResponse(415, messagePage(inertText`Not understood`, inertText`Send the form of the page.`));

export const tooLong: PageResponse = pageResponse(413, messagePage(inertText`Too long`, inertText`Write a shorter note.`));

export const fromAnotherSite: PageResponse = pageResponse(
	403,
	messagePage(inertText`Not accepted`, inertText`This answer came from another site. Open the link of the message and answer there.`),
);

export const signedOut: PageResponse = pageResponse(
	401,
	messagePage(
		inertText`You are not signed in any more`,
		inertText`Open the link of the message again, sign in, and answer there. Nothing was changed.`,
	),
);

export const notAResponder: PageResponse = pageResponse(
	403,
	messagePage(
		inertText`You may not answer here`,
		inertText`You are signed in, and not in a group that answers alerts. Ask the people who look after Tunnelwatch. Nothing was changed.`,
	),
);

/** Something that the page needs does not answer. `mayBeRecorded`: an answer was on its way, and nobody knows how far it got. */
export function unavailable(mayBeRecorded: boolean): PageResponse {
	const title = mayBeRecorded ? inertText`Your answer may be lost` : inertText`This does not work at the moment`;
	const says = mayBeRecorded
		? inertText`It may have been recorded, or not. Open the link of the message again in a minute: the page shows what was recorded.`
		: inertText`Try again in a minute. Nothing was changed.`;
	return pageResponse(503, messagePage(title, says), { "retry-after": "60" });
}

/** For `doctor`: says who the request seems to come from, and reads nothing. */
export function identityCheck({ who }: SignedIn): PageResponse {
	const seen = who === "nobody" ? inertText`identity: none` : inertText`identity: believed`;
	return pageResponse(200, messagePage(inertText`Sign-in check`, seen));
}
