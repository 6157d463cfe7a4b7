import { commandText } from "./command-text.ts";
import { variableStart } from "./registry-value.ts";
import { fromWords, type Start, type Trail } from "./start.ts";
import type { Word, Words } from "./words.ts";

/** What a script's earlier commands say about a method called later: objects get their program and arguments one by one. */
export interface Calls {
	/** The method whose arguments are the next command, lower case; empty where none was called. */
	readonly method: string;
	/** The program and the arguments given to an object that starts them. */
	readonly program: string;
	readonly args: string;
	/** A service of cloudflared was named. */
	readonly service: boolean;
}

export const noCalls: Calls = { method: "", program: "", args: "", service: false };

const method = /(?:::|\.)(start|create|run|exec|shellexecute|executeshellcommand|setenvironmentvariable)$/i;
const member = /(?:^|\.)(filename|filepath|targetpath|arguments|argumentlist|commandline)(?:=(.*))?$/is;

/** What this command adds: the name of a method, a member that is set, a service that is named. */
export function callsAfter(before: Calls, { words }: Words): Calls {
	const [first, second, third] = words;
	const service = before.service || words.some(({ value }) => /cloudflared/i.test(value) && !/[\\/]|\.exe/i.test(value));
	const called = method.exec(words.at(-1)?.value ?? "")?.[1]?.toLowerCase() ?? "";
	const [, name, glued] = member.exec(first?.value ?? "") ?? [];
	const isGlued = glued !== undefined && glued !== "";
	const value = isGlued ? glued : ((second?.value === "=" ? third : second)?.value.replace(/^=/, "") ?? "");
	switch (name?.toLowerCase()) {
		case "filename":
		case "filepath":
		case "targetpath":
			return { ...before, method: called, service, program: value };
		case "arguments":
		case "argumentlist":
			return {
				...before,
				method: called,
				service,
				args: [value, ...words.slice(isGlued ? 1 : second?.value === "=" ? 3 : 2).map((one) => one.value)].join(" "),
			};
		default:
			return { ...before, method: called, service };
	}
}

/** What a method of .NET, WMI or the shell's own objects starts: `[Diagnostics.Process]::Start('a.exe', 'tunnel run')`. */
export function methodStarts(before: Calls, command: Words, environment: ReadonlyMap<string, Word>, outer: Trail): readonly Start[] {
	const [first, second] = command.words;
	const trail = { ...outer, unread: outer.unread || command.words.some(isPutTogether) };
	const [, name, line] = member.exec(first?.value ?? "") ?? [];
	if (name?.toLowerCase() === "commandline" && line !== undefined && line !== "") return [commandText(line, environment, trail)];
	if (first === undefined) return [];
	switch (before.method) {
		case "start":
			return before.service && !/[\\/]|\.exe$/i.test(first.value)
				? [serviceStart(command, environment, trail)]
				: [started(command, environment, trail)];
		case "shellexecute":
		case "executeshellcommand":
			return [started(command, environment, trail)];
		case "create":
		case "run":
		case "exec":
			return [commandText(first.value, environment, trail)];
		case "setenvironmentvariable":
			return variableStart(first.value, second?.value ?? "");
		default:
			return [];
	}
}

/** An argument is made of parts when it is used: `'…' + $t`. What a part holds, nobody can tell. */
function isPutTogether({ value, hidden }: Word): boolean {
	return hidden || value.startsWith("+") || /^-(?:f|join|replace)$/i.test(value);
}

/** The program an object was given, once its two members are known. */
export function objectStarts({ program, args }: Calls, environment: ReadonlyMap<string, Word>, trail: Trail): readonly Start[] {
	return program === "" || args === "" ? [] : [commandText(`"${program}" ${args}`, environment, trail)];
}

/** A program, and its arguments as one text or as a list; behind one text stand folder, verb and window. */
function started({ words }: Words, environment: ReadonlyMap<string, Word>, trail: Trail): Start {
	const [program, ...args] = words.map(({ value }) => value);
	const text = args.find((value) => /\s/.test(value.trim())) ?? args.join(" ");
	return commandText(`"${program ?? ""}" ${text}`, environment, trail);
}

/** `(Get-Service cloudflared).Start(@('tunnel', 'run'))`: the words take the place of those in the service's entry. */
function serviceStart({ text, words }: Words, environment: ReadonlyMap<string, Word>, trail: Trail): Start {
	const program = { value: "cloudflared", start: 0, hidden: false };
	return fromWords({ text, words: [program, ...words] }, "cloudflared", environment, { ...trail, later: true, startArguments: true });
}
