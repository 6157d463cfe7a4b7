import { commandText } from "./command-text.ts";
import { programName } from "./names.ts";
import { inside, variableName, wordAfter } from "./shell-starts.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { restFrom } from "./words.ts";

/** Options that take the next word, by program; others stand alone. */
const valued: Readonly<Record<string, RegExp>> = {
	sudo: /^-(?:[ugpCrtTUDRh]|-user|-group|-prompt|-chdir|-host)$/,
	doas: /^-[uC]$/,
	runuser: /^-(?:[ugG]|-user|-group)$/,
	su: /^-(?:[sgG]|-shell|-group)$/,
	pkexec: /^--user$/,
	env: /^-(?:[uCS]|-unset|-chdir)$/,
	nice: /^-(?:n|-adjustment)$/,
	ionice: /^-[cnp]$/,
	timeout: /^-(?:[ks]|-kill-after|-signal)$/,
	stdbuf: /^-[ioe]$/,
	"systemd-run": /^-(?:[putHME]|-unit|-property|-uid|-gid|-setenv|-slice|-description|-working-directory|-on-\w+)$/,
	screen: /^-(?:[cestThpXQ]|d?mS|S|dmLS)$/,
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
};

/** Skips the program's own options, assignments and, where it has one, a leading argument; the rest is the command. */
export function prefixInner(start: Start, options: RegExp | undefined): readonly Start[] {
	const name = programName(start.image);
	const { words } = start.command;
	const takesValue = options ?? valued[name] ?? /^$/;
	const environment = new Map(start.environment);
	let at = 1;
	let skip = /^(?:timeout|chroot|taskset|chrt)$/.test(name) ? 1 : 0;
	while (at < words.length) {
		const { value } = words[at] ?? { value: "" };
		if (/^(?:su|runuser)$/.test(name) && /^(?:-c|--command)$/.test(value)) return inside(restFrom(start.command, at + 1), start, "posix");
		if (value === "--" || /^(?:-e|--exec)$/.test(value) || (name === "forfiles" && /^\/c$/i.test(value))) {
			at++;
			break;
		}
		const assignment = name === "systemd-run" ? /^--setenv=(\w{1,64})=(.*)$/s.exec(value) : null;
		if (assignment !== null) environment.set(assignment[1] ?? "", { value: assignment[2] ?? "", start: 0, hidden: false });
		const equals = value.indexOf("=");
		if (
			/^[-/]/.test(value) &&
			!(value.startsWith("/") && /^\/[^/]+\//.test(value)) &&
			!(value.startsWith("/") && !/^(?:start|runas|forfiles|call)$/.test(name))
		)
			at += takesValue.test(value) ? 2 : 1;
		else if (equals > 0 && /^(?:env|sudo|doas)$/.test(name) && variableName.test(value.slice(0, equals))) {
			environment.set(value.slice(0, equals), { value: value.slice(equals + 1), start: 0, hidden: false });
			at++;
		} else if (name === "start" && at === 1 && start.command.text[words[at]?.start ?? 0] === '"' && words.length > 2) at++;
		else if (/^(?:flatpak|snap)$/.test(name) && /^run$/.test(value)) at++;
		else if (name === "tmux" && /^(?:new|new-session|neww|new-window|send-keys)$/.test(value)) at++;
		else if (skip > 0) {
			skip--;
			at++;
		} else break;
	}
	const rest = words.slice(at);
	const [only] = rest;
	if (only === undefined) return [];
	if (rest.length === 1 && /\s/.test(only.value))
		return inside(only.value, { ...start, environment }, start.command.text.includes("\\") ? "cmd" : "posix");
	return [fromWords({ text: start.command.text, words: rest }, "", environment, noTrail)];
}

/** `find / -exec program … ;` */
export function findInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }) => /^-(?:exec|execdir|ok|okdir)$/.test(value));
	const rest = at === -1 ? [] : words.slice(at + 1).filter(({ value }) => value !== ";" && value !== "+");
	return rest.length === 0 ? [] : [fromWords({ text: start.command.text, words: rest }, "", start.environment, noTrail)];
}

/** `rundll32 shell32.dll,ShellExec_RunDLL program …` */
export function libraryInner(start: Start): readonly Start[] {
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
	return line === undefined ? [] : [commandText(line.value, start.environment, { ...noTrail, later: true })];
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
	const program =
		words.map(({ value }) => /^--(?:exec|startas)=(.+)$/s.exec(value)?.[1]).find((one) => one !== undefined) ??
		wordAfter(words, /^(?:-x|-a|--exec|--startas)$/)?.value;
	const dashes = words.findIndex(({ value }) => value === "--");
	if (program === undefined) return [];
	const rest = dashes === -1 ? [] : words.slice(dashes + 1);
	return [
		fromWords({ text: start.command.text, words: [{ value: program, start: 0, hidden: false }, ...rest] }, "", start.environment, noTrail),
	];
}
