import type { Shell } from "./shell-text.ts";
import { restFrom, type Word, type Words, wordAfter } from "./words.ts";

/** What a variable of a shell can be called. */
export const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** `set N=V`, `export N=V`, `N=V command`, `$env:N = 'V'`: what they set, and the command without them. */
export function withoutAssignments(
	command: Words,
	shell: Shell,
): { readonly rest: Words; readonly assigned: readonly (readonly [string, Word])[] } {
	const assigned: (readonly [string, Word])[] = [];
	// Windows does not tell upper from lower case here.
	const keep = (name: string, value: string, word: Word): void => {
		if (variableName.test(name)) assigned.push([shell === "posix" ? name : name.toUpperCase(), { ...word, value }]);
	};
	const { words } = command;
	const [first, second, third] = words;
	const name = first?.value.toLowerCase() ?? "";
	if (/^(?:set|export|setenv|declare|typeset|readonly)$/.test(name)) {
		const text = shell === "cmd" ? restFrom(command, 1) : undefined;
		for (const word of words.slice(1)) {
			const written = text !== undefined && word === second && name === "set" ? text.replace(/^"|"$/g, "") : word.value;
			const equals = written.indexOf("=");
			if (equals > 0) keep(written.slice(0, equals), written.slice(equals + 1), word);
		}
		return { rest: { text: command.text, words: [] }, assigned };
	}
	const env = /^\$\{?env:(\w{1,64})\}?(?:\+?=(.*))?$/is.exec(first?.value ?? "");
	if (shell === "powershell" && first !== undefined && env !== null) {
		const apart = second?.value === "=" || second?.value === "+=";
		const value = env[2] ?? (apart ? third?.value : second?.value.replace(/^\+?=/, "")) ?? "";
		const source = env[2] === undefined ? (apart ? third : second) : first;
		keep(env[1] ?? "", value, { value, start: 0, hidden: env[2] === undefined && source?.hidden === true });
		return { rest: { text: command.text, words: [] }, assigned };
	}
	if (shell === "powershell" && /^(?:(?:set|new)-(?:item|content)|si|ni|sc)$/.test(name)) {
		const [target, value] = driveItem(words);
		if (target !== "") keep(target, value.value, value);
	}
	let at = 0;
	while (shell === "posix" && at < words.length) {
		const word = words[at];
		const equals = word?.value.indexOf("=") ?? -1;
		if (word === undefined || equals <= 0 || !variableName.test(word.value.slice(0, equals))) break;
		keep(word.value.slice(0, equals), word.value.slice(equals + 1), word);
		at++;
	}
	return { rest: { text: command.text, words: words.slice(at) }, assigned };
}

/** `Set-Item env:N V`, `New-Item -Path Env: -Name N -Value V`: the environment is a drive of PowerShell's. */
function driveItem(words: readonly Word[]): readonly [string, Word] {
	const at = words.findIndex(({ value }) => /^env:[\\/]?\w{0,64}$/i.test(value));
	const named = /^env:[\\/]?(\w+)$/i.exec(words[at]?.value ?? "")?.[1] ?? wordAfter(words, /^-name$/i)?.value ?? "";
	const value = wordAfter(words, /^-value$/i) ?? words.slice(at + 1).findLast(({ value: one }) => !one.startsWith("-") && one !== named);
	return at === -1 ? ["", noValue] : [named, value ?? noValue];
}

const noValue: Word = { value: "", start: 0, hidden: true };
