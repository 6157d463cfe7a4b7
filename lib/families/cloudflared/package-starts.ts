import { programName } from "./names.ts";
import { codeStarts, startsInCode } from "./script-code.ts";
import { inside } from "./shell-starts.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { mostCommands, type Word } from "./words.ts";

/** A package or script that is cloudflared by its name: its arguments. Other scripts say nothing: their child will. */
export function packageInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const manager = words.slice(0, 8).findIndex(({ value }) => programName(value) === "pm2");
	// Code of the runner's own runs first, and what it makes of the words behind it nobody knows.
	if (manager !== -1 && isRunner(words, manager)) return [...codeInner(start), ...managedInner(start, manager)];
	const at = words.findIndex(({ value }, index) => index > 0 && isPackage(value));
	if (at === -1) return codeInner(start);
	if (!isRunner(words, at)) return codeInner(start);
	const behind = words[at + 1]?.value === "--" ? words.slice(at + 2) : words.slice(at + 1);
	const program = { value: "cloudflared", start: 0, hidden: false };
	return [fromWords({ text: start.command.text, words: [program, ...behind] }, "cloudflared", start.environment, noTrail)];
}

/** Only options and the runner's own verbs may stand before what it runs. */
function isRunner(words: readonly Word[], at: number): boolean {
	return words
		.slice(1, at)
		.every(({ value }) =>
			/^(?:-|exec$|dlx$|x$|run$|tool$)|(?:^|[\\/])(?:npx-cli|npm-cli|pnpm|yarn|bunx?|npx|corepack)(?:\.c?js)?$/i.test(value),
		);
}

/** Options of pm2 that take the next word. */
const ofManager =
	/^(?:-[nieolpcu]|--(?:name|namespace|interpreter|instances|output|error|log|pid|cron|cwd|user|uid|gid|max-memory-restart|restart-delay|exp-backoff-restart-delay|log-date-format|kill-timeout|max-restarts))$/;
/** Options that leave alone which program runs, where, as whom and with what. */
const harmless =
	/^(?:-[nieolpcfsa]|--(?:name|namespace|instances|output|error|log|pid|cron|max-memory-restart|restart-delay|exp-backoff-restart-delay|log-date-format|kill-timeout|max-restarts|no-autorestart|time|watch|force|silent|merge-logs|no-daemon|attach|wait-ready|update-env|no-vizion|no-treekill)(?:=.*)?)$/s;

/** `pm2 start program --name x -- tunnel run`, `pm2 start "program tunnel run"`; it runs as whoever typed that. */
function managedInner(start: Start, manager: number): readonly Start[] {
	const { words, text } = start.command;
	if (words[manager + 1]?.value !== "start") return [];
	let program: Word | undefined;
	let altered = words.slice(1, manager).some(({ value }) => value.startsWith("-"));
	let at = manager + 2;
	for (; at < words.length && words[at]?.value !== "--"; at++) {
		const word = words[at];
		if (word === undefined) break;
		// It starts each program that is named, with the same arguments.
		altered ||= word.value.startsWith("-") ? !harmless.test(word.value) : program !== undefined;
		if (ofManager.test(word.value)) at++;
		else if (!word.value.startsWith("-")) program ??= word;
	}
	if (program === undefined) return [];
	const outer = { ...start, trail: { ...start.trail, altered } };
	if (/\s/.test(program.value)) return inside(program.value, outer, "posix");
	return [fromWords({ text, words: [program, ...words.slice(at + 1)] }, "", start.environment, { ...noTrail, altered })];
}

/** Right in front of a quoted text: it is shown to people. */
const displaying = /\bdisplay (?:notification|dialog)\s{0,4}$/;
const printing =
	/(?:\b(?:print|printf|println|puts|say|echo|display (?:notification|dialog))|\bconsole\.\w{3,5}|\blog(?:ging|ger)\.\w{4,8})\s{0,4}\(?\s{0,4}$/;
/** Code that can give these words another meaning, or lead what they print elsewhere, has further words outside its texts. */
const printsOnly =
	/^(?:(?:print|printf|println|puts|say|echo|console|log|logging|logger|debug|info|warn|warning|error|import|sys|exit)\b|[\s\d()[\].,;+])*$/;
/** With the quote that ends it, if one does: a search for one that is not there would begin again at each quote. */
const texts = /'(?:\\.?|[^'\\])*('|$)|"(?:\\.?|[^"\\])*("|$)/gs;
/** Ruby, Perl and PHP run what stands so within a text. */
const runsWithin = /[#@$]\{|\{\$/;

/** Code on the command line that starts programs. */
export function codeInner(start: Start): readonly Start[] {
	const shownIn = (code: string): RegExp | undefined => {
		// What it prints can be led into a shell, where one started it.
		if (start.trail.starter !== "") return undefined;
		const prints =
			code.length <= mostPrinting &&
			!runsWithin.test(code) &&
			printsOnly.test(code.replace(texts, (text, single?: string, double?: string) => (single || double ? "" : text)));
		return prints ? printing : displaying;
	};
	return codeStarts(start.command, start.environment, (commandLine) => inside(commandLine, start, "posix"), shownIn);
}

/** Longer code does more than to print. */
const mostPrinting = 2_048;

/** What AppleScript, and its JavaScript with the system's own calls, start or type in. */
const appleStarts = /\bdo\s{0,8}(?:shell\s{0,8})?script\b|\bwrite text\b|\b(?:keystroke|NSTask|system|popen|exec[lv]\w?|posix_spawnp?)\b/i;

/** AppleScript, and its JavaScript: in any other, a text is one. */
export function appleInner(start: Start): readonly Start[] {
	return appleStarts.test(start.command.text) ? codeInner(start) : [];
}

/** `mshta vbscript:…`, `rundll32 javascript:…`: the address is the code. */
export function addressInner(start: Start): readonly Start[] {
	const code = /(?:vbscript|javascript):([\s\S]*)/i.exec(start.command.text)?.[1] ?? "";
	return startsInCode(code.replaceAll('""', '"'), start.environment, (commandLine) => inside(commandLine, start, "posix"));
}

/** Programs whose whole command line is code: `awk 'BEGIN{system("…")}'`, `socat … EXEC:"…"`. */
export function wholeTextInner(start: Start): readonly Start[] {
	const shell = (commandLine: string): readonly Start[] => inside(commandLine, start, "posix");
	return start.command.words.slice(1).flatMap(({ value }) => {
		const [, command] = /^(?:.{0,256},)?(?:exec|system):(.{1,8192})/is.exec(value) ?? [];
		if (command !== undefined) return shell(command.replace(/^["']|["']$/g, ""));
		const spawned = [...value.matchAll(spawn)].slice(0, mostCommands).flatMap(([, text = ""]) => shell(text.replace(/^["']|["']$/g, "")));
		return [...spawned, ...startsInCode(value, start.environment, shell)];
	});
}

/** Of expect's scripts: `spawn -noecho program`, `exec program`, `system {program}`. */
const spawn = /(?:^|[;\n{[])\s{0,64}(?:spawn|exec|system)\s{1,8}(?:-\w{1,32}\s{1,8}){0,8}\{?([^;\n}\]]{1,8192})/g;

function isPackage(value: string): boolean {
	const path = value.slice(-1_024).toLowerCase().replaceAll("\\", "/");
	return (
		/^(?:(?:py)?cloudflared(?:@[\w.^~-]{1,32})?|nixpkgs#cloudflared)$/.test(path) ||
		/(?:^|\/)node_modules\/(?:\.bin\/)?cloudflared(?:\/.*)?$/.test(path) ||
		/(?:^|\/)cloudflared\.(?:c|m)?js$/.test(path)
	);
}
