import { createHash } from "node:crypto";
import { createAnswerPage, type PageDeps, type PageRequest } from "../../lib/actions/handle-answer.ts";
import { type AnswerLink, signLink } from "../../lib/actions/link.ts";
import type { PageResponse } from "../../lib/actions/page-response.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { aSighting, at } from "../builders.ts";
import { createSink, createWorld, keyOfSighting, type Sink, type World } from "../outbox/world.ts";

const origin = "https://tunnelwatch.example.net";
export const key = createHash("sha256").update("a key of the test").digest();
export const tenantId = "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60";
export const responders = ["0d9f2c1e-1111-4222-8333-444455556666"];

export interface Site {
	readonly world: World;
	readonly sink: Sink;
	readonly page: (request: PageRequest) => Promise<PageResponse>;
	/** Requests that the table got since the last time somebody asked. */
	calls(): number;
	link(change?: Partial<AnswerLink>): string;
}

/** A finding that was told, and the page on which it is answered. */
export async function aSite(change: Partial<PageDeps> = {}): Promise<Site> {
	const sink = createSink("teams");
	const world = createWorld([sink]);
	await world.recorder.record([aSighting()], world.clock.now);
	await world.dispatcher.deliverDue(eachMinute);
	let calls = 0;
	let ids = 0;
	const table = new Proxy(world.memory, {
		get: (target, name, receiver) => {
			calls += 1;
			return Reflect.get(target, name, receiver);
		},
	});
	const page = createAnswerPage({
		table,
		random: () => 0.5,
		sleep: async () => undefined,
		newId: () => `page${++ids}`,
		clock: () => world.clock.now,
		bytes: (count) => createHash("sha512").update(`bytes ${++ids}`).digest().subarray(0, count),
		keys: [key],
		origin,
		...change,
	});
	return {
		world,
		sink,
		page,
		calls: () => {
			const counted = calls;
			calls = 0;
			return counted;
		},
		link: (linkChange = {}) =>
			signLink([key], { key: keyOfSighting, n: 1, destination: "teams", opens: "acknowledge", expires: at("30T00:00:00"), ...linkChange }),
	};
}

export function aRequest(
	token: string,
	change: Partial<Omit<PageRequest, "header">> & { readonly headers?: Record<string, string>; readonly text?: string } = {},
): PageRequest {
	const { headers = {}, text = "", ...rest } = change;
	return {
		method: "GET",
		token,
		header: (name) => headers[name],
		body: async (maxBytes) => (Buffer.byteLength(text) > maxBytes ? undefined : text),
		...rest,
	};
}

/** What a person's browser holds after it has loaded the page. */
export interface Visit {
	readonly token: string;
	readonly cookie: string;
	/** Names the cookie. */
	readonly visit: string;
	readonly form: string;
	readonly response: PageResponse;
}

export async function visit(site: Site, token = site.link(), headers: Record<string, string> = {}): Promise<Visit> {
	const response = await site.page(aRequest(token, { headers }));
	const { "set-cookie": setCookie = "" } = response.headers;
	const [cookie = ""] = setCookie.split(";");
	const [, form = ""] = /name="form" value="([^"]*)"/.exec(response.body) ?? [];
	const [, name = ""] = /name="visit" value="([^"]*)"/.exec(response.body) ?? [];
	return { token, cookie, visit: name, form, response };
}

export const asBrowser = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin" };

/** Presses the button, as the visitor's browser would. */
export function press(
	site: Site,
	{ token, cookie, visit, form }: Visit,
	fields: Readonly<Record<string, string>> = {},
	headers: Record<string, string> = {},
): Promise<PageResponse> {
	const text = new URLSearchParams({ form, visit, answer: "acknowledge", name: "Kim Lee", ...fields }).toString();
	return site.page(aRequest(token, { method: "POST", text, headers: { ...asBrowser, cookie, ...headers } }));
}

/** `X-MS-CLIENT-PRINCIPAL` as the platform writes it. */
export function principal(change: Readonly<Record<string, string>> = {}): string {
	const [group = ""] = responders;
	const claims = {
		oid: "11111111-2222-4333-8444-555566667777",
		tid: tenantId,
		preferred_username: "kim.lee@contoso.example",
		groups: group,
		...change,
	};
	const list = Object.entries(claims).map(([typ, val]) => ({ typ, val }));
	return Buffer.from(JSON.stringify({ auth_typ: "aad", claims: list })).toString("base64");
}
