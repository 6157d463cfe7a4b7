import { commandText } from "./command-text.ts";
import { programName } from "./names.ts";
import { variableName } from "./shell-assignments.ts";
import { wholeVariable } from "./shell-changes.ts";
import { inside } from "./shell-starts.ts";
import { posixWords } from "./shell-text.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { isOwnVariables } from "./surroundings.ts";
import { restFrom, type Word, wordAfter } from "./words.ts";

/** Options that take the next word, by program; others stand alone. */
const valued: Readonly<Record<string, RegExp>> = {
	sudo: /^-(?:[ugpCrtTUDRh]|-user|-group|-prompt|-chdir|-host)$/,
	doas: /^-[uC]$/,
	runuser: /^-(?:[ugG]|-user|-group)$/,
	su: /^-(?:[sgG]|-shell|-group)$/,
	pkexec: /^--user$/,
	env: /^-(?:[uC]|-unset|-chdir)$/,
	nice: /^-(?:n|-adjustment)$/,
	ionice: /^-[cnp]$/,
	timeout: /^-(?:[ks]|-kill-after|-signal)$/,
	stdbuf: /^-[ioe]$/,
	"systemd-run": /^-(?:[putHME]|-unit|-property|-uid|-gid|-setenv|-slice|-description|-working-directory|-on-\w+)$/,
	"systemd-cat": /^-(?:[tp]|-identifier|-priority|-stderr-priority)$/,
	"systemd-inhibit": /^--(?:what|who|why|mode)$/,
	screen: /^-(?:[cestThpQX]|d?mS|S|dmLS)$/,
	tmux: /^-[LSfscntxyF]$/,
	runas: /^\/(?:profile)$/i,
	start: /^\/(?:d|node|affinity|machine)$/i,
	xargs: /^-[IiLnPsdEa]$/,
	forfiles: /^\/[pmd]$/i,
	watch: /^-(?:n|-interval)$/,
	exec: /^-a$/,
	wt: /^-(?:[pdwM]|-profile|-title|-tabColor|-startingDirectory|-window)$/,
	strace: /^-(?:[abeEIoOpPsSuUX])$/,
	ltrace: /^-(?:[aAeoFlpsuwx])$/,
	cpulimit: /^-(?:[lpe]|-limit)$/,
	unshare: /^-(?:[RwSG]|-root|-wd|-setuid|-setgid)$/,
	nsenter: /^-(?:[tGS]|-target|-setuid|-setgid)$/,
	flock: /^-(?:[wE]|-wait|-timeout|-conflict-exit-code)$/,
};

/** Skips the program's own options, assignments and, where it has one, a leading argument; the rest is the command. */
export function prefixInner(start: Start, options: RegExp | undefined): readonly Start[] {
	const name = programName(start.image);
	const { words } = start.command;
	const takesValue = options ?? valued[name] ?? /^$/;
	const environment = new Map(start.environment);
	let at = 1;
	let altered = /^(?:chroot|proot|bwrap|nsenter)$/.test(name);
	let moved = false;
	let skip = /^(?:timeout|chroot|taskset|chrt|flock|sg|gosu|su-exec|s6-setuidgid|setuidgid)$/.test(name) ? 1 : 0;
	const shellText = /^(?:su|runuser|flock|sg)$/.test(name) ? textForShell(start) : "";
	if (shellText !== "") return inside(shellText, start, "posix");
	let titled = false;
	while (at < words.length) {
		const { value } = words[at] ?? { value: "" };
		if (value === "--" || /^(?:-e|--exec)$/.test(value) || (name === "forfiles" && /^\/c$/i.test(value))) {
			at++;
			break;
		}
		const split = name === "env" ? /^(?:-[iv0]{0,3}S|--split-string(?:=|$))(.*)$/s.exec(value)?.[1] : undefined;
		if (split !== undefined) return [splitByEnv(split, words.slice(at + 1), environment, altered)];
		const equals = value.indexOf("=");
		if (
			/^[-/]/.test(value) &&
			!(value.startsWith("/") && /^\/[^/]+\//.test(value)) &&
			!(value.startsWith("/") && !/^(?:start|runas|forfiles|call)$/.test(name))
		) {
			const next = at + (takesValue.test(value) ? 2 : 1);
			for (const { value: option } of words.slice(at, next)) setByOption(option, environment);
			altered ||= words.slice(at, next).some(({ value: option }) => isOtherRoot(option));
			moved ||=
				(name === "start" && /^\/d/i.test(value)) ||
				/^(?:-C|--chdir(?:=|$))|WorkingDirectory=/.test(value) ||
				/^WorkingDirectory=/.test(words[at + 1]?.value ?? "");
			at = next;
		} else if (equals > 0 && /^(?:env|sudo|doas)$/.test(name) && variableName.test(value.slice(0, equals))) {
			environment.set(value.slice(0, equals), { value: value.slice(equals + 1), start: 0, hidden: false });
			at++;
		} else if (words[at]?.hidden === true && wholeVariable.test(value) && at + 1 < words.length) {
			// `env $(cat file) program`: it can be any variable.
			altered = true;
			at++;
		} else if (name === "start" && !titled && start.command.text[words[at]?.start ?? 0] === '"' && words.length > at + 1) {
			titled = true;
			at++;
		} else if (/^(?:flatpak|snap)$/.test(name) && /^run$/.test(value)) at++;
		else if (name === "tmux" && /^(?:new|new-session|neww|new-window|send-keys)$/.test(value)) at++;
		else if (skip > 0) {
			skip--;
			at++;
		} else break;
	}
	const inputs = words.findIndex(({ value }, index) => index > at && /^:{3,4}\+?$/.test(value));
	const rest = words.slice(at, name === "parallel" && inputs !== -1 ? inputs : undefined);
	const [only] = rest;
	if (only === undefined) return [];
	// `send-keys "…" Enter`, `stuff "…"`: what a person would type.
	const typed = /^(?:tmux|screen)$/.test(name);
	if ((rest.length === 1 || typed) && /\s/.test(only.value))
		return inside(
			only.value.replace(/(?:\\[nr]|\^M|[\r\n])+$/, ""),
			{ ...start, environment, trail: { ...start.trail, altered } },
			start.command.text.includes("\\") ? "cmd" : "posix",
		);
	// These add words of their own, and the last of two flags counts.
	// What it reads from its input becomes further words.
	const given =
		name === "xargs" && !words.some(({ value }) => /^-I|^--replace/.test(value)) ? [{ value: "$@", start: 0, hidden: true }] : [];
	// cmd looks in that folder for a mere name, too.
	const elsewhere = moved && (name === "start" ? !/^(?:[a-z]:|\\)/i.test(only.value) : /^\.{1,2}\//.test(only.value));
	const trail = { ...noTrail, altered: altered || elsewhere, unread: /^(?:xargs|parallel)$/.test(name) };
	const inner = fromWords({ text: start.command.text, words: [...rest, ...given] }, "", environment, trail);
	const called = name === "exec" ? wordAfter(words.slice(0, at), /^-a$/)?.value : undefined;
	return [called === undefined ? inner : { ...inner, argument0: called }];
}

/** `su - root -c "…"`: one word, unless its quotes were lost; the user can stand behind it. Empty where there is none. */
function textForShell({ command }: Start): string {
	const at = command.words.findIndex(({ value }, index) => index > 0 && /^(?:-[a-z]{0,4}c$|--command(?:=|$))/.test(value));
	if (at === -1 || command.words.slice(1, at).some(({ value }) => value === "--")) return "";
	const { value } = command.words[at] ?? { value: "" };
	if (value.startsWith("--command=")) return value.slice("--command=".length);
	const given = command.words[at + 1]?.value ?? "";
	return /\s/.test(given) ? given : restFrom(command, at + 1);
}

/** `--setenv=N=V`, `-E N=V`, `-p Environment=N=V`: a variable, whichever option hands it over. */
function setByOption(option: string, environment: Map<string, Word>): void {
	const text = option.slice(0, 128 * 1_024).replace(/^-E(?=\w)/, "");
	for (const { 1: name = "", index } of text.matchAll(/(?<![\w-])([A-Za-z_]\w{0,63})=/g))
		environment.set(name, { value: text.slice(index + name.length + 1), start: 0, hidden: false });
}

/** The program, its folders or its variables come from somewhere else. */
function isOtherRoot(option: string): boolean {
	const variables = /(?:^|=)EnvironmentFile=-?(.*)$/s.exec(option)?.[1];
	if (variables !== undefined && isOwnVariables(variables)) return false;
	return /^-{1,2}(?:R$|root(?:fs|dir)?(?:=|$)|chroot|bind|overlay|private|preload|library-path|inhibit-rpath)|(?:^|=)(?:Root(?:Directory|Image)|Bind\w*Paths|EnvironmentFile|ExecStartPre|MountImages|Extension\w+)=/.test(
		option,
	);
}

/** `env -S "program its arguments" more`: one text becomes several words, in front of all others. */
function splitByEnv(text: string, behind: readonly Word[], environment: ReadonlyMap<string, Word>, altered: boolean): Start {
	const split = text === "" ? [...posixWords(behind[0]?.value ?? ""), ...behind.slice(1)] : [...posixWords(text), ...behind];
	// Its own options and variables can stand in that text, too.
	const words = [{ value: "env", start: 0, hidden: false }, ...split];
	return fromWords({ text: words.map(({ value }) => value).join(" "), words }, "env", environment, { ...noTrail, altered });
}

/** `find / -exec program … ;` */
export function findInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }) => /^-(?:exec|execdir|ok|okdir)$/.test(value));
	const rest = at === -1 ? [] : words.slice(at + 1).filter(({ value }) => value !== ";" && value !== "+");
	return rest.length === 0 ? [] : [fromWords({ text: start.command.text, words: rest }, "", start.environment, noTrail)];
}

/** `rundll32 shell32.dll,ShellExec_RunDLL program …` */
export function dllInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }) =>
		/,\s*(?:ShellExec_RunDLL\w?|OpenURL\w?|RouteTheCall|FileProtocolHandler|Control_RunDLL\w?)$/i.test(value),
	);
	return at === -1 || at + 1 >= words.length ? [] : [commandText(restFrom(start.command, at + 1), start.environment, noTrail)];
}

/** `bitsadmin /SetNotifyCmdLine JOB program "its command line"`, whose first word is the program again. */
export function transferInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }) => /^\/setnotifycmdline$/i.test(value));
	const line = at === -1 ? undefined : (words[at + 3] ?? words[at + 2]);
	const program = words[at + 2]?.value ?? "";
	return line === undefined ? [] : [{ ...commandText(line.value, start.environment, { ...noTrail, later: true }), image: program }];
}

/** `pcalua -a PROGRAM -c ARGUMENTS` */
export function compatibilityInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const program = wordAfter(words, /^-a$/i);
	const at = words.findIndex(({ value }) => /^-c$/i.test(value));
	if (program === undefined) return [];
	const args = at === -1 ? [] : words.slice(at + 1);
	const [only] = args;
	const text = args.length === 1 && only !== undefined ? only.value : args.map(({ value }) => value).join(" ");
	return [commandText(`"${program.value}" ${text}`, start.environment, noTrail)];
}

/** `start-stop-daemon --exec program -- arguments`. */
export function daemonInner(start: Start): readonly Start[] {
	const { words } = start.command;
	// `--exec` names the process to look for, and only by default also the one to start.
	const program =
		words.map(({ value }) => /^--startas=(.+)$/s.exec(value)?.[1]).find((one) => one !== undefined) ??
		wordAfter(words, /^(?:-a|--startas)$/)?.value ??
		words.map(({ value }) => /^--exec=(.+)$/s.exec(value)?.[1]).find((one) => one !== undefined) ??
		wordAfter(words, /^(?:-x|--exec)$/)?.value;
	const dashes = words.findIndex(({ value }) => value === "--");
	if (program === undefined) return [];
	const rest = dashes === -1 ? [] : words.slice(dashes + 1);
	return [
		fromWords({ text: start.command.text, words: [{ value: program, start: 0, hidden: false }, ...rest] }, "", start.environment, noTrail),
	];
}

/** `busybox nohup program …`: the next word is the program that it is then. */
export function appletInner(start: Start): readonly Start[] {
	const [, ...words] = start.command.words;
	const [first] = words;
	if (first === undefined) return [];
	const text = start.command.text.slice(first.start);
	const moved = words.map((word) => ({ ...word, start: word.start - first.start }));
	return [fromWords({ text, words: moved }, "", start.environment, noTrail)];
}
