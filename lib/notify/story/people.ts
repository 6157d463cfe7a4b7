import type { Redacted } from "../../secrets/redacted.ts";

/** Is the account a person's, rather than the system's or a computer's? */
export function isPerson(user: Redacted): boolean {
	return (
		user !== "" &&
		!/(^|\\)(system|root|daemon|nobody|(local|network) ?service|[^\\]*\$)$/i.test(user) &&
		!/^(nt authority|nt service)\\/i.test(user)
	);
}
