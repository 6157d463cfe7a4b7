import { isWorse, type Severity } from "../../detect/severity-scale.ts";
import type { Finding } from "../../findings/finding.ts";
import type { ChooseRoute } from "../../outbox/route.ts";
import { chooseLine, routeFacts } from "./choose-line.ts";
import type { RouteLine } from "./route-line.ts";

/** What a router must know of a destination. */
export interface RoutedDestination {
	readonly name: string;
	/** What its setting says; `undefined`: nothing. */
	readonly from: Severity | undefined;
	readonly kind: { readonly audience: "chat" | "machine"; readonly from: Severity };
}

export interface RouterDeps {
	/** The lines as they are now; `undefined` = there is no table. */
	readonly lines: () => readonly RouteLine[] | undefined;
	/** Those that are set, without the fallback. */
	readonly destinations: readonly RoutedDestination[];
	/** Outside the table: it hears what another destination has not taken. */
	readonly fallback: string | undefined;
	/** Outside the table too: each hears everything. */
	readonly always?: readonly string[];
}

/** Decides for each notice who is told, and who only finds it in the digest. Nobody at all is never the answer while a chat is set. */
export function createRouter({ lines, destinations, fallback, always = [] }: RouterDeps): ChooseRoute {
	const chats = destinations.filter(({ kind }) => kind.audience === "chat").map(({ name }) => name);
	return (finding) => {
		const line = chooseLine(lines() ?? [], routeFacts(finding));
		// A destination that is no longer set is left out here; the file that names it is told as wrong.
		const meant = line === undefined ? destinations : destinations.filter(({ name }) => line.to.includes(name));
		// Without a chat there is no digest to catch what a pager does not want: then the line itself must lead to who takes it.
		const least = leastSeverities(chats.length === 0 ? meant : destinations);
		const told = line?.digestOnly === true ? [] : meant.filter(({ name }) => speaksTo(finding, least.get(name) ?? "info"));
		const tells = told.map(({ name }) => name);
		const kept = meant.filter((one) => !told.includes(one)).map(({ name }) => name);
		// Where nobody is told and no chat keeps it either, it stands in the digest of all of them.
		const isLost = tells.length === 0 && !kept.some((name) => chats.includes(name));
		const keeps = isLost ? [...kept, ...chats.filter((name) => !kept.includes(name))] : kept;
		const digest = line === undefined ? undefined : [...tells, ...keeps, ...(fallback === undefined ? [] : [fallback])];
		const mention = line?.mention === false ? ({ mention: false } as const) : {};
		return { line: line?.name, tells: [...always, ...tells], keeps, digest, ...mention };
	};
}

/** Severe enough, or a person has said that it is not ours. */
function speaksTo({ severity, noticeSeverity, confirmedAt }: Finding, least: Severity): boolean {
	return confirmedAt !== undefined || !isWorse(least, noticeSeverity ?? severity);
}

/**
 * From which severity on each is told. What a kind asks for by itself counts only while another kind takes the rest;
 * otherwise nobody would hear of it.
 */
export function leastSeverities(destinations: readonly RoutedDestination[]): ReadonlyMap<string, Severity> {
	const someTakeAll = destinations.some(({ kind }) => kind.from === "info");
	return new Map(destinations.map(({ name, from, kind }) => [name, from ?? (someTakeAll ? kind.from : "info")]));
}
