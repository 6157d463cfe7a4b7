import type { Redacted } from "../../secrets/redacted.ts";

/** Whom an account belongs to: a person, a team that looks after a service, or the system and its daemons. */
type AccountKind = "person" | "service" | "system";

/** Accounts that come with an operating system or with a package; macOS begins its own with `_`, containers know only numbers. */
const systems =
	/^(system|root|(local|network) ?service|_.*|\d+|daemon|nobody|nonroot|www-data|nginx|apache|httpd|tomcat|postgres|mysql|redis|sshd|systemd-.*|.*\$)$/i;

/** As Windows calls the domain of its own accounts, in English, German and French. */
const systemDomains =
	/^(nt (authority|service|virtual machine)|nt-(autorität|dienst)|autorite nt|iis apppool|window manager|font driver host)$/i;

const services = /^svc|^(service|srv)[-_.]|[-_.](svc|service)$/i;

/** @param program file name of what the account runs: one that is called the same is the program's own */
export function accountKind(user: Redacted, program: Redacted): AccountKind {
	const end = user.lastIndexOf("\\");
	const name = user.slice(end + 1).replace(/@.*$/s, "");
	if (name === "" || systems.test(name) || systemDomains.test(user.slice(0, Math.max(0, end)))) return "system";
	if (name.toLowerCase() === program.replace(/\.exe$/i, "").toLowerCase()) return "system";
	return services.test(name) ? "service" : "person";
}
