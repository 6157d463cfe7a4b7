import type { Column } from "../../defender/tables.ts";
import { hasShape, type Shape, type Test } from "../../detect/condition.ts";
import { decodedRuns, decodeWide, encodedCommand } from "../../secrets/base64.ts";
import { spelledTexts } from "./spelled-text.ts";

/** Subcommands and tokens, which begin with the account as cloudflared writes them, are case-sensitive; of file names, which are not, the ways in which people write this one. */
const words = ["tunnel", "cloudflared", "Cloudflared", "CLOUDFLARED", ".trycloudflare.com", "eyJhIjo"];
/** An encoded command that starts another encoded one. */
const nesting = ["powershell", "PowerShell", "POWERSHELL", "pwsh"];
const mostCommands = 8;
/** Each layer is less than half as long as the one around it, so a few more cost little. */
const mostLayers = 8;

/** PowerShell's `-EncodedCommand` with a start of cloudflared in it, or a fetch through a quick tunnel. */
const encodedStart: Shape = {
	starts: [...words, ...nesting].flatMap((word) => inEncodedText(word, "utf16le")),
	pattern: [...words, ...nesting].flatMap((word) => inEncodedText(word, "utf16le")).join("|"),
	isIn: (text) => startsInside(text, mostLayers),
	example: `powershell -enc ${Buffer.from("C:\\x\\cloudflared.exe tunnel run", "utf16le").toString("base64")}`,
};

/** The column holds a PowerShell `-EncodedCommand` (base64 of UTF-16LE) that starts or fetches through cloudflared, up to 8 layers deep. */
export function hasEncodedStart(column: Column): Test {
	return hasShape(column, encodedStart);
}

const decoder =
	/base64\s{1,8}(?:-d\b|-D\b|--decode)|openssl\s[^|]{0,64}-d\b|FromBase64String|\batob\b|b64decode|certutil[^|]{0,64}-decode/i;

/** Something in this text turns base64 back into text. */
export function decodesText(text: string): boolean {
	return decoder.test(text);
}

/** One of them stands in every start, install and fetch. Each way to write one costs the sieve a literal. */
const decodedWords = ["tunnel", ".trycloudflare.com", "eyJhIjo"];

/** The same in other spellings. Escaped characters cannot be searched for; the programs that take them can. */
const spelledWords = ["tunnel", "eyJhIjo"].flatMap((word) => [Buffer.from(word).toString("hex"), [...word].reverse().join("")]);
const escapers = ["printf", "echo -e"];
const decodedStarts = [...decodedWords.flatMap((word) => inEncodedText(word, "utf8")), ...spelledWords];

/** Text that the same command line decodes: base64 (`echo … | base64 -d | sh`), hexadecimal, escaped, or backwards. */
const decodedStart: Shape = {
	starts: [...decodedStarts, ...escapers],
	pattern: `${decodedStarts.join("|")}|(?:${escapers.join("|")})[^|]*\\\\(?:x[0-9A-Fa-f]{2}|0?[0-7]{3})`,
	isIn: (text) => (decodesText(text) && someRun(text)) || (hasDecodedStarts(text) && spelledStarts(text).length > 0),
	example: `sh -c "echo ${Buffer.from("/tmp/x tunnel run --token a").toString("base64")} | base64 -d | sh"`,
};

/** What the sieve looks for must be there, whatever else was read. */
function hasDecodedStarts(text: string): boolean {
	const folded = text.toLowerCase();
	return [...spelledWords, ...escapers].some((word) => folded.includes(word.toLowerCase()));
}

/** The spelled texts of a command that start or fetch through cloudflared, where its plain words do not say so. */
export function spelledStarts(text: string): readonly string[] {
	return spelledTexts(text).filter((one) => starts(one));
}

/** The column holds a text that its command decodes to a start of cloudflared. */
export function hasDecodedStart(column: Column): Test {
	return hasShape(column, decodedStart);
}

function someRun(text: string): boolean {
	for (const { decoded } of decodedRuns(text, 1)) if (starts(decoded)) return true;
	return false;
}

function startsInside(text: string, layers: number): boolean {
	// What lies deeper counts only behind a word of `nesting`: the sieve looks for nothing else in the outer command.
	return encodedCommands(text).some(
		(command) => starts(command) || (layers > 1 && nesting.some((word) => command.includes(word)) && startsInside(command, layers - 1)),
	);
}

function encodedCommands(text: string): readonly string[] {
	const found: string[] = [];
	for (const [, , base64 = ""] of text.matchAll(encodedCommand)) {
		const command = decodeWide(base64);
		if (command !== undefined) found.push(command);
		if (found.length === mostCommands) break;
	}
	return found;
}

function starts(command: string): boolean {
	if (!words.some((word) => command.includes(word))) return false;
	if (/cloudflared|\.trycloudflare\.com|eyJhIjo/i.test(command)) return true;
	// One look behind the first such word: behind a later one stands less.
	const tunnel = command.search(/(?:^|[\s'",])tunnel[\s'",]/);
	return tunnel !== -1 && /\brun\b|-url\b|-token\b|-hello-world\b/.test(command.slice(tunnel));
}

/**
 * How a word looks inside base64: three bytes make four characters, so it can begin in three ways. What its neighbours
 * share is cut off. Two bytes a character in UTF-16LE, one in the ASCII part of UTF-8.
 */
function inEncodedText(word: string, encoding: "utf16le" | "utf8"): readonly string[] {
	return [0, 1, 2].map((shift) => {
		const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(word, encoding)]);
		return bytes.toString("base64").slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
	});
}
