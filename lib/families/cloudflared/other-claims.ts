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

/** Tokens anywhere else in the record. In the text of what starts it they count as given. */
export function otherClaims(record: DefenderRecord, chosen: Candidate | undefined, runs: boolean): FoundClaims {
	const texts = (["ProcessCommandLine", "InitiatingProcessCommandLine", "RegistryValueData", "AdditionalFields"] as const).map(
		(column) => ({
			text: columnText(record, column),
			gives: runs,
		}),
	);
	const others = otherTexts.map((column) => ({ text: columnText(record, column), gives: false }));
	const decoded = chosen?.readings.map(({ start }) => ({ text: start.command.text, gives: runs })) ?? [];
	const distinct = new Map<string, Claim>();
	const read = new Map<string, boolean>();
	let unread = false;
	for (const { text, gives } of [...decoded, ...texts, ...others]) {
		// A command often stands in two columns, or is the column.
		if (text.length < 24 || read.get(text) === gives) continue;
		if (distinct.size >= most) return { claims: [...distinct.values()], unread: true };
		read.set(text, gives);
		const found = foundIn(text, gives);
		unread ||= found.unread;
		for (const claim of found.claims) {
			const key = `${claim.tunnel.account} ${claim.tunnel.tunnelId}`;
			const before = distinct.get(key);
			if (before === undefined || (before.place === "elsewhere" && claim.place === "given")) distinct.set(key, claim);
		}
	}
	return { claims: [...distinct.values()], unread };
}
