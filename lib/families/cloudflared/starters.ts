import { argumentsOnly, commandText } from "./command-text.ts";
import { baseName, nameKind, programName } from "./names.ts";
import { registryValueStart } from "./registry-value.ts";
import { codeStarts } from "./script-code.ts";
import { type Shell, shellCommands } from "./shell-text.ts";
import { fromWords, noTrail, type Start, type Trail } from "./start.ts";
import { windowsWords } from "./windows-arguments.ts";
import { mostCommands, restFrom, type Word, type Words } from "./words.ts";

/** Layers of shells inside shells. Encoded ones shrink with each layer, so a few more cost nothing. */
const deepest = 8;

/** What a start comes to: itself, or what it starts in its place. */
export interface Expanded {
	readonly starts: readonly Start[];
	/** It starts something else, in a grammar we know; the inner starts stand above. */
	readonly isStarter: boolean;
}

/** Follows starters down to the programs they start. Bounded: so many commands, so many layers. */
export function expand(start: Start): Expanded {
	const found: Start[] = [];
	const isStarter = collect(start, 0, found);
	return { starts: isStarter ? found : [start], isStarter };
}

function collect(start: Start, depth: number, found: Start[]): boolean {
	if (nameKind(start.image) !== undefined && nameKind(start.argument0) !== undefined) return false;
	const name = programName(start.image);
	const inner = starters.find(({ names }) => names.test(name))?.inner(start) ?? [];
	if (inner.length === 0) return false;
	const trail = start.trail.starter === "" ? { ...start.trail, starter: baseName(start.image) } : start.trail;
	for (const one of inner.slice(0, mostCommands)) {
		if (found.length >= mostCommands) break;
		const next = { ...one, trail: merge(trail, one.trail, inner.length > mostCommands || depth >= deepest) };
		if (depth >= deepest || !collect(next, depth + 1, found)) found.push(next);
	}
	return true;
}

function merge(outer: Trail, inner: Trail, capped: boolean): Trail {
	return {
		starter: outer.starter,
		container: inner.container === "none" ? outer.container : inner.container,
		remote: outer.remote || inner.remote,
		later: outer.later || inner.later,
		startArguments: outer.startArguments || inner.startArguments,
		unread: outer.unread || inner.unread || capped,
	};
}

interface Starter {
	/** Program names, lower case, without extension. */
	readonly names: RegExp;
	/** Empty where its own grammar leads to no inner command. */
	readonly inner: (start: Start) => readonly Start[];
}

const starters: readonly Starter[] = [
	{ names: /^cmd$/, inner: (start) => shellInner(start, "cmd", (value) => /^\/[ckr]$/i.test(value)) },
	{ names: /^(?:powershell|pwsh|powershell_ise)$/, inner: powershellInner },
	{ names: /^(?:sh|bash|dash|zsh|ash|ksh|fish)$/, inner: (start) => shellInner(start, "posix", (value) => /^-[a-z]*c$/.test(value)) },
	{ names: /^busybox$/, inner: (start) => shellInner(start, "posix", (value) => value === "-c") },
	{ names: /^(?:ssh|plink|klink)$/, inner: sshInner },
	{ names: /^(?:psexec|psexec64|paexec|winrs)$/, inner: remoteInner },
	{ names: /^(?:docker|podman|nerdctl|crictl|ctr|kubectl|docker-compose)$/, inner: containerInner },
	{ names: /^sc$/, inner: serviceControlInner },
	{ names: /^(?:nssm|winsw|srvany)$/, inner: nssmInner },
	{ names: /^(?:schtasks|reg|wmic|at)$/, inner: valueInner },
	{ names: /^(?:systemctl|launchctl|net|net1)$/, inner: () => [] },
	{ names: /^wsl$/, inner: (start) => prefixInner(start, /^-(?:d|u)$|^--(?:distribution|user|cd)$/) },
	{ names: /^(?:npx|bunx|npm|pnpm|yarn|bun|node|deno|go|python[\d.]*|pythonw|py|uvx|pipx)$/, inner: packageInner },
	{ names: /^(?:perl|ruby|php|lua|osascript)$/, inner: codeInner },
	{ names: /^start-stop-daemon$/, inner: daemonInner },
	{ names: /^pcalua$/, inner: compatibilityInner },
	{
		names:
			/^(?:sudo|doas|runuser|su|pkexec|env|nohup|setsid|nice|ionice|timeout|stdbuf|systemd-run|screen|tmux|flatpak|snap|exec|command|time|chroot|caffeinate|watch|xargs|gosu|su-exec|tini|dumb-init|start|call|runas|conhost|forfiles)$/,
		inner: (start) => prefixInner(start, undefined),
	},
];

function inside(text: string, start: Start, shell: Shell): readonly Start[] {
	return startsIn(shellCommands(text, shell), start, shell);
}

/** The programs that a script of PowerShell starts. */
export function scriptStarts(text: string): readonly Start[] {
	return startsIn(shellCommands(text, "powershell"), { environment: new Map(), trail: noTrail }, "powershell");
}

/** The commands of a shell's text as starts; assignments before a command feed those behind it. */
function startsIn(
	commands: readonly Words[],
	{ environment, trail }: Pick<Start, "environment" | "trail">,
	shell: Shell,
): readonly Start[] {
	const variables = new Map(environment);
	const found: Start[] = [];
	let remote = false;
	for (const command of commands) {
		const { rest, assigned } = withoutAssignments(command, shell);
		for (const [name, value] of assigned) variables.set(name, value);
		const [first] = rest.words;
		if (first === undefined || /^(?:rem|::.*|echo|echo\.|printf|write-host|write-output|#.*)$/i.test(first.value)) continue;
		if (
			/^(?:invoke-command|icm)$/i.test(first.value) &&
			rest.words.some(({ value }) => /^-(?:computername|cn|session|hostname)$/i.test(value))
		)
			remote = true;
		found.push(...cmdletStarts(rest, first.value, variables, { ...noTrail, remote, unread: trail.unread }));
	}
	return found;
}

function cmdletStarts(rest: Words, first: string, environment: ReadonlyMap<string, Word>, trail: Trail): readonly Start[] {
	const name = first.toLowerCase();
	const { words } = rest;
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
		return [commandText(`"${image.value}" ${args}`, environment, { ...trail, later: name.startsWith("new-") })];
	}
	if (/^(?:set-itemproperty|new-itemproperty|sp)$/.test(name)) {
		const start = registryValueStart(file?.value ?? "", wordAfter(words, /^-name$/i)?.value ?? "", made?.value ?? "");
		return start === undefined ? [] : [{ ...start, trail: { ...start.trail, ...trail, later: true } }];
	}
	if (/^(?:new-service|set-service)$/.test(name)) {
		return made === undefined ? [] : [commandText(made.value, environment, { ...trail, later: true })];
	}
	if (/^(?:start-service|restart-service)$/.test(name)) return [];
	if (/^(?:invoke-expression|iex)$/.test(name)) {
		const text = words[1];
		return text === undefined ? [] : startsIn(shellCommands(text.value, "powershell"), { environment, trail }, "powershell");
	}
	return [fromWords(rest, "", environment, trail)];
}

/** The arguments up to the next parameter of the cmdlet itself. Those of the program begin with two dashes, or come in one string. */
function takeArguments(words: readonly Word[]): readonly Word[] {
	const end = words.findIndex(({ value }) =>
		/^-(?:windowstyle|verb|nonewwindow|wait|passthru|workingdirectory|credential|redirect\w*|execute|w)$/i.test(value),
	);
	return end === -1 ? words : words.slice(0, end);
}

function wordAfter(words: readonly Word[], flag: RegExp): Word | undefined {
	const at = words.findIndex(({ value }) => flag.test(value));
	return at === -1 ? undefined : words[at + 1];
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** `set N=V`, `export N=V`, `N=V command`, `$env:N = 'V'`: what they set, and the command without them. */
function withoutAssignments(
	command: Words,
	shell: Shell,
): { readonly rest: Words; readonly assigned: readonly (readonly [string, Word])[] } {
	const assigned: (readonly [string, Word])[] = [];
	const keep = (name: string, value: string, word: Word): void => {
		if (variableName.test(name)) assigned.push([name, { ...word, value }]);
	};
	const { words } = command;
	const [first, second, third] = words;
	const name = first?.value.toLowerCase() ?? "";
	if (/^(?:set|export|setx|setenv|declare)$/.test(name)) {
		const text = shell === "cmd" ? restFrom(command, 1) : undefined;
		for (const word of words.slice(1)) {
			const written = text !== undefined && word === second && name === "set" ? text.replace(/^"|"$/g, "") : word.value;
			const equals = written.indexOf("=");
			if (equals > 0) keep(written.slice(0, equals), written.slice(equals + 1), word);
			else if (name === "setx" && word === second && third !== undefined) keep(word.value, third.value, third);
		}
		return { rest: { text: command.text, words: [] }, assigned };
	}
	const env = /^\$env:(\w{1,64})(?:=(.*))?$/is.exec(first?.value ?? "");
	if (shell === "powershell" && first !== undefined && env !== null) {
		const value = env[2] ?? (second?.value === "=" ? third?.value : second?.value.replace(/^=/, "")) ?? "";
		const source = env[2] === undefined ? (second?.value === "=" ? third : second) : first;
		keep(env[1] ?? "", value, { value, start: 0, hidden: env[2] === undefined && source?.hidden === true });
		return { rest: { text: command.text, words: [] }, assigned };
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

function shellInner(start: Start, shell: Shell, isSwitch: (value: string) => boolean): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }, index) => index > 0 && isSwitch(value));
	// `cmd /ccloudflared`, and switches glued together, are read as their shell reads them.
	if (at === -1 || at + 1 >= words.length) return [];
	const word = words[at + 1];
	const text = shell === "posix" && word !== undefined && /\s/.test(word.value) ? word.value : restFrom(start.command, at + 1);
	return inside(shell === "cmd" ? withoutOuterQuotes(text) : text, start, shell).map(reparsed);
}

/** `"…"` around all of it goes; quotes around its first word stay. */
function withoutOuterQuotes(text: string): string {
	const trimmed = text.trim();
	if (trimmed.startsWith('""')) return trimmed.slice(1).replace(/"$/, "");
	return trimmed.startsWith('"') && trimmed.indexOf('"', 1) === trimmed.length - 1 ? trimmed.slice(1, -1) : trimmed;
}

/** `"C:\x\cloudflared.exe tunnel run" & other`: the quotes hold a whole command. */
function reparsed(start: Start): Start {
	if (!/\.exe["\s]+\S/i.test(start.argument0.slice(0, 1_024)) || start.args.length > 0) return start;
	return { ...commandText(start.argument0, start.environment, start.trail) };
}

const encodedSwitch = /^[-/](?:e|ec|en|enc|enco|encod|encode|encoded|encodedc\w{0,6})$/i;

function powershellInner(start: Start): readonly Start[] {
	const { words } = start.command;
	for (let at = 1; at < words.length; at++) {
		const { value } = words[at] ?? { value: "" };
		if (encodedSwitch.test(value)) {
			const text = decodeCommand(words[at + 1]?.value ?? "");
			return text === undefined ? [] : inside(text, start, "powershell");
		}
		if (/^[-/]c(?:o|om|omm|omma|omman|ommand)?$/i.test(value)) return inside(scriptText(start, at + 1), start, "powershell");
		if (/^[-/]f(?:i|il|ile)?$/i.test(value)) return [];
		if (
			/^[-/](?:ex\w*|ep|version|v|w\w*|outputformat|inputformat|configurationname|psconsolefile|settingsfile|workingdirectory)$/i.test(
				value,
			)
		)
			at++;
		else if (!/^[-/]/.test(value)) return inside(scriptText(start, at), start, "powershell");
	}
	return [];
}

/** One quoted word is the script itself; several words are joined, their own quotes kept. */
function scriptText(start: Start, at: number): string {
	return restFrom(start.command, at);
}

/** Base64 of UTF-16LE, as `-EncodedCommand` takes it. */
function decodeCommand(text: string): string | undefined {
	if (text.length < 4 || !/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) return undefined;
	return Buffer.from(text, "base64").toString("utf16le").replaceAll("\0", "");
}

/** Behind the host, on another machine; a ProxyCommand runs here. */
function sshInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const proxy = words.map(({ value }) => /^(?:-o)?ProxyCommand[= ](.+)$/is.exec(value)?.[1]).find((one) => one !== undefined);
	const local = proxy === undefined ? [] : inside(proxy, start, "posix");
	let at = 1;
	while (at < words.length && words[at]?.value.startsWith("-") === true)
		at += /^-(?:[BbcDEeFIiJLlmOopPQRSWw]|pw|pwfile|hostkey|sercfg)$/.test(words[at]?.value ?? "") ? 2 : 1;
	const command = at + 1 < words.length ? inside(restFrom(start.command, at + 1), start, "posix") : [];
	return [...local, ...command.map((one) => ({ ...one, trail: { ...one.trail, remote: true } }))];
}

/** `psexec \\host -u a program …`, `winrs -r:host program …`. */
function remoteInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const remote = words.some(({ value }) => /^\\\\[^\\]|^[-/]r(?:emote)?:/i.test(value));
	let at = 1;
	while (at < words.length && /^(?:[-/]|\\\\|@)/.test(words[at]?.value ?? ""))
		at += /^[-/](?:u|p|n|w|r|a|c|rlo)$/i.test(words[at]?.value ?? "") ? 2 : 1;
	const text = restFrom(start.command, at);
	return text === "" ? [] : [{ ...commandText(text, start.environment, { ...noTrail, remote }) }];
}

const imageReference =
	/^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/)?(?:[\w.:-]{1,128}\/){0,6}cloudflared(?:-fips[\w.-]{0,64})?(?:[:@][\w.:-]{1,128})?$/i;
const officialImage =
	/^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/)?cloudflare\/cloudflared(?:-fips[\w.-]{0,64})?(?:[:@][\w.:-]{1,128})?$/i;

/** Behind the image reference, or behind the program's name for `exec`. The image's own entry point adds its flags. */
function containerInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const verb = words.findIndex(({ value }, at) => at > 0 && /^(?:run|create|exec|runp|debug)$/.test(value));
	if (verb === -1) return [];
	const environment = new Map(start.environment);
	words.forEach(({ value }, at) => {
		const assigned = /^(?:-e|--env)$/.test(value) ? words[at + 1]?.value : /^--env=(.*)$/s.exec(value)?.[1];
		const equals = assigned?.indexOf("=") ?? -1;
		if (assigned !== undefined && equals > 0)
			environment.set(assigned.slice(0, equals), { value: assigned.slice(equals + 1), start: 0, hidden: /[$%]/.test(assigned) });
	});
	const isExec = words[verb]?.value === "exec";
	const image = words.findIndex(
		({ value }, at) =>
			at > verb && (isExec ? nameKind(value) !== undefined && at > verb + 1 : imageReference.test(value.replace(/^--image=/, ""))),
	);
	if (image === -1) return isExec ? execInner(start, verb, environment) : shellInContainer(start, verb, environment);
	const behind = words.slice(image + 1);
	const dashes =
		words[image]?.value.startsWith("--image=") === true || programName(start.image) === "kubectl"
			? behind.findIndex(({ value }) => value === "--")
			: -1;
	const given = dashes === -1 ? behind : behind.slice(dashes + 1);
	const program = { value: "cloudflared", start: 0, hidden: false };
	const withoutName = given[0] !== undefined && nameKind(given[0].value) === "named" ? given.slice(1) : given;
	const args = withoutName.length === 0 && !isExec ? [{ value: "version", start: 0, hidden: false }] : withoutName;
	const container = isExec || officialImage.test((words[image]?.value ?? "").replace(/^--image=/, "")) ? "official" : "mirror";
	return [fromWords({ text: start.command.text, words: [program, ...args] }, "cloudflared", environment, { ...noTrail, container })];
}

const valuedByExec = /^(?:-[euwnc]|--(?:env|env-file|user|workdir|detach-keys|namespace|container|context|kubeconfig))$/;

/** `docker exec box program …`, `kubectl exec pod -- program …`: whatever the program is called. */
function execInner(start: Start, verb: number, environment: ReadonlyMap<string, Word>): readonly Start[] {
	const { words } = start.command;
	const dashes = words.findIndex(({ value }, at) => at > verb && value === "--");
	let at = dashes === -1 ? verb + 1 : dashes;
	while (dashes === -1 && words[at]?.value.startsWith("-") === true) at += valuedByExec.test(words[at]?.value ?? "") ? 2 : 1;
	const rest = words.slice(at + 1);
	if (rest.length === 0) return [];
	return [fromWords({ text: start.command.text, words: rest }, "", environment, { ...noTrail, container: "official" })];
}

/** `docker run image sh -c "…"`. */
function shellInContainer(start: Start, verb: number, environment: ReadonlyMap<string, Word>): readonly Start[] {
	const { words } = start.command;
	const shell = words.findIndex(({ value }, at) => at > verb && /(?:^|\/)(?:sh|bash|ash)$/.test(value));
	if (shell === -1) return [];
	return shellInner({ ...start, environment, command: { text: start.command.text, words: words.slice(shell) } }, "posix", (value) =>
		/^-[a-z]*c$/.test(value),
	);
}

/** `sc create NAME binPath= "…"`, and `sc start NAME arguments`, which take the place of those in the service's entry. */
function serviceControlInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const remote = words[1]?.value.startsWith("\\\\") === true;
	const [verb, name] = remote ? [words[2], words[3]] : [words[1], words[2]];
	if (/^start$/i.test(verb?.value ?? "") && name !== undefined) {
		const args = words.slice(words.indexOf(name) + 1);
		if (args.length === 0) return [];
		const program = { ...name, value: "cloudflared" };
		const command = { text: start.command.text, words: [program, ...args] };
		return [
			fromWords(command, /cloudflared/i.test(name.value) ? "cloudflared" : name.value, start.environment, {
				...noTrail,
				remote,
				later: true,
				startArguments: true,
			}),
		];
	}
	if (!/^(?:create|config)$/i.test(verb?.value ?? "")) return [];
	const at = words.findIndex(({ value }) => /^binpath=/i.test(value));
	const glued = (words[at]?.value ?? "").slice("binpath=".length);
	const value = glued !== "" ? glued : (words[at + 1]?.value ?? "");
	return at === -1 || value === "" ? [] : laterText(value, start, remote);
}

function nssmInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const verb = words[1]?.value.toLowerCase() ?? "";
	if (verb === "install" && words.length > 3) {
		const command = {
			text: start.command.text,
			words: words.slice(3).flatMap((word, at) => (at > 0 && /\s/.test(word.value) ? windowsWords(word.value) : [word])),
		};
		return [fromWords(command, "", start.environment, { ...noTrail, later: true })];
	}
	if (verb !== "set" || words.length < 5) return [];
	const setting = words[3]?.value.toLowerCase() ?? "";
	const value = restFrom(start.command, 4);
	if (setting === "application") return laterText(value, start, false);
	return setting === "appparameters" ? [argumentsOnly(value, start.environment, "")] : [];
}

/** `schtasks /tr "…"`, `wmic process call create "…"`: the value is a command. `reg add`: what its key makes of the value. */
function valueInner(start: Start): readonly Start[] {
	const { words } = start.command;
	if (programName(start.image) === "reg") return registryInner(words);
	const remote = words.some(({ value }) => /^\/node:(?!"?(?:localhost|127\.|\.)"?)/i.test(value) || /^\/s$/i.test(value));
	const value = wordAfter(words, /^(?:\/tr|create)$/i)?.value ?? "";
	const isCreate = words.some((word) => /^(?:\/create|\/change|create)$/i.test(word.value));
	return value === "" || !isCreate ? [] : laterText(value, start, remote);
}

function registryInner(words: readonly Word[]): readonly Start[] {
	const key = wordAfter(words, /^add$/i)?.value ?? "";
	const data = wordAfter(words, /^\/d$/i)?.value ?? "";
	const start = registryValueStart(key, wordAfter(words, /^\/v$/i)?.value ?? "", data.replace(/\\"/g, '"'));
	return key === "" || start === undefined ? [] : [start];
}

function laterText(text: string, start: Start, remote: boolean): readonly Start[] {
	return [commandText(text.replace(/^'(.*)'$/s, "$1").replace(/\\"/g, '"'), start.environment, { ...noTrail, later: true, remote })];
}

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
};

/** Skips the program's own options, assignments and, where it has one, a leading argument; the rest is the command. */
function prefixInner(start: Start, options: RegExp | undefined): readonly Start[] {
	const name = programName(start.image);
	const { words } = start.command;
	const takesValue = options ?? valued[name] ?? /^$/;
	const environment = new Map(start.environment);
	let at = 1;
	let skip = name === "timeout" || name === "chroot" ? 1 : 0;
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

/** `pcalua -a PROGRAM -c ARGUMENTS` */
function compatibilityInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const program = wordAfter(words, /^-a$/i);
	const at = words.findIndex(({ value }) => /^-c$/i.test(value));
	if (program === undefined) return [];
	const args = at === -1 ? [] : words.slice(at + 1);
	const [only] = args;
	const text = args.length === 1 && only !== undefined ? only.value : args.map(({ value }) => value).join(" ");
	return [commandText(`"${program.value}" ${text}`, start.environment, noTrail)];
}

function daemonInner(start: Start): readonly Start[] {
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

/** A package or script that is cloudflared by its name: its arguments. Other scripts say nothing: their child will. */
function packageInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const at = words.findIndex(({ value }, index) => index > 0 && isPackage(value));
	if (at === -1) return codeInner(start);
	// Only options and the runner's own verbs may stand before it.
	const before = words
		.slice(1, at)
		.every(({ value }) =>
			/^(?:-|exec$|dlx$|x$|run$|tool$)|(?:^|[\\/])(?:npx-cli|npm-cli|pnpm|yarn|bunx?|npx|corepack)(?:\.c?js)?$/i.test(value),
		);
	if (!before) return [];
	const behind = words[at + 1]?.value === "--" ? words.slice(at + 2) : words.slice(at + 1);
	const program = { value: "cloudflared", start: 0, hidden: false };
	return [fromWords({ text: start.command.text, words: [program, ...behind] }, "cloudflared", start.environment, noTrail)];
}

function codeInner(start: Start): readonly Start[] {
	return codeStarts(start.command.words, start.environment, (commandLine) => inside(commandLine, start, "posix"));
}

function isPackage(value: string): boolean {
	const path = value.slice(-1_024).toLowerCase().replaceAll("\\", "/");
	return (
		/^(?:py)?cloudflared(?:@[\w.^~-]{1,32})?$/.test(path) ||
		/(?:^|\/)node_modules\/(?:\.bin\/)?cloudflared(?:\/.*)?$/.test(path) ||
		/(?:^|\/)cloudflared\.(?:c|m)?js$/.test(path)
	);
}
