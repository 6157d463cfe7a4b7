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
export function otherClaims(record: DefenderRecord, chosen: Candidate | undefined, runs: boolean): FoundClaims {
	const textOf = (column: Column): string => columnText(record, column);
	const decoded = chosen?.readings.map(({ start }) => start.command.text) ?? [];
	const distinct = new Map<string, Claim>();
	const read = new Set<string>();
	let unread = false;
	for (const [texts, gives] of [[[...decoded, ...startTexts.map(textOf)], runs] as const, [otherTexts.map(textOf), false] as const]) {
		for (const text of texts) {
			// A command often stands in two columns, or is the column.
			if (text.length < shortest || read.has(text)) continue;
			if (distinct.size >= most) return { claims: [...distinct.values()], unread: true };
			read.add(text);
			const found = foundIn(text, gives);
			unread ||= found.unread;
			for (const claim of found.claims) {
				const key = `${claim.tunnel.account} ${claim.tunnel.tunnelId}`;
				const before = distinct.get(key);
				if (before === undefined || (before.place === "elsewhere" && claim.place === "given")) distinct.set(key, claim);
			}
		}
		// What gives a credential in one place is read again where it gives none.
		if (gives) read.clear();
	}
	return { claims: [...distinct.values()], unread };
}
