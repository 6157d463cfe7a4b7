import { readable } from "../../secrets/redact.ts";
import type { Claim } from "../../sighting/reading.ts";
import type { Tunnel } from "../../sighting/sighting.ts";
import { findTunnels, mostTokens, plainCredentials } from "./token.ts";
import { readToken, type TokenReading } from "./token-reading.ts";
import type { Word } from "./words.ts";

/** The account alone has 32 digits, in base64 that is more than this. */
const shortestToken = 40;
/** Tokens decoded among the arguments and variables of one start. */
const most = 16;
const front = 48 * 1_024;
const back = 16 * 1_024;

/**
 * The credentials that stand where a start takes one from, whether or not it would take this one.
 * @param known one of them that was read already.
 */
export function givenIn(
	args: readonly Word[],
	environment: ReadonlyMap<string, Word>,
	known: (TokenReading & { readonly value: string }) | undefined,
): readonly Tunnel[] {
	const found: Tunnel[] = [];
	const tokenIn = (value: string, ends: boolean): Tunnel | undefined => {
		if (value.length < shortestToken) return undefined;
		if (known !== undefined && known.value === value && isWhole(known)) return known.tunnel;
		return readToken({ value, start: 0, hidden: false }, ends).tunnel;
	};
	const keep = (tunnel: Tunnel | undefined): void => {
		if (tunnel !== undefined && tunnel.account !== "" && found.length < most) found.push(tunnel);
	};
	const install = args.findIndex(({ value }, at) => value === "install" && args[at - 1]?.value === "service");
	if (install !== -1) for (const { value } of args.slice(install + 1)) keep(tokenIn(value, false));
	for (let at = 0; at < args.length; at++) {
		const written = args[at]?.value ?? "";
		if (!written.startsWith("-")) continue;
		const flag = /^--?(token|credentials-contents)(?:=(.*))?$/s.exec(written);
		if (flag === null) continue;
		const value = flag[2] ?? args[at + 1]?.value ?? "";
		if (flag[1] === "token") keep(tokenIn(value, at + 2 >= args.length));
		else for (const { tunnel } of plainCredentials(value)) keep(tunnel);
		if (flag[1] === "credentials-contents") keep(accountOnly(value));
	}
	for (const [name, { value }] of environment) {
		if (name === "TUNNEL_TOKEN") keep(tokenIn(value, true));
		if (name === "TUNNEL_CRED_CONTENTS") keep(accountOnly(value));
	}
	return found;
}

/** Where it ends does not matter: cloudflared reads it as it is. */
function isWhole({ decoding }: TokenReading): boolean {
	return decoding === "readable" || decoding === "ambiguous" || decoding === "incomplete";
}

/** Credentials JSON, whose tunnel may stand elsewhere: the account is what counts. */
function accountOnly(json: string): Tunnel | undefined {
	const account = /AccountTag["'\\]{0,4}\s{0,8}:\s{0,8}["'\\]{0,4}([0-9a-f]{32})/i.exec(json.slice(0, 4_096))?.[1]?.toLowerCase();
	const tunnelId = /TunnelID["'\\]{0,4}\s{0,8}:\s{0,8}["'\\]{0,4}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i
		.exec(json.slice(0, 4_096))?.[1]
		?.toLowerCase();
	return account === undefined ? undefined : { account, tunnelId: tunnelId ?? "", endpoint: "", fingerprint: "" };
}

const nothingFound: FoundClaims = { claims: [], unread: false };

/** What a text claims, and whether more stands in it than was read. */
export interface FoundClaims {
	readonly claims: readonly Claim[];
	readonly unread: boolean;
}

/** Every other token of a text; one right behind a `--token` or a variable for it counts as given, whatever the rest says. */
export function foundIn(text: string, givesCredentials: boolean): FoundClaims {
	const whole = text.length <= front + back;
	const plain = readable(whole ? text : `${text.slice(0, front)} ${text.slice(-back)}`);
	const found = findTunnels(plain);
	if (found.length === 0) return whole ? nothingFound : { claims: [], unread: true };
	const claims = found
		.filter(({ tunnel }) => tunnel.account !== "")
		.map(({ tunnel, start }): Claim => {
			const before = plain.slice(Math.max(0, start - 48), start);
			const given = givesCredentials && /(?:--?token|TUNNEL_TOKEN|service["'\s^]{1,12}install)[\s"'=^:]{1,12}$/i.test(before);
			return { tunnel, place: given ? "given" : "elsewhere" };
		});
	return { claims, unread: !whole || found.length >= mostTokens };
}
