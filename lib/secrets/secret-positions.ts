import { hasLongRun, matchAt } from "./base64.ts";
import { createSearchScreen } from "./screen.ts";
import {
	anyOf,
	authorizationSchemes,
	keyStarts,
	loginTools,
	passwordTools,
	secretFlags,
	secretKeys,
	secretQueryEnds,
	secretQueryNames,
	secretVariables,
	slashSecrets,
} from "./secret-names.ts";
import { markerPattern, pastSeparators, quotedEnd, unlessMarker, valueAfter, wordEnd } from "./secret-value.ts";
import { each, type TextRange } from "./text-range.ts";
import type { ToolSecrets } from "./tool-secrets.ts";
import { toolsBeside } from "./tools-beside.ts";
import { inUnbroken } from "./unbroken.ts";

// Most texts hold none of these words and are done after one look.
const introducers =
	"token|secret|session|pass|pwd|phrase|key|cred|authorization|bearer|:\\/\\/|-----BEGIN|-p|-s|-u|\\/p|\\/rp|[\"']s\\\\*[\"']|sig(?:=|%3D)|signature|code(?:=|%3D)|securestring|kennwort|passwort|parole|mot-de-passe|senha|contrase|otp|private.?mac|\\.py|net1?\\b|MII|MHcC|MC4C|b3Blbn";

const shortSecretKey = /["']s\\*["']\s{0,8}:/gi;
const headers = /(?:x-auth-key|x-api-key|x-auth-token)\s{0,8}[:=]/gi;
const authorization = new RegExp(
	String.raw`(?:authorization\\*["']?\s{0,8}[:=][\s"'\\]{0,8}(?:(?:${anyOf(authorizationSchemes)})\b)?|\bbearer(?![\w.-]))`,
	"gi",
);
const slashOptions = new RegExp(String.raw`\s\/(?:(?:${anyOf(slashSecrets)}):|(?:rp|pass|password|token)\s)`, "gi");
/** Also in an address that is itself a query value, and a signature that stands before all the rest. */
const queryValues = new RegExp(
	String.raw`(?:(?:[?&;=]|%26|%3F|%3D)(?:[\w-]{0,40}(?:${anyOf(secretQueryEnds)})|${anyOf(secretQueryNames)})|(?<!\w)sig)(?:=|%3D)(?=[^&#\s"'<>])`,
	"gi",
);
const inQuery = /[?&][\w-]*$/;
const queryValue = new RegExp(String.raw`(?:${markerPattern}|[^&#\s"'<>])+`, "y");
const userInfo = /:\/\/[^\s/"'@:]*:(?=[^\s"'/]+@)/g;
const userSecret = new RegExp(String.raw`(?:${markerPattern}|[^\s"'/])+(?=@)`, "y");
const pem = /-----BEGIN [A-Z ]{0,40}(?:TOKEN|PRIVATE KEY)-----/g;
const pemBodies = new RegExp(String.raw`(?:${anyOf(keyStarts)})[A-Za-z0-9+/]{40,}(?:(?:\r?\n|\\r\\n|\\n)[A-Za-z0-9+/]{8,})*={0,2}`, "g");
const userAccount = /\bnet1?(?:\.exe)?\s+(?:user\s+(?:"[^"\n]{1,64}"|(?![/-])\S+)|use\s+(?!\/)\S+(?:\s+\\\\\S+)?)(?=\s)/gi;
/** How userAccount and userShare begin. */
const anyNet = /\bnet1?(?:\.exe)?\s/i;
const userShare = /\bnet1?(?:\.exe)?\s+use\s[^|&\n]{0,200}?\/user:\S+(?=\s)/gi;
const toolsWithPassword = new RegExp(
	String.raw`\b(?:(?:${anyOf(loginTools)})(?:\.(?:cmd|exe))?(?:\\?["'])?(?:\s{1,8}\w{1,20})?\s{1,8}login|${anyOf(passwordTools)})(?![\w-])`,
	"i",
);
const toolPassword = /\s-[pP](?:w|ass)?(?![\w-])/g;
const joinedToolPassword = /\s-p(?=[^\s-])(?!(?:w|ass)\s)/g;
/** `user:password`, which no path with a drive and no address is. */
const userAndColon = String.raw`(?:\\?["'])?[^\s:"']{1,64}:(?![\s\\]|//)`;
const anyCurl = /curl/i;
const curlUser = new RegExp(String.raw`\s(?:-u|--user)[\s=]${userAndColon}`, "g");
const credentialUser = new RegExp(String.raw`-cred(?:entials?)?[\s:=]{1,4}${userAndColon}`, "gi");
/** `<Password>x</Password>`, `<Password><Value>x</Value>` */
const element = /<(?:\w{1,20}:)?\w{0,20}(?:password|passphrase|secret|token|apikey)>\s{0,8}(?:<value>)?/gi;
/** `wmiexec.py domain/user:password@host` */
const impacket = /\.py["']?\s{1,4}(?:[^\s/"'@:]{1,64}\/)?[^\s/"'@:]{1,64}:(?=[^\s"'/]{1,256}@)/gi;
/** A token in place of the user, as Git takes it. */
const userToken = /:\/\/(?=[^\s/"'@:]{16,256}@)(?=[^\s@]{0,255}\d)/g;
const secureString =
	/ConvertTo-SecureString(?:\s{1,4}-(?:AsPlainText|Force))*(?:\s{1,4}-String)?(?=[\s(](?!\s{0,4}-(?:AsPlainText|Force)))/gi;

const anyToolBeside = new RegExp(toolsBeside.map(({ tool }) => tool.source).join("|"), "i");

/**
 * Where secrets must stand because of what stands before them, whether or not they look like secrets; compiled once for
 * these tools. `worthIt`: which searches a screen of theirs lets through, where the caller asked one already.
 */
export function createSecretPositions(tools: readonly ToolSecrets[]): (text: string, worthIt?: number) => readonly TextRange[] {
	const names = [
		...namesOf(tools, (tool) => tool.flags),
		...namesOf(tools, (tool) => tool.variables),
		...namesOf(tools, (tool) => tool.keys),
	];
	const besides = toolsBeside.map(({ tool }) => `|${tool.source}`);
	const anyIntroducer = new RegExp(`${introducers}${[...names, ...besides].join("")}`, "i");
	const searches = secretSearches(tools);
	const screen = createSearchScreen(searches.map(({ pattern }) => pattern));
	const search = (text: string, worthIt = screen(text)): readonly TextRange[] => {
		const own = tools.flatMap((tool) => tool.byPosition(text));
		if (worthIt === 0 || !anyIntroducer.test(text)) return own;
		return [...own, ...searches.flatMap(({ find }, place) => ((worthIt & (1 << place)) === 0 ? [] : find(text)))];
	};
	return (text, worthIt) => {
		const found = search(text, worthIt);
		const broken = inUnbroken(text, search);
		return broken.length === 0 ? found : [...found, ...broken];
	};
}

/** What finds nothing in a text that its pattern does not match anywhere. */
export interface Search {
	readonly pattern: RegExp;
	readonly find: (text: string) => readonly TextRange[];
}

const announced = (pattern: RegExp): Search => ({ pattern, find: (text) => each(text, pattern, valueAfter) });

const searchesForAll: readonly Search[] = [
	...[shortSecretKey, headers, authorization, slashOptions, secureString].map(announced),
	{
		pattern: toolsWithPassword,
		find: (text) =>
			toolsWithPassword.test(text) ? [toolPassword, joinedToolPassword].flatMap((introducer) => each(text, introducer, valueAfter)) : [],
	},
	{
		pattern: anyToolBeside,
		find: (text) =>
			anyToolBeside.test(text) ? toolsBeside.flatMap(({ tool, before }) => (tool.test(text) ? each(text, before, valueAfter) : [])) : [],
	},
	{ pattern: element, find: (text) => (text.includes("<") ? each(text, element, valueAfter) : []) },
	...[impacket, userToken].map(
		(pattern): Search => ({ pattern, find: (text) => (text.includes("@") ? each(text, pattern, beforeHost) : []) }),
	),
	{ pattern: credentialUser, find: (text) => each(text, credentialUser, passwordOfUser) },
	{ pattern: anyCurl, find: (text) => (anyCurl.test(text) ? each(text, curlUser, passwordOfUser) : []) },
	{
		pattern: anyNet,
		find: (text) => (anyNet.test(text) ? [userAccount, userShare].flatMap((pattern) => each(text, pattern, userPassword)) : []),
	},
	{
		pattern: queryValues,
		find: (text) =>
			/=|%3d/i.test(text)
				? each(text, queryValues, (_, from) => unlessMarker(text, from, from + matchAt(queryValue, text, from).length))
				: [],
	},
	{ pattern: userInfo, find: (text) => (text.includes("@") ? each(text, userInfo, beforeHost) : []) },
	{ pattern: pem, find: (text) => (text.includes("-----BEGIN") ? pemBlocks(text) : []) },
	{ pattern: pemBodies, find: (text) => (hasLongRun(text) ? each(text, pemBodies, (_, end, start) => ({ start, end })) : []) },
];

/** The searches for these tools, behind what any word in the text announces. */
export function secretSearches(tools: readonly ToolSecrets[]): readonly Search[] {
	const named = (of: (tool: ToolSecrets) => readonly string[]): string => namesOf(tools, of).join("");
	const variables = new RegExp(`(?:${secretVariables.join("|")}${named((tool) => tool.variables)})(?!\\w)`, "gi");
	const flags = new RegExp(`-(?:${anyOf(secretFlags)}${named((tool) => tool.flags)})(?![\\w-]|\\.\\w)`, "gi");
	const keyed = named((tool) => tool.keys);
	const keys = new RegExp(`(?:(?:${anyOf(secretKeys, "[_-]?")})(?<!publickeytoken)${keyed})\\\\*["']?\\s{0,8}[=:]`, "gi");
	return [...[variables, flags].map(announced), ...searchesForAll, keySearch(keys)];
}

function namesOf(tools: readonly ToolSecrets[], of: (tool: ToolSecrets) => readonly string[]): readonly string[] {
	return tools.flatMap(of).map((name) => `|${name}`);
}

function keySearch(keys: RegExp): Search {
	const find = (text: string): readonly TextRange[] =>
		each(text, keys, (_, from, start) => (inQuery.test(text.slice(Math.max(0, start - 40), start)) ? undefined : valueAfter(text, from)));
	return { pattern: keys, find };
}

/** A password or token up to the `@` before a host. */
function beforeHost(text: string, from: number): TextRange | undefined {
	return unlessMarker(text, from, from + matchAt(userSecret, text, from).length);
}

function pemBlocks(text: string): readonly TextRange[] {
	const lastEnd = text.lastIndexOf("-----END ");
	return each(text, pem, (_, end, start) => ({ start, end: blockEnd(text, end, lastEnd) }));
}

/** `USER:PASSWORD`, up to the quote that was opened before the user. */
function passwordOfUser(text: string, from: number, start: number): TextRange | undefined {
	const [opened] = text.slice(start, from).match(/\\?["']/) ?? [];
	return opened === undefined ? valueAfter(text, from) : unlessMarker(text, from, quotedEnd(text, from, opened));
}

/** `net user NAME PASSWORD`, `net use \\server PASSWORD`: the next word, unless it is an option. */
function userPassword(text: string, from: number): TextRange | undefined {
	const start = pastSeparators(text, from);
	return /[/&|*-]/.test(text[start] ?? "/") ? undefined : unlessMarker(text, start, wordEnd(text, start));
}

/** Up to the block's end; without one only what looks like its body goes, so that an open header hides no evidence. */
function blockEnd(text: string, from: number, lastEnd: number): number {
	const close = from > lastEnd ? -1 : text.indexOf("-----END ", from);
	const end = close === -1 ? -1 : text.indexOf("-----", close + 9);
	return end === -1 ? from + matchAt(openBody, text, from).length : end + 5;
}

/** The first word behind a header, then those as long as lines of a key. */
const openBody = /(?:\s|\\[rn])*[^\s\\]+(?:(?:\s|\\[rn])+[A-Za-z0-9+/=]{20,})*/y;
