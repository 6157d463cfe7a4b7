import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Spread } from "../../sighting/sighting.ts";
import { type Inert, idText, inertText, joined, plainName } from "../text.ts";
import { note, row, type StoryRow, strong } from "./story.ts";
import { utc } from "./time.ts";
import { knownTunnel, modeWords } from "./tunnel-words.ts";

/** How the tunnel runs, whose account it is, and how common that account is here. */
export function tunnelRow(finding: Finding, name: (text: Redacted) => Inert): StoryRow | undefined {
	const { hostname, prevalence } = finding.worst;
	const { tunnel, learnedAt } = knownTunnel(finding);
	const facts = [
		labelled(inertText`account`, tunnel?.account ?? ""),
		labelled(inertText`tunnel`, tunnel?.tunnelId ?? ""),
		learnedAt === undefined ? inertText`` : inertText`learned ${utc(learnedAt)}`,
		sameAccountWords(prevalence?.account) || spreadWords(prevalence?.account ?? prevalence?.tunnel),
		hostname === "" ? inertText`` : inertText`public name ${name(hostname)}`,
	];
	return row(inertText`Tunnel`, strong(modeWords(finding.worst)), note(joined(facts, inertText`, `)));
}

/** "same account on fin-lt-0142 since 2026-11-02 08:15:00 UTC" */
function sameAccountWords(spread: Spread | undefined): Inert {
	const related = relatedWords(spread);
	return spread === undefined || related === "" ? inertText`` : inertText`same account on ${related} since ${utc(spread.since)}`;
}

/** "fin-lt-0142", "fin-lt-0142, fin-lt-0143 and 19 more": the other devices; empty where none of them is known by name. */
export function relatedWords(spread: Spread | undefined): Inert {
	const names = (spread?.others ?? []).map((name) => plainName(name, "" as Redacted, 24));
	if (spread === undefined || names.length === 0) return inertText``;
	const more = spread.devices - 1 - names.length;
	const list = joined(names, inertText`, `);
	return more > 0 ? inertText`${list} and ${more} more` : list;
}

/** "on 3 devices since 2026-11-02 08:15:00 UTC"; the count stops at a hundred, this device included. */
export function spreadWords(spread: Spread | undefined): Inert {
	if (spread === undefined) return inertText``;
	if (spread.devices <= 1) return inertText`only on this device`;
	return inertText`on ${spread.devices}${spread.devices >= 100 ? inertText` or more` : inertText``} devices since ${utc(spread.since)}`;
}

/** `9f86d081…5ad015`: enough to compare at a glance; the details hold all of it. */
export function shortId(id: string): Inert {
	const whole = idText(id);
	return whole.length > 20 ? inertText`${idText(whole.slice(0, 8))}…${idText(whole.slice(-6))}` : whole;
}

function labelled(label: Inert, id: string): Inert {
	const short = shortId(id);
	return short === "" ? short : inertText`${label} ${short}`;
}
