import { baseName, nameKind } from "./names.ts";
import type { Shell } from "./shell-text.ts";
import { isDeciding, isOwnVariables } from "./surroundings.ts";
import type { Word, Words } from "./words.ts";

/** A word that can become any number of arguments, and of two flags the last one counts. */
export const wholeVariable = /^(?:\$(?:\{.*\}|\(.*\)|\w+|[@*])|%\w+%|!\w+!)$/s;

/** What gives a name another meaning, or runs text in the shell itself that stands somewhere else. */
const redefining: Readonly<Record<Shell, RegExp>> = {
	posix: /^(?:alias|function|source|\.|enable)$/,
	cmd: /^(?:doskey|path|call|subst)$/i,
	powershell: /^(?:function|filter|set-alias|sal|new-alias|nal|import-alias|ipal|\.|using)$|^\$\{?(?:alias|function):/i,
};
/** Commands that give a variable a value which does not stand in front of an `=`. */
const giving = /^(?:read|printf|mapfile|readarray|getopts|for|let|set)$/i;
const drive = /^(?:alias|function):/i;

/**
 * The command can change what a later command of the same text runs or reads: it defines a name again, runs text that
 * nobody sees, or puts another file in the place of cloudflared or of its settings. Pure; one look at each word.
 */
export function changesLater(command: Words, shell: Shell): boolean {
	const [first, ...rest] = command.words;
	if (first === undefined) return false;
	const name = first.value.toLowerCase();
	if (redefining[shell].test(first.value)) return !isOwnSubroutine(name, rest) && !isSourcedAnyway(name, rest);
	if (name === "trap") return rest.some(({ value }) => /^(?:DEBUG|ERR|RETURN)$/.test(value));
	if (name === "hash") return rest.some(({ value }) => /^-\w*p|\w=/.test(value));
	if (/^(?:import-module|ipmo)$/.test(name)) return rest.some(({ value }) => /[\\/]/.test(value));
	if (wholeVariable.test(first.value) && first.hidden && rest.length === 0) return true;
	if (/^(?:eval|iex|invoke-expression|export|declare|typeset|readonly)$/.test(name)) return rest.some((word) => isOpen(word));
	if (giving.test(name)) return rest.some(({ value }) => isDeciding(value.replace(/=$/, "")) || /^!\w+!$/.test(value));
	if (shell === "powershell" && /^(?:set|new|copy|rename)-(?:item|content)$|^(?:si|ni|sc|cpi|rni)$/.test(name))
		if (rest.some(({ value }) => drive.test(value))) return true;
	return replacesFile(command, name, rest);
}

/** `call :label` stays in the same text. */
function isOwnSubroutine(name: string, [first]: readonly Word[]): boolean {
	return name === "call" && (first?.value.startsWith(":") === true || (first !== undefined && nameKind(first.value) !== undefined));
}

/** What every login on the device reads anyway, or the service itself, and only administrators write. */
function isSourcedAnyway(name: string, [file, more]: readonly Word[]): boolean {
	const { value } = file ?? { value: "" };
	const ofDevice = /^\/etc\/(?:profile|environment|bashrc|bash\.bashrc|zshrc|zsh\/zshrc|zprofile)$/.test(value);
	return /^(?:source|\.)$/.test(name) && more === undefined && (ofDevice || isOwnVariables(value));
}

/** What everybody's profile evaluates: it puts usual folders in front of `PATH`, or says where an agent listens. */
const usualSetup =
	/^\$\((?:(?:\/opt\/homebrew|\/usr\/local|\/home\/linuxbrew\/\.linuxbrew)\/bin\/)?brew shellenv(?: (?:ba|z)?sh)?\)$|^\$\((?:\/usr\/bin\/)?(?:ssh-agent(?: -s)?|dircolors(?: -b)?)\)$/;

/** All of a word comes from elsewhere, so it can be any assignment. */
function isOpen({ value, hidden }: Word): boolean {
	return hidden && wholeVariable.test(value) && !usualSetup.test(value);
}

const writing =
	/^(?:cp|mv|ln|install|mount|dd|rsync|tee|sed|copy|xcopy|robocopy|move|ren|rename|mklink|copy-item|cpi|move-item|mi|rename-item|rni|new-item|ni|set-content|add-content|out-file|curl|wget|iwr|invoke-webrequest|irm|certutil|bitsadmin|start-bitstransfer)$/;
const settings =
	/cloudflared[\\/](?:config\.ya?ml|[\w.-]{0,64}env)|[\\/]etc[\\/](?:hosts|resolv\.conf|nsswitch\.conf|(?:default|sysconfig|conf\.d)[\\/]cloudflared)\b/i;
/** The folders of such variables: what is put there keeps its own name. */
const ofVariables = /^\/etc\/(?:default|sysconfig|conf\.d)(?:\/\.{0,2})?$/;
/** Who is trusted, and where connections go. */
const network = /^(?:update-ca-certificates|update-ca-trust|trust|import-certificate)$/;
const diverts = /(?:^|\s)(?:dnat|redirect|rdr|portproxy|-addstore|add-trusted-cert)(?:\s|$)/i;
const published = /github\.com\/cloudflare\/cloudflared\/releases\/|pkg\.cloudflare\.com\//i;

/** Something else is put where cloudflared, its settings or the names of its servers are read from. */
function replacesFile({ text }: Words, name: string, rest: readonly Word[]): boolean {
	const program = baseName(name).replace(/\.exe$/, "");
	const writes = writing.test(program);
	const at = text.search(settings);
	if (at !== -1 && (writes || text.lastIndexOf(">", at) !== -1)) return true;
	if (network.test(program) || diverts.test(text)) return true;
	if (!writes) return false;
	const files = rest
		.map(({ value }) => value.replace(/^(?:if|of|--?\w+)=/, ""))
		.filter((value) => /[\w.]/.test(value) && !/^[-/]\w?$|^--?\w/.test(value));
	if (files.some((value) => ofVariables.test(value))) return true;
	const tool = files.some((value) => nameKind(value) === "named" && !/^\w+:\/\//.test(value));
	return tool && files.some((value) => !isTool(value) && /[\\/.]/.test(value));
}

function isTool(value: string): boolean {
	return /^\w+:\/\//.test(value) ? published.test(value) : /cloudflared/i.test(value) || /[\\/]$/.test(value);
}

/** A function is defined: `name() {`. What it does is read as if it ran at once; what its name means afterwards, is not. */
export function definesFunction(text: string, shell: Shell): boolean {
	return shell === "posix" && /(?:^|[\s;&|{}])[\w.-]{1,64}\s{0,8}\(\s{0,8}\)\s{0,64}(?:[{(]|\[\[|if\b|for\b|while\b|case\b)/.test(text);
}

/** The folder that `cd` and its kin go to; `undefined` for every other command. */
export function folderAfter(before: string, { words }: Words): string | undefined {
	const [first, ...rest] = words;
	if (first === undefined || !/^(?:cd|chdir|pushd|set-location|sl|push-location)$/i.test(first.value)) return undefined;
	const given = rest.filter(({ value }) => !/^-|^\/d$/i.test(value)).at(-1)?.value ?? "";
	if (given === "" || /^(?:[\\/]|[a-z]:|[~$%])/i.test(given)) return given;
	return before === "" ? given : `${before}${before.includes("\\") ? "\\" : "/"}${given}`;
}

/** The path of a program that is called by a path from here. */
export function fromFolder(image: string, folder: string): string {
	if (folder === "" || !/^\.{1,2}[\\/]/.test(image)) return image;
	return `${folder.replace(/[\\/]$/, "")}${folder.includes("\\") ? "\\" : "/"}${image.replace(/^\.[\\/]/, "")}`;
}
