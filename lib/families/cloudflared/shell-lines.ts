import type { Shell } from "./shell-text.ts";
import type { Word, Words } from "./words.ts";

/** Words of a shell that stand before a command. */
const keywords: Readonly<Record<Shell, RegExp>> = {
	posix: /^(?:if|then|elif|else|while|until|do|!|time|builtin|coproc)$/,
	cmd: /^(?:do|else|@)$/i,
	powershell: /^(?:return|else|try|do)$/i,
};

/** The command behind `then`, `do`, `!`, and in cmd behind `if exist FILE`. */
export function withoutKeywords(command: Words, shell: Shell): Words {
	const { words, text } = command;
	let at = 0;
	while (at < words.length) {
		const value = words[at]?.value ?? "";
		if (keywords[shell].test(value)) at++;
		else if (shell === "cmd" && /^if$/i.test(value)) at += condition(words.slice(at + 1)) + 1;
		else break;
	}
	return at === 0 ? command : { text: text.slice(words[at]?.start ?? text.length), words: moved(words.slice(at)) };
}

/** The words that a condition of cmd takes. */
function condition(words: readonly Word[]): number {
	const before = words.findIndex(({ value }) => !/^(?:\/i|not)$/i.test(value));
	if (before === -1) return words.length;
	const first = words[before]?.value ?? "";
	if (/^(?:exist|defined|errorlevel)$/i.test(first)) return before + 2;
	return before + (first.includes("==") ? 1 : 3);
}

/** The text now begins with the first of them. */
function moved(words: readonly Word[]): readonly Word[] {
	const from = words[0]?.start ?? 0;
	return words.map((word) => ({ ...word, start: word.start - from }));
}

/** `T=…` on its own, `$t = '…'`: what a later command may say in its place. */
export function localsOf({ words }: Words, shell: Shell): readonly (readonly [string, Word])[] {
	const [first, second, third] = words;
	if (first === undefined || shell === "cmd") return [];
	const name = shell === "posix" ? /^(\w{1,64})=(.*)$/s.exec(first.value) : /^\$(\w{1,64})(?:=(.*))?$/s.exec(first.value);
	if (name === null) return [];
	if (shell === "posix") return words.every(({ value }) => /^\w{1,64}=/.test(value)) ? words.flatMap((word) => split(word)) : [];
	const value = name[2] !== undefined && name[2] !== "" ? { ...first, value: name[2] } : second?.value === "=" ? third : undefined;
	return value === undefined || value.value.includes("$") ? [] : [[name[1]?.toLowerCase() ?? "", { ...value, hidden: false }]];
}

/** The variable of cmd's `for %i in`, whose values stand in the brackets that follow. With `/f` they are commands or files. */
export function loopVariable({ words }: Words): string {
	const at = words.findIndex(({ value }) => /^%%?[a-z]$/i.test(value));
	const isLoop = /^for$/i.test(words[0]?.value ?? "") && /^in$/i.test(words[at + 1]?.value ?? "");
	return isLoop && !words.some(({ value }) => /^\/[fr]$/i.test(value)) ? (words[at]?.value.slice(-1).toLowerCase() ?? "") : "";
}

/** `for t in a b`, `foreach ($t in 'a')`, and what stands in the brackets of cmd's: the variable and its last value. */
export function valueInLoop({ words }: Words, counter: string, shell: Shell): readonly [string, Word] | undefined {
	const last = words.at(-1);
	if (last === undefined || last.hidden) return undefined;
	if (shell === "cmd") return counter === "" ? undefined : [counter, last];
	const at = shell === "posix" && words[0]?.value === "for" ? 1 : 0;
	const name = (shell === "posix" ? /^(\w{1,64})$/ : /^\$(\w{1,64})$/).exec(words[at]?.value ?? "")?.[1];
	if (name === undefined || (shell === "posix" && at === 0) || words[at + 1]?.value !== "in") return undefined;
	return [name.toLowerCase(), last];
}

/** `$a = @('tunnel', 'run')` of PowerShell: the words that `@a` stands for later. */
export function namedList({ words }: Words): readonly [string, readonly Word[]] | undefined {
	const [first, ...rest] = words;
	const [, name, glued = ""] = /^\$(\w{1,64})(?:=(.*))?$/s.exec(first?.value ?? "") ?? [];
	if (first === undefined || name === undefined) return undefined;
	const list = glued === "" ? rest.filter(({ value }) => value !== "=") : [{ ...first, value: glued, hidden: false }, ...rest];
	return list.length < 2 ? undefined : [name.toLowerCase(), list];
}

/** The command with `@a` replaced by the words of that list, as long as there are not more than so many words. */
export function withLists(
	command: Words,
	lists: ReadonlyMap<string, readonly Word[]>,
	most: number,
): { readonly command: Words; readonly replaced: boolean } {
	const isList = ({ value }: Word): boolean => value.startsWith("@") && lists.has(value.slice(1).toLowerCase());
	if (lists.size === 0 || !command.words.some(isList)) return { command, replaced: false };
	const words: Word[] = [];
	for (const word of command.words) {
		const list = isList(word) ? (lists.get(word.value.slice(1).toLowerCase()) ?? []) : [word];
		if (words.length + list.length > most) break;
		for (const one of list) words.push(one);
	}
	return { command: { text: command.text, words }, replaced: true };
}

function split(word: Word): readonly (readonly [string, Word])[] {
	const equals = word.value.indexOf("=");
	return word.hidden ? [] : [[word.value.slice(0, equals).toLowerCase(), { ...word, value: word.value.slice(equals + 1) }]];
}

/** `$p = Start-Process …`: the command whose result is kept. `--%` only says how the words behind it are read. */
export function withoutResult(command: Words, shell: Shell): Words {
	if (shell !== "powershell") return command;
	const words = command.words.some(({ value }) => value === "--%") ? command.words.filter(({ value }) => value !== "--%") : command.words;
	const [first, second, third, more] = words;
	const [, name, glued] = result.exec(first?.value ?? "") ?? [];
	if (first !== undefined && second !== undefined && glued !== undefined && isCommand.test(glued))
		return { text: command.text, words: [{ ...first, value: glued, hidden: false }, ...words.slice(1)] };
	const isKept = name !== undefined && second?.value === "=" && more !== undefined && isCommand.test(third?.value ?? "");
	return isKept ? { text: command.text, words: words.slice(2) } : words === command.words ? command : { text: command.text, words };
}

/** A variable of PowerShell's own; those of the environment, `$env:PATH`, change what is started later. */
const result = /^\$(?:(?:script|global|local|private):)?(\w{1,64})(?:=(.+))?$/is;

/** A cmdlet, or a program by its path: a text that is only kept has no words behind it. */
const isCommand = /^(?:[a-z]{2,32}-[a-z]{2,32}|[a-z]:\\[^"']{1,1024}|\.{1,2}[\\/][^"']{1,1024}|saps|start)$/i;

/** A command with its variables replaced by what an earlier command of the same text set them to, where all of a word is known. */
export function withValues(command: Words, locals: ReadonlyMap<string, Word>): { readonly command: Words; readonly replaced: boolean } {
	if (locals.size === 0 || !command.words.some(({ hidden }) => hidden)) return { command, replaced: false };
	let replaced = false;
	const words = command.words.map((word) => {
		if (!word.hidden) return word;
		const value = word.value.replace(
			/\$(?:\{(\w{1,64})\}|(\w{1,64}))|%(\w{1,64})%|!(\w{1,64})!|%%?([a-z])(?!\w)/gi,
			(whole: string, ...names: readonly (string | undefined)[]) => {
				const name = names.slice(0, 5).find((one) => one !== undefined) ?? "";
				return locals.get(name.toLowerCase())?.value ?? whole;
			},
		);
		if (value === word.value || value.includes("$")) return word;
		replaced = true;
		return { ...word, value, hidden: false };
	});
	return { command: replaced ? { ...command, words } : command, replaced };
}
