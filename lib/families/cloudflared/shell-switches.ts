import { commandText } from "./command-text.ts";
import { inside } from "./shell-starts.ts";
import type { Shell } from "./shell-text.ts";
import type { Start } from "./start.ts";
import { restFrom } from "./words.ts";

/** `cmd /c "…"`, `sh -c '…'`: the commands behind the switch. */
export function shellInner(start: Start, shell: Shell, isSwitch: (value: string) => boolean): readonly Start[] {
	const { words } = start.command;
	const option = "--command=";
	const given = shell === "posix" ? words.filter(({ value }) => value.startsWith(option)) : [];
	const glued = given.flatMap(({ value }) => inside(value.slice(option.length), start, shell));
	const at = words.findIndex(({ value }, index) => index > 0 && isSwitch(value));
	// `cmd /ccloudflared`, and switches glued together, are read as their shell reads them.
	if (at === -1 || at + 1 >= words.length) return glued;
	const word = words[at + 1];
	const text = shell === "posix" && word !== undefined && /\s/.test(word.value) ? word.value : restFrom(start.command, at + 1);
	return [...inside(shell === "cmd" ? withoutOuterQuotes(text) : text, start, shell).map(reparsed), ...glued];
}

/** `"…"` around all of it goes; quotes around its first word stay. */
function withoutOuterQuotes(text: string): string {
	const trimmed = text.trim();
	if (trimmed.startsWith('""')) return trimmed.slice(1).replace(/"$/, "");
	// Behind a quoted program stands a blank; else the second quote opens another one within the outer two.
	if (/^"[^"]*"[^"\s]/.test(trimmed) && trimmed.endsWith('"')) return trimmed.slice(1, -1);
	return trimmed.startsWith('"') && trimmed.indexOf('"', 1) === trimmed.length - 1 ? trimmed.slice(1, -1) : trimmed;
}

/** `"C:\x\cloudflared.exe tunnel run" & other`: the quotes hold a whole command. */
function reparsed(start: Start): Start {
	if (!/\.exe["\s]+\S/i.test(start.argument0.slice(0, 1_024)) || start.args.length > 0) return start;
	return { ...commandText(start.argument0, start.environment, start.trail) };
}

const encodedSwitch = /^[-/](?:e|ec|en|enc|enco|encod|encode|encoded|encodedc\w{0,6})$/i;

/** `-Command`, `-EncodedCommand`, or the script itself; of a file only its name is known. */
export function powershellInner(start: Start): readonly Start[] {
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
