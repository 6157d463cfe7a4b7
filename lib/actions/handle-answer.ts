import { redact } from "../families/redact.ts";
import { answerKinds, type Resolution, resolutions } from "../findings/answered.ts";
import { type Finding, findingId } from "../findings/finding.ts";
import { findingAddress, readFinding } from "../findings/finding-row.ts";
import { scopeOf } from "../findings/silence.ts";
import { type Inert, inert, inertText } from "../notify/text.ts";
import { cut } from "../store/columns.ts";
import type { AnswerRequest } from "./answer.ts";
import { answerPage, proposalPage } from "./answer-page.ts";
import { type FormPlace, readForm, signForm } from "./form.ts";
import { type ReadLink, readLink } from "./link.ts";
import {
	fileResponse,
	fromAnotherSite,
	identityCheck,
	methodNotAllowed,
	notAForm,
	notAResponder,
	notFound,
	type PageResponse,
	pageResponse,
	redirect,
	signedOut,
	tooLong,
} from "./page-response.ts";
import { readPerson, type SignedIn, type SignIn } from "./person.ts";
import { proposedEntry } from "./proposal.ts";
import { type AnsweringDeps, recordAnswer } from "./record-answer.ts";
import { type Refusal, refused } from "./refusal.ts";
import { findVisit, newVisit, visitCookie } from "./visit.ts";

/** A request as the platform hands it over. */
export interface PageRequest {
	readonly method: string;
	readonly token: string;
	/** It asks for the entry of a proposed approval, as a file. */
	readonly download?: boolean;
	header(name: string): string | undefined;
	/** Resolves to the text of the body, `undefined` when it is longer than asked for. */
	body(maxBytes: number): Promise<string | undefined>;
}

export interface PageDeps extends AnsweringDeps {
	readonly clock: () => Date;
	/** Random bytes, for cookies and forms. */
	readonly bytes: (count: number) => Buffer;
	readonly keys: readonly [Buffer, ...Buffer[]];
	/** Where the page lives, such as `https://app.example.net`; never taken from a request. */
	readonly origin: string;
	/** Who may answer; absent = anyone with a link, unverified. */
	readonly signIn?: SignIn | undefined;
}

const maxBody = 4_096;
/** A path of its own, for `doctor`: does a forged identity get through? It reads nothing. */
const checkToken = "sign-in-check";

/**
 * Shows a finding to anyone with its link and takes an answer. GET, HEAD and OPTIONS change nothing. A POST changes
 * something once, and only with a form that this page issued during this visit.
 */
export function createAnswerPage(deps: PageDeps): (request: PageRequest) => Promise<PageResponse> {
	const { clock, keys, origin, signIn, table } = deps;
	const personOf = (request: PageRequest): SignedIn =>
		signIn === undefined ? { who: "nobody" } : readPerson(request.header("x-ms-client-principal"), signIn);
	const findingOf = async (link: ReadLink): Promise<Finding | undefined> => {
		const row = await table.get(findingAddress(link.key));
		return row === undefined ? undefined : readFinding(row).finding;
	};
	const placeOf = (link: ReadLink, finding: Finding, signedIn: SignedIn, cookie: string): FormPlace => ({
		link: link.token,
		n: finding.want,
		scope: [finding.severity, ...scopeOf(finding).map(({ id }) => id)].join(" "),
		person: signedIn.who === "responder" ? signedIn.person.id : "-",
		cookie,
	});
	const show = (
		request: PageRequest,
		link: ReadLink,
		finding: Finding,
		signedIn: SignedIn,
		status: number,
		message?: Message,
	): PageResponse => {
		const now = clock();
		const visit = newVisit(request.header("cookie") ?? "", deps.bytes);
		const isOpen = finding.status === "open" && finding.want > 0 && link.expires > now;
		const older = finding.want - link.n;
		const said =
			message ??
			(link.expires <= now
				? problem(inertText`This link ended. Use a newer message, or the command line: tunnelwatch findings.`)
				: older > 0
					? notice(inertText`This message is older: ${older} newer. You see how it stands now.`)
					: undefined);
		const form = isOpen
			? { visit: visit.name, token: signForm(keys, placeOf(link, finding, signedIn, visit.secret), deps.bytes(8), now) }
			: undefined;
		const isKnown = signedIn.who === "responder";
		const person = isKnown ? inert(signedIn.person.name, 80) : undefined;
		const download = isKnown && proposedEntry(finding, now) !== undefined ? fileOf(link) : undefined;
		const body = answerPage({ finding, opens: link.opens, form, person, download, message: said, now });
		return pageResponse(status, body, { "set-cookie": visitCookie(visit) });
	};
	const get = async (request: PageRequest, link: ReadLink): Promise<PageResponse> => {
		const signedIn = personOf(request);
		if (signIn !== undefined && signedIn.who === "nobody")
			return redirect(302, `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(pathOf(link))}`);
		if (signedIn.who === "stranger") return notAResponder;
		const finding = await findingOf(link);
		if (finding === undefined) return notFound;
		if (request.download !== true) return show(request, link, finding, signedIn, 200);
		// Only who could have proposed it gets it; it is what the page has shown already.
		if (signedIn.who !== "responder") return show(request, link, finding, signedIn, 403, whyNot(refused("needs-sign-in")));
		const entry = link.expires <= clock() ? undefined : proposedEntry(finding, clock());
		return entry === undefined
			? show(request, link, finding, signedIn, 409, whyNot(refused("no-proposal")))
			: fileResponse(`approval-${findingId(finding)}.json`, `${entry}\n`);
	};
	const post = async (request: PageRequest, link: ReadLink): Promise<PageResponse> => {
		const type = (request.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
		if (type !== "application/x-www-form-urlencoded") return notAForm;
		if (Number(request.header("content-length") ?? 0) > maxBody) return tooLong;
		const site = request.header("sec-fetch-site");
		if (request.header("origin") !== origin || (site !== undefined && site !== "same-origin")) return fromAnotherSite;
		const text = await request.body(maxBody);
		if (text === undefined) return tooLong;
		const signedIn = personOf(request);
		// Never sent on to the sign-in: the browser would drop what was typed, and the policy forbids it.
		if (signIn !== undefined && signedIn.who === "nobody") return signedOut;
		if (signedIn.who === "stranger") return notAResponder;
		const finding = await findingOf(link);
		if (finding === undefined) return notFound;
		if (link.expires <= clock()) return show(request, link, finding, signedIn, 409);
		const fields = new URLSearchParams(text);
		const token = fields.get("form") ?? "";
		const visit = findVisit(request.header("cookie") ?? "", fields.get("visit") ?? "");
		const place = placeOf(link, finding, signedIn, visit?.secret ?? "");
		const form = readForm(keys, place, token, clock());
		if (visit === undefined || !form.ok) {
			const isDone = finding.history?.some((one) => one.form !== undefined && one.form === idOf(token)) === true;
			const why = isDone ? "used" : visit === undefined ? "no-cookie" : !form.ok && form.why === "old" ? "stale" : "changed";
			return show(request, link, finding, signedIn, 409, whyNot(refused(why)));
		}
		const asked = requestOf(fields, signedIn, form.id, clock());
		if (asked === undefined) return show(request, link, finding, signedIn, 400, problem(inertText`Choose an answer and send it again.`));
		// Looked at once more at the moment of writing: somebody may have been faster.
		const shown = JSON.stringify(place);
		const check = (now: Finding): Refusal | undefined =>
			JSON.stringify(placeOf(link, now, signedIn, visit.secret)) === shown ? undefined : refused("changed");
		const recorded = await recordAnswer(deps, link.key, asked, clock(), check);
		if (!recorded.ok) {
			const { refusal } = recorded;
			const says = refusal === "missing" || refusal === "crowded" ? refused("changed") : refusal;
			return show(request, link, (await findingOf(link)) ?? finding, signedIn, statusOf(says), whyNot(says));
		}
		const done = { finding: link.key.slice(0, 12), answer: asked.kind, verified: asked.verified };
		if (asked.kind === "propose") {
			const entry = proposedEntry(recorded.finding, clock());
			if (entry !== undefined) return { ...pageResponse(200, proposalPage(entry, fileOf(link))), recorded: done };
		}
		return { ...redirect(303, pathOf(link)), recorded: done };
	};
	return async (request) => {
		const { method } = request;
		if (request.token === checkToken) return identityCheck(personOf(request));
		if (method !== "GET" && method !== "HEAD" && method !== "POST") return methodNotAllowed;
		const link = readLink(keys, request.token);
		if (link === undefined) return notFound;
		return method === "POST" ? post(request, link) : get(request, link);
	};
}

interface Message {
	readonly text: Inert;
	readonly isProblem: boolean;
}

function problem(text: Inert): Message {
	return { text, isProblem: true };
}

function notice(text: Inert): Message {
	return { text, isProblem: false };
}

/** An answer that is there already is no problem. */
function whyNot({ code, says }: Refusal): Message {
	return { text: inert(says, 300), isProblem: code !== "used" };
}

/** The answer that the form asks for; `undefined` if there is no such answer. */
function requestOf(fields: URLSearchParams, signedIn: SignedIn, form: string, now: Date): AnswerRequest | undefined {
	const kind = answerKinds.find((one) => one === fields.get("answer"));
	if (kind === undefined) return undefined;
	// Cut last: half a secret is not recognised as one.
	const typed = (field: string, most: number) => cut(redact((fields.get(field) ?? "").trim()), most);
	const isVerified = signedIn.who === "responder";
	const by = isVerified ? signedIn.person.name : typed("name", 60);
	const note = typed("note", 300);
	const days = Number(/^(1|7|30)$/.exec(fields.get("days") ?? "1")?.[0] ?? 1);
	const as: Resolution | undefined = resolutions.find((one) => one === fields.get("as"));
	return {
		...{ kind, by, how: "page", verified: isVerified, form },
		...(note === "" ? {} : { note }),
		...(kind === "silence" ? { until: new Date(now.getTime() + days * 86_400_000) } : {}),
		...(kind === "close" ? { as: as ?? "cleaned" } : {}),
	};
}

function idOf(form: string): string {
	return Buffer.from(form, "base64url").toString("hex", 4, 12);
}

const statuses: Partial<Record<Refusal["code"], number>> = {
	"too-many": 429,
	"needs-sign-in": 403,
	critical: 403,
	"in-a-row": 403,
	"no-name": 400,
};

function statusOf({ code }: Refusal): number {
	return statuses[code] ?? 409;
}

function fileOf(link: ReadLink): string {
	return `${pathOf(link)}?download=approval`;
}

function pathOf({ token }: ReadLink): string {
	return `/api/answer/${token}`;
}
