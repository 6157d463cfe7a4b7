import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Spread } from "../../sighting/sighting.ts";
import { type Inert, idText, joined, say } from "../text.ts";
import { note, type Row, row, strong } from "./story.ts";
import { utc } from "./time.ts";
import { knownTunnel, modeWords } from "./tunnel-words.ts";

/** How the tunnel runs, whose account it is, and how common that account is here. */
export function tunnelRow(finding: Finding, name: (text: Redacted) => Inert): Row | undefined {
	const { hostname, prevalence } = finding.worst;
	const { tunnel, learnedAt } = knownTunnel(finding);
	const facts = [
		labelled(say`account`, tunnel?.account ?? ""),
		labelled(say`tunnel`, tunnel?.tunnelId ?? ""),
		learnedAt === undefined ? say`` : say`learned ${utc(learnedAt)}`,
		spreadWords(prevalence?.account ?? prevalence?.tunnel),
		hostname === "" ? say`` : say`public name ${name(hostname)}`,
	];
	return row(say`Tunnel`, strong(modeWords(finding.worst)), note(joined(facts, say`, `)));
}

/** "on 3 devices since 2026-11-02 08:15:00 UTC"; the count stops at a hundred, this device included. */
export function spreadWords(spread: Spread | undefined): Inert {
	if (spread === undefined) return say``;
	if (spread.devices <= 1) return say`only on this device`;
	return say`on ${spread.devices}${spread.devices >= 100 ? say` or more` : say``} devices since ${utc(spread.since)}`;
}

/** `9f86d081…5ad015`: enough to compare at a glance; the details hold all of it. */
export function shortId(id: string): Inert {
	const whole = idText(id);
	return whole.length > 20 ? say`${idText(whole.slice(0, 8))}…${idText(whole.slice(-6))}` : whole;
}

function labelled(label: Inert, id: string): Inert {
	const short = shortId(id);
	return short === "" ? short : say`${label} ${short}`;
}
