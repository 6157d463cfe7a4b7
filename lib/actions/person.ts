import * as z from "zod";
import { redact } from "../families/redact.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { cut } from "../store/columns.ts";

/** Who is signed in, as the platform says. */
export interface Person {
	readonly id: string;
	readonly name: Redacted;
}

export interface SignIn {
	/** Directory that people must come from, lower case. */
	readonly tenantId: string;
	/** Object ids of groups, or values of app roles; one of them is enough. */
	readonly responders: readonly string[];
}

export type SignedIn =
	| { readonly who: "nobody" }
	/** Signed in, and not one of those who may answer. */
	| { readonly who: "stranger" }
	| { readonly who: "responder"; readonly person: Person };

const longest = 16_384;

const principal = z.object({ claims: z.array(z.object({ typ: z.string(), val: z.string() })).max(1_000) });

const mapped = "http://schemas.microsoft.com/identity/claims/";

/**
 * Reads `X-MS-CLIENT-PRINCIPAL`. The platform sets it and strips forged ones, but only while its sign-in is on; the
 * caller must have checked that.
 */
export function readPerson(header: string | undefined, { tenantId, responders }: SignIn): SignedIn {
	if (header === undefined || header === "" || header.length > longest) return { who: "nobody" };
	const read = principal.safeParse(parsed(header));
	if (!read.success) return { who: "nobody" };
	const all = (...types: readonly string[]) => read.data.claims.flatMap(({ typ, val }) => (types.includes(typ) ? [val] : []));
	const [id = ""] = all("oid", `${mapped}objectidentifier`);
	const [tenant = ""] = all("tid", `${mapped}tenantid`);
	const [name = id] = all("preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "name");
	if (!/^[0-9a-f-]{36}$/i.test(id) || tenant.toLowerCase() !== tenantId) return { who: "stranger" };
	const holds = all("roles", "groups", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role").map((one) => one.toLowerCase());
	if (!responders.some((one) => holds.includes(one.toLowerCase()))) return { who: "stranger" };
	return { who: "responder", person: { id: id.toLowerCase(), name: cut(redact(name), 120) } };
}

function parsed(header: string): unknown {
	try {
		return JSON.parse(Buffer.from(header, "base64").toString("utf8"));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return undefined;
	}
}
