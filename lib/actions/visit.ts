const prefix = "__Host-tw-";
const mostAtOnce = 16;
const longestHeader = 16_384;

/** One page in one browser. Its form names the cookie, so that pages which are open side by side do not get in each other's way. */
export interface Visit {
	readonly name: string;
	/** The cookie's value; a form is signed for it. */
	readonly secret: string;
}

/**
 * A new visit. Its cookie lives as long as a form. A browser that shows as many cookies as one may keep gets no more: the
 * oldest, which browsers name first, is written over.
 */
export function newVisit(cookies: string, bytes: (count: number) => Buffer): Visit {
	const shown = visitsOf(cookies);
	const [oldest] = shown;
	const name = oldest !== undefined && shown.length >= mostAtOnce ? oldest.name : bytes(4).toString("hex");
	return { name, secret: bytes(16).toString("base64url") };
}

/** The visit of that name; `undefined` when the browser does not show its cookie. */
export function findVisit(cookies: string, name: string): Visit | undefined {
	return visitsOf(cookies).find((one) => one.name === name);
}

/** `Set-Cookie` for a visit. Sent with the page's own form, and with nothing that comes from another site. */
export function visitCookie({ name, secret }: Visit): string {
	return `${prefix}${name}=${secret}; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Strict`;
}

function visitsOf(cookies: string): readonly Visit[] {
	return cookies
		.slice(0, longestHeader)
		.split(";")
		.flatMap((part) => {
			const [, name, secret] = /^__Host-tw-([0-9a-f]{8})=([\w-]{22})$/.exec(part.trim()) ?? [];
			return name === undefined || secret === undefined ? [] : [{ name, secret }];
		});
}
