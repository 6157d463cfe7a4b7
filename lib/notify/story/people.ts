import type { Redacted } from "../../secrets/redacted.ts";

/** Whether there is somebody to ask: not the system's own accounts, and not the account of a computer. */
export function isPerson(user: Redacted): boolean {
	return (
		user !== "" &&
		!/(^|\\)(system|root|daemon|nobody|(local|network) ?service|[^\\]*\$)$/i.test(user) &&
		!/^(nt authority|nt service)\\/i.test(user)
	);
}
