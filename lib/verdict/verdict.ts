import { redactOwnWords } from "../secrets/redact.ts";
import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Mode, Ownership, Sighting, Tunnel } from "../sighting/sighting.ts";
import type { Approval } from "./approvals.ts";
import { type Doubt, doubtsOf, doubtWords } from "./doubts.ts";
import { runsOtherArguments, type ServiceEvent } from "./service-events.ts";
import { listsAccounts, type Standing, short, standingOf } from "./standing.ts";
import { plainVerdictWords, type VerdictWords, worded } from "./words.ts";

/** Whose tunnel it is, with what the severity needs to know about it. */
export interface Verdict {
	readonly ownership: Ownership;
	/** How the tunnel that counts stands; `undefined` where none can be read. */
	readonly standing: Standing["kind"] | undefined;
	/** Why an approved tunnel is not ours; empty otherwise. */
	readonly doubts: readonly Doubt[];
	/** The foreign tunnel that decided, where it is not the one that counts. */
	readonly foreign: Tunnel | undefined;
	/** A foreign token stands in the record, and another one counts. */
	readonly foreignBeside: boolean;
	/** A token that no approval covers stands somewhere in the record, or may stand where it was not read. */
	readonly unapprovedToken: boolean;
	readonly listsAccounts: boolean;
}

/**
 * The decision table; the first row that holds decides. A foreign account among a start's credentials means not ours. A
 * mode without an account means cannot tell. Otherwise the tunnel that counts is ours only if it is approved and
 * nothing speaks against it. Text added to a record can only add claims, and claims can only worsen the verdict.
 */
export function decideVerdict(
	sighting: Sighting,
	reading: Reading,
	approvals: readonly Approval[],
	now: Date,
	{ events = [], words = plainVerdictWords }: { readonly events?: readonly ServiceEvent[]; readonly words?: VerdictWords } = {},
): Verdict {
	const standing = (tunnel: Tunnel) => standingOf(tunnel, sighting, approvals, now);
	const own = effectiveOf(reading);
	const ownStanding = own === undefined ? undefined : standing(own);
	const foreigners = reading.claims.filter(({ tunnel, place }) => place !== "elsewhere" && standing(tunnel).kind === "foreign");
	const foreign = foreigners.find(({ place }) => place === "effective") ?? foreigners[0];
	const beside = reading.claims.some(({ tunnel, place }) => place !== "effective" && standing(tunnel).kind === "foreign");
	const lists = listsAccounts(approvals);
	const base = {
		standing: ownStanding?.kind,
		doubts: [],
		foreign: undefined,
		foreignBeside: beside && lists,
		unapprovedToken: reading.claims.some(({ tunnel }) => reading.unread || standing(tunnel).kind !== "approved"),
		listsAccounts: lists,
	};
	if (ownStanding?.kind === "foreign" || (foreign !== undefined && (foreign.place === "effective" || ownStanding === undefined))) {
		if (!lists) return { ...base, ownership: cannotTell(redactedText`No approved accounts are configured, so no account counts as ours.`) };
		const decided = ownStanding?.kind === "foreign" ? own : foreign?.tunnel;
		const account = short(decided?.account ?? "");
		return {
			...base,
			standing: "foreign",
			foreign: decided,
			foreignBeside: false,
			ownership: { verdict: "not-ours", reason: redactedText`${words.service} account ${account} is not an approved one.` },
		};
	}
	if (withoutAccount.has(reading.mode)) {
		const why = words.withoutAccount[reading.mode] ?? redactedText`Started this way, it names no account.`;
		return { ...base, ownership: cannotTell(why) };
	}
	if (own === undefined || ownStanding === undefined)
		return { ...base, ownership: cannotTell(unseenWords(sighting, reading, approvals, words)) };
	if (ownStanding.kind !== "approved") {
		return { ...base, ownership: cannotTell(ownStanding.kind === "almost" ? ownStanding.why : redactedText`No tunnel is visible.`) };
	}
	const doubts = doubtsOf(sighting, reading, { by: ownStanding.by, foreignBeside: beside, otherArguments: runsOtherArguments(events) });
	const [gravest] = doubts;
	if (gravest === undefined) return { ...base, ownership: { verdict: "ours", reason: approvedBy(ownStanding.by) } };
	return {
		...base,
		doubts,
		ownership: cannotTell(redactedText`The tunnel is approved as ${ownStanding.by.label}, but ${worded(doubtWords[gravest], words)}.`),
	};
}

/** The tunnel that nothing hidden can overrule: an own token, or the one a service is installed with. */
function effectiveOf({ tunnel, mode }: Reading): Tunnel | undefined {
	return tunnel !== undefined && (mode === "named-token" || mode === "service-install") ? tunnel : undefined;
}

function approvedBy(one: Approval): Redacted {
	return redactedText`Approved as ${one.label} by ${one.owner} until ${one.until}.`;
}

function cannotTell(reason: Redacted): Ownership {
	return { verdict: "cannot-tell", reason };
}

/** These belong to no account that a record could show, whatever else stands in it. */
const withoutAccount: ReadonlySet<Mode> = new Set<Mode>([
	"quick",
	"adhoc-named",
	"access-client",
	"maintenance",
	"would-fail",
	"service-mode",
	"service-uninstall",
]);

/** Why the tunnel that counts cannot be read. */
function unseenWords(
	{ tokenFile, tunnel, program }: Sighting,
	{ mode, decoding, kind, claims }: Reading,
	approvals: readonly Approval[],
	{ tool }: VerdictWords,
): Redacted {
	if ((kind === "other" || kind === "mention") && claims.length > 0)
		return redactedText`No tunnel starts here, but a tunnel token stands in this record.`;
	// Seen for what it did, not for a word: what it is may well be a tunnel.
	if (kind === "other") return redactedText`Nothing in this record names an account.`;
	if (kind === "mention")
		return program.fileName === ""
			? redactedText`No tunnel of ${tool} starts here: something only has its words or its name.`
			: redactedText`No tunnel of ${tool} starts here: ${program.fileName} only has its words or its name.`;
	const named = tunnel?.tunnelId ?? "";
	const listed = named === "" ? undefined : approvals.find((one) => one.tunnels.includes(named));
	const which =
		listed === undefined
			? redactedText``
			: redactedText` Tunnel ${short(named)} is on the list of ${listed.label}, but a name is no proof.`;
	switch (mode) {
		case "named-token-file":
			return redactedText`The token is read from ${tokenFile ?? redactOwnWords("a file")}, so the account is not visible.${which}`;
		case "named-env":
			return redactedText`The token is not on the command line, so the account is not visible.${which}`;
		case "named-credentials":
			return redactedText`The credentials are in a file, so the account is not visible.${which}`;
		case "service-install":
			return redactedText`The service was installed without a readable token.`;
		case "named-token":
			return decoding === "hidden"
				? redactedText`A variable stands in place of the token.`
				: redactedText`The token on the command line cannot be read.`;
		case "unknown":
		case "quick":
		case "adhoc-named":
		case "access-client":
		case "maintenance":
		case "would-fail":
		case "service-mode":
		case "service-uninstall":
			return redactedText`The record shows no tunnel token.`;
	}
}
