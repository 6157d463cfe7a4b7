import type { DefenderRecord } from "../../defender/record.ts";
import type { Column } from "../../defender/tables.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Claim } from "../../sighting/reading.ts";
import type { Candidate } from "./candidate.ts";
import { type FoundClaims, foundIn } from "./claims.ts";
import { isSame } from "./credential.ts";
import { opensTunnel, type StartReading } from "./read-start.ts";

/** Two starts in one text with different credentials. */
export function hasAnother(tools: readonly StartReading[]): boolean {
	const tunnels = tools.flatMap(({ tunnel }) => (tunnel === undefined ? [] : [tunnel]));
	const [first] = tunnels;
	const opening = tools.filter(({ mode }) => opensTunnel(mode) || mode === "service-install");
	return (
		tunnels.some((one) => !isSame(one, first)) ||
		(opening.length > 1 && opening.some(({ tunnel }) => tunnel === undefined || !isSame(tunnel, first)))
	);
}

/** Once a record claims so many different tunnels, its other texts are not read any more. */
const most = 16;

/** The columns of what starts a program. */
const startTexts = [
	"ProcessCommandLine",
	"InitiatingProcessCommandLine",
	"RegistryValueData",
	"AdditionalFields",
] as const satisfies readonly Column[];
/** Where else a device or a sender puts text of any length. */
const otherTexts = [
	"PreviousRegistryValueData",
	"FileOriginUrl",
	"FileOriginReferrerUrl",
	"RemoteUrl",
	"FileName",
	"FolderPath",
	"PreviousFileName",
	"PreviousFolderPath",
	"InitiatingProcessFolderPath",
	"RegistryKey",
	"RegistryValueName",
] as const satisfies readonly Column[];

/** No shorter text holds enough of a token to read. */
const shortest = 24;

/** Tokens anywhere else in the record. In the text of what starts it they count as given. */
export function otherClaims(record: DefenderRecord, chosen: Candidate, runs: boolean): FoundClaims {
	const texts: string[] = [];
	const keep = (text: string): void => {
		if (text.length >= shortest) texts.push(text);
	};
	for (const { start } of chosen.readings) keep(start.command.text);
	for (const column of startTexts) keep(columnText(record, column));
	const giving = runs ? texts.length : 0;
	for (const column of otherTexts) keep(columnText(record, column));
	const distinct = new Map<string, Claim>();
	let unread = false;
	for (const [at, text] of texts.entries()) {
		// A command often stands in two columns, or is the column. What gives a credential in one place is read again where it gives none.
		if (texts.indexOf(text, at < giving ? 0 : giving) < at) continue;
		if (distinct.size >= most) return { claims: [...distinct.values()], unread: true };
		const found = foundIn(text, at < giving);
		unread ||= found.unread;
		for (const claim of found.claims) {
			const key = `${claim.tunnel.account} ${claim.tunnel.tunnelId}`;
			const before = distinct.get(key);
			if (before === undefined || (before.place === "elsewhere" && claim.place === "given")) distinct.set(key, claim);
		}
	}
	return { claims: [...distinct.values()], unread };
}
