import { isServer } from "../defender/device.ts";
import type { Severity } from "../detect/severity-scale.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import { exposesAdministration } from "./doubts.ts";
import {
	administers,
	clientSide,
	disguised,
	type Facts,
	foreignRuns,
	hasDoubt,
	hidden,
	isOnlyNamed,
	isQuiet,
	isTool,
	lowOnly,
	openPlace,
	opens,
	ownToken,
	pending,
	renamed,
	talks,
	unreadableToken,
	webOnClient,
	wellInstalled,
} from "./severity-facts.ts";
import type { Wording } from "./words.ts";

/** A situation, the least and the most that it is worth, and its sentence. Several may hold: the highest bounds count. */
export interface SituationRow {
	readonly when: (facts: Facts) => boolean;
	readonly least?: Severity;
	readonly most?: Severity;
	readonly reason: Wording;
}

export const situations: readonly SituationRow[] = [
	{ when: (f) => f.verdict === "ours", most: "info", reason: redactedText`the account and the tunnel are approved` },
	{
		when: (f) => f.fleet === "complete",
		most: "info",
		reason: redactedText`an approved connector of a managed fleet; its tunnel is not visible`,
	},
	{ when: (f) => f.memory === "installed", most: "info", reason: redactedText`the connector that an approved installation set up` },
	{ when: (f) => isQuiet(f), most: "info", reason: redactedText`another program with such words, or an everyday connection` },
	{
		when: (f) => (f.reading.bystander || isOnlyNamed(f)) && f.unapprovedToken,
		least: "low",
		most: "low",
		reason: redactedText`a tunnel token that is not approved stands there, and nothing is started with it`,
	},
	{
		when: (f) => isOnlyNamed(f) && !isQuiet(f),
		most: "low",
		reason: ({ tool }) => redactedText`only the name of ${tool} stands there`,
	},
	// Another account.
	{
		when: (f) => foreignRuns(f) && isServer(f.device) && administers(f),
		least: "critical",
		reason: redactedText`an account that is not approved exposes remote administration of a server`,
	},
	{
		when: (f) => foreignRuns(f) && f.device === "domain-controller",
		least: "critical",
		reason: redactedText`an account that is not approved has a tunnel on a domain controller`,
	},
	{ when: foreignRuns, least: "high", reason: ({ service }) => redactedText`the ${service} account is not an approved one` },
	{
		when: (f) => f.verdict === "not-ours" && f.reading.mode === "would-fail",
		least: "medium",
		most: "high",
		reason: redactedText`a token of an account that is not approved was tried, and could not start`,
	},
	{
		when: (f) => f.verdict === "not-ours" && !foreignRuns(f) && f.reading.mode !== "would-fail",
		least: "low",
		most: "medium",
		reason: redactedText`a token of an account that is not approved stands there, and nothing is run with it`,
	},
	// Another name.
	{
		when: (f) => renamed(f) && f.reading.official && !f.reading.file && !lowOnly(f),
		least: "high",
		reason: ({ tool }) => redactedText`an official release of ${tool} under another name`,
	},
	{
		when: disguised,
		least: "high",
		reason: ({ tool }) => redactedText`${tool} under another name`,
	},
	{
		when: (f) => renamed(f) && !f.reading.file && opens(f) && !f.reading.certain,
		least: "medium",
		most: "high",
		reason: ({ tool }) => redactedText`a program under another name behaves like ${tool}`,
	},
	{
		when: (f) => renamed(f) && f.reading.file,
		least: "medium",
		reason: ({ tool }) => redactedText`a copy of ${tool} was saved under another name`,
	},
	{
		when: (f) => f.reading.pretends && opens(f),
		least: "high",
		reason: ({ tool }) => redactedText`a program calls itself ${tool} and is none`,
	},
	// What is let in.
	{
		when: (f) => f.reading.mode === "quick" && administers(f) && isServer(f.device),
		least: "critical",
		reason: redactedText`a quick tunnel to remote administration of a server`,
	},
	{
		when: (f) => f.verdict !== "ours" && opens(f) && administers(f) && f.standing !== "approved",
		least: "high",
		reason: redactedText`it exposes remote administration or a whole network`,
	},
	{
		when: (f) =>
			f.verdict !== "ours" && opens(f) && exposesAdministration(f.reading.reached) && f.standing !== "approved" && !wellInstalled(f),
		least: "high",
		reason: redactedText`remote administration was reached through it`,
	},
	{
		when: (f) => f.reading.mode === "quick" && f.device === "domain-controller",
		least: "critical",
		reason: redactedText`a quick tunnel on a domain controller`,
	},
	{ when: (f) => f.reading.mode === "quick" && isServer(f.device), least: "high", reason: redactedText`a quick tunnel on a server` },
	{
		when: (f) => f.reading.detours.length > 0 && (opens(f) || f.reading.mode === "service-install"),
		least: "high",
		reason: ({ service }) => redactedText`its connection is led to another server than ${service}'s`,
	},
	{
		when: (f) => f.reading.contact.host === "foreign-edge" && isTool(f),
		least: "high",
		reason: ({ service }) => redactedText`it connected to the tunnel's port at an address that is not ${service}'s`,
	},
	{
		when: (f) => f.reading.startArguments || hasDoubt(f, "start-arguments"),
		least: "high",
		reason: redactedText`a service was started with other arguments than it was installed with`,
	},
	{
		when: (f) => f.reading.opensInOldReleases && f.reading.folderClass !== "standard" && f.reading.folderClass !== "package-manager",
		least: "high",
		reason: redactedText`it asks for the whole network, which releases before 2022.12 open`,
	},
	// Quick tunnels to the web.
	{
		when: (f) => webOnClient(f) && f.reading.launched,
		least: "low",
		most: "medium",
		reason: redactedText`a developer's tool shares a local web server`,
	},
	{ when: (f) => webOnClient(f) && !f.reading.launched, least: "medium", most: "medium", reason: redactedText`a quick tunnel on a client` },
	{
		when: (f) => f.reading.mode === "adhoc-named" && !administers(f) && !renamed(f),
		least: "medium",
		most: "high",
		reason: redactedText`a tunnel made on the spot with the account's certificate`,
	},
	// A readable token of our own account, or where nobody said which accounts are ours.
	{
		when: (f) => f.standing === "almost" && f.verdict === "cannot-tell" && ownToken(f),
		least: "medium",
		most: "medium",
		reason: redactedText`the account is approved, this tunnel is not`,
	},
	{
		when: (f) => f.standing === "almost" && ownToken(f) && isServer(f.device),
		least: "medium",
		most: "high",
		reason: redactedText`the account is approved, this tunnel is not, and it is a server`,
	},
	{
		when: (f) => f.standing !== undefined && !f.listsAccounts && ownToken(f),
		least: "medium",
		most: "high",
		reason: redactedText`nobody has said which accounts are ours`,
	},
	{
		when: (f) => f.standing === undefined && unreadableToken(f) && f.reading.decoding === "cut",
		least: "medium",
		most: "high",
		reason: redactedText`the token is cut off, so the account is not certain`,
	},
	{
		when: (f) => f.standing === undefined && unreadableToken(f) && f.reading.decoding !== "cut",
		least: "low",
		most: "medium",
		reason: redactedText`the token cannot be read`,
	},
	// Approved, but.
	{
		when: (f) =>
			hasDoubt(f, "exposes") || hasDoubt(f, "open-folder") || hasDoubt(f, "second-credential") || hasDoubt(f, "called-otherwise"),
		least: "medium",
		most: "high",
		reason: redactedText`the tunnel is approved, and something about this start is not`,
	},
	{
		when: (f) => hasDoubt(f, "user-folder") || hasDoubt(f, "config"),
		least: "low",
		most: "medium",
		reason: redactedText`the tunnel is approved, the place is unusual`,
	},
	{
		when: (f) => hasDoubt(f, "decoding") || hasDoubt(f, "unread") || hasDoubt(f, "altered"),
		least: "medium",
		most: "high",
		reason: redactedText`the tunnel looks approved and cannot be read without doubt`,
	},
	{
		when: (f) => f.foreignBeside && f.verdict === "cannot-tell" && isTool(f),
		least: "high",
		most: "high",
		reason: redactedText`a token of another account stands beside it`,
	},
	// The credential is hidden, by design or on purpose.
	{
		when: (f) => f.fleet === "partly",
		least: "medium",
		most: "high",
		reason: redactedText`an approved connector's place, and something else in it`,
	},
	{ when: (f) => f.fleet === "registry", least: "low", most: "low", reason: redactedText`the service entry of an approved connector` },
	{
		when: (f) => hidden(f) && !pending(f) && wellInstalled(f),
		least: "low",
		most: "medium",
		reason: redactedText`installed in the usual place and run as a service; its tunnel is not visible`,
	},
	{
		when: (f) => hidden(f) && !pending(f) && openPlace(f),
		least: "medium",
		most: "high",
		reason: redactedText`its tunnel is not visible, and it runs from where anybody can write`,
	},
	{
		when: (f) => hidden(f) && f.reading.byShell && isServer(f.device),
		least: "medium",
		most: "high",
		reason: redactedText`a tunnel that is not visible, started by hand on a server`,
	},
	{
		when: (f) => hidden(f) && !pending(f) && !wellInstalled(f) && !openPlace(f),
		least: "medium",
		most: "medium",
		reason: redactedText`its tunnel is not visible`,
	},
	{
		when: (f) => f.reading.mode === "service-install" && f.standing === undefined && !renamed(f) && f.verdict === "cannot-tell",
		least: "medium",
		most: "high",
		reason: redactedText`a tunnel was made a service, and its account is not visible`,
	},
	// Nothing is opened.
	{
		when: (f) => f.reading.mode === "would-fail" && f.verdict !== "not-ours",
		least: "low",
		most: "medium",
		reason: redactedText`it would not start`,
	},
	{
		when: (f) => clientSide.has(f.reading.mode) && f.verdict !== "not-ours" && isTool(f) && !renamed(f),
		least: "low",
		most: "low",
		reason: redactedText`it lets nobody in`,
	},
	{
		when: (f) => clientSide.has(f.reading.mode) && f.verdict !== "not-ours" && renamed(f),
		least: "low",
		most: "medium",
		reason: redactedText`it lets nobody in, but runs under another name`,
	},
	{
		when: (f) => f.reading.file && isTool(f) && !renamed(f) && f.reading.mode === "unknown" && f.verdict !== "not-ours",
		most: "medium",
		reason: ({ tool }) => redactedText`a copy of ${tool} was saved`,
	},
	// Who talks to the tunnel's servers.
	{ when: (f) => talks(f, "edge", "checker"), most: "low", reason: redactedText`a connection test` },
	{ when: (f) => talks(f, "edge", "browser"), most: "medium", reason: redactedText`a browser asked for the tunnel's servers` },
	{
		when: (f) => talks(f, "edge", "host-process") || talks(f, "quick-tunnel-service", "host-process"),
		least: "low",
		most: "medium",
		reason: redactedText`made for another program, such as a container: look for it`,
	},
	{
		when: (f) => f.reading.contact.talker === "nobody" && f.reading.contact.host !== "none",
		least: "low",
		most: "medium",
		reason: redactedText`seen on the network, no process known`,
	},
	{
		when: (f) => talks(f, "edge", "launcher"),
		least: "high",
		reason: ({ tool }) => redactedText`a program that is not ${tool} runs the tunnel's connection`,
	},
	{
		when: (f) =>
			talks(f, "discovery", "checker") ||
			talks(f, "discovery", "launcher") ||
			talks(f, "discovery", "browser") ||
			talks(f, "discovery", "host-process"),
		most: "low",
		reason: redactedText`a name lookup`,
	},
	{
		when: (f) => talks(f, "discovery", "other"),
		least: "medium",
		most: "high",
		reason: ({ tool }) => redactedText`only ${tool} looks these names up`,
	},
	{ when: (f) => talks(f, "everyday", "other"), most: "low", reason: ({ service }) => redactedText`an everyday host of ${service}` },
	{
		when: (f) =>
			talks(f, "quick-tunnel-service", "launcher") ||
			talks(f, "quick-tunnel-service", "checker") ||
			talks(f, "quick-tunnel-service", "browser"),
		most: "medium",
		reason: redactedText`a developer's program asked for a quick tunnel`,
	},
	{ when: (f) => talks(f, "quick-tunnel", "browser"), most: "low", reason: redactedText`a browser opened a quick tunnel's page` },
];

/** One step up for each, never above the ceiling. */
export const raising: readonly { readonly when: (facts: Facts) => boolean; readonly reason: Redacted }[] = [
	{
		when: (f) => opens(f) && f.reading.highUser && !f.reading.byServiceManager && !f.reading.container,
		reason: redactedText`run with all rights outside a service`,
	},
	{
		when: (f) => opens(f) && f.reading.later && openPlace(f),
		reason: redactedText`it starts again and again from where anybody can write`,
	},
	{ when: (f) => opens(f) && f.reading.byUnusualParent, reason: redactedText`started by a program that starts no tunnels` },
	{
		when: (f) => opens(f) && f.firstInTenant === true && isServer(f.device),
		reason: redactedText`the first time this account is seen in the tenant, and on a server`,
	},
];
