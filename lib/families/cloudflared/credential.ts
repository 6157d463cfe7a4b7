import type { Claim } from "../../sighting/reading.ts";
import type { Tunnel } from "../../sighting/sighting.ts";
import type { Command } from "./command.ts";
import type { Start } from "./start.ts";
import { readTunnelId } from "./token.ts";
import { readToken, type TokenReading } from "./token-reading.ts";
import type { Lookup, Runs } from "./what-runs.ts";
import type { Word } from "./words.ts";

/** What the command runs with, as far as the record shows it. */
export interface OwnCredential extends TokenReading {
	/** The token itself. */
	readonly value: string;
	/** Nothing that the record does not show can overrule it. */
	readonly conclusive: boolean;
}

/** The token that counts; `undefined`: none is given in words. */
export function credentialOf(runs: Runs, start: Start, command: Command): OwnCredential | undefined {
	if (runs.kind === "token")
		return readAs(wordOf(start, runs.token.value, runs.token.from === "environment"), runs.token.from === "arguments");
	if (runs.kind !== "service-install" || runs.token === undefined) return undefined;
	return readAs(wordOf(start, runs.token, false), command.outcome === "command");
}

function readAs({ word, ends }: { readonly word: Word; readonly ends: boolean }, conclusive: boolean): OwnCredential {
	const { decoding, tunnel } = readToken(word, ends);
	return { value: word.value, decoding, tunnel, conclusive };
}

/** The word that holds a value, to know whether a shell would replace it and whether the text ends in it. */
function wordOf(start: Start, value: string, inEnvironment: boolean): { readonly word: Word; readonly ends: boolean } {
	if (inEnvironment) return { word: start.environment.get("TUNNEL_TOKEN") ?? { value, start: 0, hidden: false }, ends: false };
	const at = start.args.findLastIndex((word) => word.value === value || word.value.endsWith(`=${value}`));
	const hidden = start.args[at]?.hidden === true;
	return { word: { value, start: 0, hidden }, ends: at === start.args.length - 1 };
}

/** Every tunnel that a start names: the one that counts, and those that are only given. */
export function claimsOf(given: readonly Tunnel[], effective: Tunnel | undefined): readonly Claim[] {
	if (effective === undefined && given.length === 0) return [];
	const effectiveClaim: readonly Claim[] = effective === undefined ? [] : [{ tunnel: effective, place: "effective" }];
	return [...effectiveClaim, ...given.filter((one) => !isSame(one, effective)).map((tunnel) => ({ tunnel, place: "given" }) as const)];
}

/** Same account and same tunnel id; two tunnels without a visible id count as the same. */
export function isSame(one: Tunnel, other: Tunnel | undefined): boolean {
	return other !== undefined && one.account === other.account && one.tunnelId === other.tunnelId;
}

/** Another token, a file with one, credentials, or the UUID of another tunnel beside the one that counts. */
export function hasSecond(runs: Runs, lookup: Lookup, given: readonly Tunnel[], command: Command, tunnel: Tunnel | undefined): boolean {
	if (runs.kind !== "token" && runs.kind !== "service-install") return false;
	const named = ["token-file", "credentials-file", "credentials-contents"].some((flag) => (lookup(flag)?.value ?? "") !== "");
	const other = given.some((one) => !isSame(one, tunnel));
	const tokens = command.levels.flatMap(({ flags }) => flags.get("token") ?? []).filter((value) => value !== "");
	const ids = command.outcome === "command" ? command.positionals.map((word) => readTunnelId(word)) : [];
	return named || other || new Set(tokens).size > 1 || ids.some((id) => id !== undefined && id !== tunnel?.tunnelId);
}
