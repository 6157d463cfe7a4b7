import { decodedRuns, decodeWide } from "../../secrets/base64.ts";
import { decodesText, spelledStarts } from "./encoded-start.ts";
import type { Shell } from "./shell-text.ts";
import { mostCommands } from "./words.ts";

/** Text inside a shell's text that is run too. */
export interface Layer {
	readonly text: string;
	/** It is kept for later: in a crontab, a script, a unit file. */
	readonly later: boolean;
}

/** What was found of it, and whether more stands there. */
export interface Layers {
	readonly layers: readonly Layer[];
	readonly unread: boolean;
}

/** `$(…)`, `<(…)` and backticks of POSIX shells; in PowerShell a backtick escapes. */
const substitution = /[$<>]\(((?:[^()]|\([^()]{0,4096}\)){1,8192})\)/g;
const backticks = /`([^`]{1,8192})`/g;
/** What a text is printed into when it is to be run. */
const sink =
	/\beval\s{1,8}["']?\$\(|(?:^|[\s;&|(])(?:(?:\/[\w/.-]{1,64})?(?:sh|bash|zsh|dash|ksh|at|batch|crontab)|source|\.)\s{1,8}[^<;&|\n]{0,256}<(?:\(|<<)|(?:out-file|set-content|add-content|tee-object)\b[^|;\n]{0,512}\.(?:bat|cmd|ps1|vbs)\b|\|\s{0,8}(?:sudo\s{1,4})?(?:[\w/.-]{0,64}\/)?(?:sh|bash|zsh|dash|ksh|at|batch|crontab|tee|cmd|powershell|pwsh)\b|>{1,2}\s{0,8}(?:["'][^"'|&;<>]{0,512}|[^\s"'|&;<>]{0,512})(?:\/etc\/|cron|\.service|rc\.local|\.(?:ba|z)?shrc|profile|Launch(?:Agents|Daemons)|\.(?:bat|cmd|ps1|sh|vbs|plist|desktop))/i;
const printed =
	/(?:^|[\s;&|({]|<<<)(?:(?:echo|write-output)\s{1,8}|printf\s{1,8}(?:["']?%[^"'\s]{0,16}["']?\s{1,8})?|(?:set|add)-content\s{1,8}(?:-path\s{1,8})?[^\s'"]{1,512}\s{1,8}(?:-value\s{1,8})?|(?<=<<<)\s{0,8})(?:-\w{1,8}\s{1,8})?(?:"([^"]{1,8192})"|'([^']{1,8192})'|([^|>&;"'\n]{1,8192}))/gi;

/** A line of a unit file or a crontab, in a text of several lines. */
const unit =
	/^[ \t]{0,64}(?:Exec\w{1,12}=[-@+!:]{0,3}|(?:@\w{1,12}|(?:[\d*/,-]{1,16}[ \t]{1,8}){4}[\d*/,-]{1,16})[ \t]{1,8}(?:root[ \t]{1,8})?)(.{1,8192})$/gm;

/** What else runs: commands whose output is used, text printed into a shell, a crontab or a script, and text that is decoded. Bounded. */
export function layersIn(text: string, shell: Shell): Layers {
	const substituted = shell !== "cmd" && text.includes("(") ? insideOf(text, substitution) : [];
	const quoted = shell === "posix" && text.includes("`") ? insideOf(text, backticks) : [];
	const used = [...substituted, ...quoted];
	const kept = printedIn(text);
	const units = text.search(unit) === -1 ? [] : insideOf(text, unit);
	const hidden = decodesText(text)
		? [...decodedRuns(text, 1)].map(({ decoded, start, end }) => decodeWide(text.slice(start, end)) ?? decoded)
		: [];
	const spelled = spelledStarts(text).flatMap((one) => [now(one), ...printedIn(one).map(now)]);
	const kinds = [used.map(now), [...kept, ...units].map((one): Layer => ({ text: one, later: true })), hidden.map(now), spelled];
	return {
		layers: kinds.flatMap((kind) => kind.slice(0, mostCommands)),
		// How a spelled text is put together again is not read.
		unread: spelled.length > 0 || kinds.some((kind) => kind.length > mostCommands),
	};
}

function insideOf(text: string, pattern: RegExp): readonly string[] {
	return [...text.matchAll(pattern)].map(([, inner = ""]) => inner);
}

/** Each kind of `sink` has one of these; most texts have none, and the search for a sink costs many times as much. */
const sinkSign = /[<>|]|\$\(|out-file|-content|tee-object/i;

function printedIn(text: string): readonly string[] {
	return sinkSign.test(text) && sink.test(text)
		? [...text.matchAll(printed)].flatMap(([, double, single, bare]) => printedLines(double ?? single ?? bare ?? ""))
		: [];
}

function now(text: string): Layer {
	return { text, later: false };
}

/** One command a line; a crontab has its times in front of it, a unit file the name of its setting. */
function printedLines(text: string): readonly string[] {
	return text
		.split(/\\n|[\r\n]/)
		.map((line) => line.trim().replace(/^(?:@\w{1,12}\s+|(?:[\d*/,-]{1,16}\s+){5}(?:root\s+)?|Exec\w{1,12}=[-@+!:]{0,3})/, ""));
}
