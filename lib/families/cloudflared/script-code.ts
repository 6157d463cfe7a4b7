import { decodedRuns } from "../../secrets/base64.ts";
import { decodesText } from "./encoded-start.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { mostCommands, mostWords, type Words } from "./words.ts";

/** What an interpreter takes as code on its command line: `python -c`, `node -e`, `osascript -e`. */
const codeSwitch = /^(?:-c|-e|-r|-E|--eval|--print|-p|-pe)$/;
/** What stands between two words of one list: `['a', "b"]`, `"a", ["b"]`. */
const between = /^[\s,[\]+]*$/;
/** It puts two texts together, in one of these languages. */
const operator = /^\s*[+&.]\s*$/;
const longest = 64 * 1_024;

/**
 * The commands that a line of code starts, found in one pass without knowing the language. Quoted texts in one list are
 * the words of a command; a quoted text with blanks is a whole command line.
 * @param shell reads such a command line.
 * @param shownIn what stands right in front of a text that is none, in this code.
 */
export function codeStarts(
	command: Words,
	environment: Start["environment"],
	shell: (commandLine: string) => readonly Start[],
	shownIn: (code: string) => RegExp | undefined,
): readonly Start[] {
	const at = command.words.findIndex(({ value }, index) => index > 0 && codeSwitch.test(value));
	if (at === -1) return [];
	const code = codeOf(command, at + 1);
	return startsInCode(code, environment, shell, shownIn(code));
}

/** Linux and macOS report arguments without the quotes around them: code that is not quoted goes on to the end. */
function codeOf(command: Words, at: number): string {
	const word = command.words[at];
	if (word === undefined) return "";
	const written = command.text.slice(word.start);
	return /^\$?["']/.test(written) ? word.value : written;
}

/** The same for code that stands alone. */
export function startsInCode(
	code: string,
	environment: Start["environment"],
	shell: (commandLine: string) => readonly Start[],
	onlyShown?: RegExp,
): readonly Start[] {
	const { lists, joined } = literals(code.slice(0, longest), onlyShown);
	const plain = lists.flatMap((list) => {
		if (list.length === 1) return /\s/.test(list[0] ?? "") ? shell(list[0] ?? "") : [];
		const args = list.slice(0, mostWords).map((value) => ({ value, start: 0, hidden: false }));
		return [fromWords({ text: list.join(" "), words: args }, "", environment, noTrail)];
	});
	const decoded = decodesText(code) ? [...decodedRuns(code, 1)].slice(0, mostCommands).flatMap((run) => shell(run.decoded)) : [];
	// What is put together or decoded never approves.
	return joined || decoded.length > 0 ? [...plain, ...decoded].map((one) => ({ ...one, trail: { ...one.trail, unread: true } })) : plain;
}

/** Texts in quotes, those of one list together; `joined` if some of them were put together from pieces. */
function literals(
	code: string,
	onlyShown: RegExp | undefined,
): { readonly lists: readonly (readonly string[])[]; readonly joined: boolean } {
	const lists: string[][] = [];
	let end = -1;
	let joined = false;
	for (let at = 0; at < code.length; at++) {
		const quote = code[at];
		if (quote !== '"' && quote !== "'" && quote !== "`") continue;
		const parts: string[] = [];
		let close = at + 1;
		for (; close < code.length && code[close] !== quote; close++)
			parts.push(code[close] === "\\" ? (code[++close] ?? "") : (code[close] ?? ""));
		const last = lists.at(-1);
		const begin = at;
		at = close;
		if (onlyShown?.test(code.slice(Math.max(0, begin - 32), begin)) === true) continue;
		const gap = end === -1 || begin - end > 64 ? "…" : code.slice(end, begin);
		if (last !== undefined && operator.test(gap)) {
			joined = true;
			last.push(`${last.pop() ?? ""}${parts.join("")}`);
		} else if (last !== undefined && between.test(gap)) last.push(parts.join(""));
		else lists.push([parts.join("")]);
		end = close + 1;
	}
	return { lists, joined };
}
