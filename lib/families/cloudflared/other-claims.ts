import type { DefenderRecord } from "../../defender/record.ts";
import { type NamedColumns, textOf } from "../../sighting/column-text.ts";
import type { Claim } from "../../sighting/reading.ts";
import type { Candidate } from "./candidate.ts";
import { type FoundClaims, foundIn } from "./claims.ts";
import { isSame } from "./credential.ts";
import type { StartReading } from "./read-start.ts";
import { opensTunnel } from "./start-mode.ts";

/** Two starts in one text with different credentials. */
export function hasAnother(tools: readonly StartReading[]): boolean {
	if (tools.length < 2) return false;
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

/** No shorter text holds enough of a token to read. */
const shortest = 24;

/** Tokens anywhere else in the record. In the text of what starts it they count as given. */
export function otherClaims({ columns }: DefenderRecord, chosen: Candidate, runs: boolean): FoundClaims {
	const starting = [...chosen.readings.map(({ start }) => start.command.text), ...startTexts(columns)];
	const texts = [...starting, ...otherTexts(columns)];
	const giving = runs ? starting.length : 0;
	let distinct: Map<string, Claim> | undefined;
	let unread = false;
	for (let at = 0; at < texts.length; at++) {
		const text = texts[at] ?? "";
		// A command often stands in two columns, or is the column. What gives a credential in one place is read again where it gives none.
		if (text.length < shortest || texts.indexOf(text, at < giving ? 0 : giving) < at) continue;
		if (distinct !== undefined && distinct.size >= most) return { claims: [...distinct.values()], unread: true };
		const found = foundIn(text, at < giving);
		unread ||= found.unread;
		for (const claim of found.claims) {
			distinct ??= new Map();
			const key = `${claim.tunnel.account} ${claim.tunnel.tunnelId}`;
			const before = distinct.get(key);
			if (before === undefined || (before.place === "elsewhere" && claim.place === "given")) distinct.set(key, claim);
		}
	}
	return { claims: distinct === undefined ? [] : [...distinct.values()], unread };
}

/** The columns of what starts a program. */
function startTexts(columns: NamedColumns): readonly string[] {
	return [
		textOf(columns.ProcessCommandLine),
		textOf(columns.InitiatingProcessCommandLine),
		textOf(columns.RegistryValueData),
		textOf(columns.AdditionalFields),
	];
}

/** Where else a device or a sender puts text of any length. */
function otherTexts(columns: NamedColumns): readonly string[] {
	return [
		textOf(columns.PreviousRegistryValueData),
		textOf(columns.FileOriginUrl),
		textOf(columns.FileOriginReferrerUrl),
		textOf(columns.RemoteUrl),
		textOf(columns.FileName),
		textOf(columns.FolderPath),
		textOf(columns.PreviousFileName),
		textOf(columns.PreviousFolderPath),
		textOf(columns.InitiatingProcessFolderPath),
		textOf(columns.RegistryKey),
		textOf(columns.RegistryValueName),
	];
}
