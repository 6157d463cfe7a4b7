import { commandText } from "./command-text.ts";
import { foldedText } from "./folded-text.ts";
import { folderOf, isPublicFolder } from "./folders.ts";
import { callsAfter, methodStarts, noCalls, objectStarts } from "./method-starts.ts";
import { registryValueStart } from "./registry-value.ts";
import { withoutAssignments } from "./shell-assignments.ts";
import { changesLater, definesFunction, folderAfter, fromFolder, wholeVariable } from "./shell-changes.ts";
import { withoutDocuments } from "./shell-documents.ts";
import { layersIn } from "./shell-layers.ts";
import { localsOf, loopVariable, namedList, valueInLoop, withLists, withoutKeywords, withoutResult, withValues } from "./shell-lines.ts";
import { type Shell, shellCommands } from "./shell-text.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { mostCommands, mostWords, type Word, type Words, wordAfter } from "./words.ts";

/** The starts in the text of a shell that a start carries. */
export function inside(written: string, start: Pick<Start, "environment" | "trail">, shell: Shell): readonly Start[] {
	const { text, folded } = shell === "powershell" ? foldedText(written) : { text: documentless(written, shell), folded: false };
	const { layers, unread } = layersIn(text, shell);
	const deeper = layers.flatMap((layer) =>
		startsIn(shellCommands(layer.text, shell), start, shell).map((one) =>
			layer.later ? { ...one, trail: { ...one.trail, later: true } } : one,
		),
	);
	const commands = shellCommands(text, shell);
	const spoken = shell === "powershell" && runsText.test(text) ? commands.flatMap(({ words }) => textAlone(words)) : [];
	const said = spoken.slice(0, mostCommands).flatMap((one) => startsIn(shellCommands(one, shell), start, shell));
	const found = [...startsIn(commands, start, shell), ...said, ...deeper];
	const altered = definesFunction(text, shell);
	const open = unread || folded;
	return open || altered
		? found.map((one) => ({ ...one, trail: { ...one.trail, unread: one.trail.unread || open, altered: one.trail.altered || altered } }))
		: found;
}

function documentless(text: string, shell: Shell): string {
	return shell === "posix" ? withoutDocuments(text) : text;
}

/** `'…' | iex`, `iex ('…')`, `'…' | Out-File start.bat`: a text that stands alone is run, now or later. */
const runsText = /\b(?:iex|invoke-expression)\b|\b(?:out-file|tee-object)\b[^|;\n]{0,512}\.(?:bat|cmd|ps1|vbs)\b/i;

function textAlone([only, more]: readonly Word[]): readonly string[] {
	return only !== undefined && more === undefined && /\s/.test(only.value) ? [only.value] : [];
}

/** The programs that a script of PowerShell starts. */
export function scriptStarts(text: string): readonly Start[] {
	return inside(text, { environment: new Map(), trail: noTrail }, "powershell");
}

/** The commands of a shell's text as starts; assignments before a command feed those behind it. */
function startsIn(
	commands: readonly Words[],
	{ environment, trail }: Pick<Start, "environment" | "trail">,
	shell: Shell,
	depth = 0,
): readonly Start[] {
	// A start keeps the variables of its moment.
	let variables: ReadonlyMap<string, Word> = environment;
	const found: Start[] = [];
	let remote = false;
	let altered = trail.altered;
	let folder = "";
	let calls = noCalls;
	let counter = "";
	const locals = new Map<string, Word>();
	const lists = new Map<string, readonly Word[]>();
	// For all commands together: a long list that many of them name would take the product of both.
	let wordsLeft = mostWords;
	const capped = commands.length > mostCommands;
	for (const command of commands) {
		const { rest: written, assigned } = withoutAssignments(withoutKeywords(withoutResult(command, shell), shell), shell);
		if (assigned.length > 0) variables = new Map([...variables, ...assigned]);
		for (const [name, value] of shell === "cmd" ? assigned : localsOf(command, shell)) locals.set(name.toLowerCase(), value);
		const value = valueInLoop(command, counter, shell);
		if (value !== undefined) locals.set(...value);
		counter = shell === "cmd" ? loopVariable(command) : "";
		const list = shell === "powershell" ? namedList(command) : undefined;
		if (list !== undefined) lists.set(...list);
		const spread = withLists(written, lists, wordsLeft);
		if (spread.replaced) wordsLeft -= spread.command.words.length;
		const { command: rest, replaced } = withValues(spread.command, locals);
		const [first] = rest.words;
		folder = folderAfter(folder, rest) ?? folder;
		const before = altered;
		altered ||= changesLater(command, shell);
		if (first === undefined || /^(?:rem|::.*|echo|echo\.|printf|write-host|write-output|#.*)$/i.test(first.value)) continue;
		if (
			/^(?:invoke-command|icm)$/i.test(first.value) &&
			rest.words.some(({ value }) => /^-(?:computername|cn|session|hostname)$/i.test(value))
		)
			remote = true;
		// What a variable holds when it is used, nobody can tell for sure: such a start never approves.
		const open = rest.words.some(({ value, hidden }, at) => at > 0 && hidden && wholeVariable.test(value));
		const next = { ...noTrail, remote, unread: trail.unread || replaced || spread.replaced || capped || open, altered: before };
		const called = shell === "powershell" ? methodStarts(calls, rest, variables, next) : [];
		const starts = called.length > 0 ? called : cmdletStarts(rest, first.value, { environment: variables, trail: next, depth });
		found.push(...starts.map((one) => placed(one, folder, shell)));
		if (calls.method === "setenvironmentvariable")
			variables = new Map([...variables, [first.value.toUpperCase(), rest.words[1] ?? { ...first, value: "" }]]);
		if (shell === "powershell") calls = callsAfter(calls, rest);
		// Its members can be set again before it is started.
		const object = objectStarts(calls, variables, { ...next, unread: true });
		if (object.length > 0) {
			found.push(...object);
			calls = noCalls;
		}
	}
	return found;
}

/** A path from here begins in the folder of the last `cd`; cmd looks there for a name, too, before it looks anywhere else. */
function placed(start: Start, folder: string, shell: Shell): Start {
	if (folder === "") return start;
	const isFound = shell === "cmd" && !/[\\/]/.test(start.image) && isOpenFolder(folder);
	const image = fromFolder(start.image, folder);
	if (!isFound && image === start.image) return start;
	return { ...start, image, trail: { ...start.trail, altered: start.trail.altered || isFound } };
}

function isOpenFolder(folder: string): boolean {
	const place = folderOf(`${folder}\\x`);
	return place === "temp" || place === "odd" || place === "network" || place === "user" || isPublicFolder(`${folder}\\x`);
}

/** Each layer of `eval` reads the rest again. */
const deepestEval = 8;

interface Around extends Pick<Start, "environment" | "trail"> {
	readonly depth: number;
}

function cmdletStarts(rest: Words, first: string, { environment, trail, depth }: Around): readonly Start[] {
	const name = first.toLowerCase();
	const { words } = rest;
	const evaluated = (text: string, shell: Shell): readonly Start[] => {
		if (depth < deepestEval) return startsIn(shellCommands(text, shell), { environment, trail }, shell, depth + 1);
		const program = words.findIndex(({ value }) => !/^(?:eval|iex|invoke-expression)$|^\w{1,64}=/i.test(value));
		const command = { text: rest.text, words: program === -1 ? [] : words.slice(program) };
		return [fromWords(command, "", environment, { ...trail, unread: true })];
	};
	const file = wordAfter(words, /^-(?:filepath|execute|path|literalpath)$/i);
	const made = wordAfter(words, /^-(?:binarypathname|value|action|d)$/i);
	if (/^(?:start-process|saps|new-scheduledtaskaction)$/.test(name)) {
		const positional = words.slice(1).find(({ value }) => !value.startsWith("-"));
		const image = file ?? positional;
		if (image === undefined) return [];
		const from = words.findIndex(({ value }) => /^-(?:argumentlist|args|argument|a)$/i.test(value));
		const list = from === -1 ? words.slice(words.indexOf(image) + 1) : words.slice(from + 1);
		const args = takeArguments(list)
			.map(({ value }) => value)
			.join(" ");
		const folder = wordAfter(words, /^-workingdirectory$/i)?.value ?? "";
		return [
			placed(commandText(`"${image.value}" ${args}`, environment, { ...trail, later: name.startsWith("new-") }), folder, "powershell"),
		];
	}
	if (/^(?:set-itemproperty|new-itemproperty|sp)$/.test(name)) {
		const start = registryValueStart(file?.value ?? "", wordAfter(words, /^-name$/i)?.value ?? "", made?.value ?? "");
		return start === undefined ? [] : [{ ...start, trail: { ...start.trail, ...trail, later: true } }];
	}
	if (/^(?:new-service|set-service)$/.test(name)) {
		return made === undefined ? [] : [commandText(made.value, environment, { ...trail, later: true })];
	}
	if (/^(?:start-service|restart-service)$/.test(name)) return [];
	if (/^(?:invoke-wmimethod|iwmi)$/.test(name)) {
		const line = wordAfter(words, /^-(?:argumentlist|args)$/i);
		return line === undefined ? [] : [commandText(line.value, environment, trail)];
	}
	if (/^(?:invoke-expression|iex)$/.test(name)) {
		const text = words.slice(1).find(({ value }) => !/^-\w+$/.test(value));
		return text === undefined ? [] : evaluated(text.value, "powershell");
	}
	if (name === "trap") {
		const text = words.slice(1).find(({ value }) => value !== "--");
		return text === undefined ? [] : evaluated(text.value, "posix");
	}
	if (name === "eval") {
		const text = words.slice(1).map(({ value }) => value);
		return evaluated(text.join(" "), "posix");
	}
	// A line of a compose file: the image, which stands elsewhere, is the program.
	if (name === "command:" && words.some(({ value }) => value === "tunnel")) {
		const image = { value: "cloudflared", start: 0, hidden: false };
		const command = { text: rest.text, words: [image, ...words.slice(1)] };
		return [fromWords(command, "cloudflared", environment, { ...trail, container: "mirror", later: true })];
	}
	// `& ('…' + '…') tunnel run`: the program stands in the brackets before.
	const unnamed = name === "tunnel" && words.some(({ value }) => /^--?[a-z]/.test(value));
	const program = { value: "?", start: 0, hidden: true };
	return [fromWords(unnamed ? { text: rest.text, words: [program, ...words] } : rest, "", environment, trail)];
}

/** The arguments up to the next parameter of the cmdlet itself. Those of the program begin with two dashes, or come in one string. */
function takeArguments(words: readonly Word[]): readonly Word[] {
	const end = words.findIndex(({ value }) =>
		/^-(?:windowstyle|verb|nonewwindow|wait|passthru|workingdirectory|credential|redirect\w*|execute|w)$/i.test(value),
	);
	return end === -1 ? words : words.slice(0, end);
}
