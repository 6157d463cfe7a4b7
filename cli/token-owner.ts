/**
 * Whose token it is, by the name that people know best; `undefined` when it does not say. What it says holds only if a
 * service has accepted the token.
 */
export function ownerOf(token: string): string | undefined {
	const claims = claimsIn(token);
	if (typeof claims !== "object" || claims === null) return undefined;
	const named = new Map<string, unknown>(Object.entries(claims));
	return ["upn", "unique_name", "preferred_username", "app_displayname", "oid"]
		.map((claim) => named.get(claim))
		.find((value): value is string => typeof value === "string" && /\p{L}/u.test(value));
}

function claimsIn(token: string): unknown {
	try {
		return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
	} catch (error) {
		// The message of the error would repeat a part of the token.
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
