/** Kinds of characters that grams tell apart: ASCII letters in any case, digits as one, white space as one, each other sign. */
export const kinds = 64;

/** Stands behind the end of a text. */
export const endKind = kinds - 1;

const [digit, blank, control] = [27, 28, 29] as const;
const ascii: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const signs = ascii.filter((one) => /[!-/:-@[-`{-~]/.test(one));

/** The kind of each ASCII character. */
export const kindOf = Uint8Array.from({ length: 128 }, (_, code) => {
	const character = String.fromCharCode(code).toLowerCase();
	if (/[a-z]/.test(character)) return 1 + character.charCodeAt(0) - 97;
	if (/\d/.test(character)) return digit;
	if (/\s/.test(character)) return blank;
	const sign = signs.indexOf(character);
	return sign === -1 ? control : control + 1 + sign;
});

/** Three kinds in a row as one number. */
export function gramOf(one: number, two: number, three: number): number {
	return (one << 12) | (two << 6) | three;
}

/**
 * Grams of which every ASCII text that the pattern matches holds at least one; `undefined` = nothing can be said. They are
 * read from the pattern itself, so that no list of words must be kept beside it. Letter case is passed over, and what
 * stands in lookarounds other than `(?<=…)`. Throws for syntax that it cannot read: half understood, it would hide matches.
 */
export function gramsOf(pattern: RegExp): ReadonlySet<number> | undefined {
	// With these flags, letters beyond ASCII stand for ASCII ones too, and escapes and classes mean more.
	if (pattern.unicode || pattern.unicodeSets) throw new Error(`a flag cannot be read: ${String(pattern)}`);
	const grams = new Set<number>();
	for (const sequence of sequencesOf(pattern.source)) {
		const window = rarestWindow(sequence);
		if (window === undefined) return undefined;
		const [first, second, third] = window;
		for (const one of first) for (const two of second) for (const three of third) grams.add(gramOf(one, two, three));
	}
	return grams;
}

/** The kinds that can stand in one place; `undefined` = any number of characters. */
type Place = readonly number[] | undefined;
type Sequence = readonly Place[];
type Window = readonly [readonly number[], readonly number[], readonly number[]];

const anyKind = Array.from({ length: kinds }, (_, kind) => kind);
/** Fewer would leave patterns with many alternatives unread, more would take long. */
const mostSequences = 2_048;
/** More grams than this would be in most texts. */
const mostGrams = 3_000;

/** Of several windows one is taken that most command lines do not hold. */
const everyday = gramsIn(
	"c:\\windows\\system32\\svchost.exe -k -p -s c:\\program files (x86)\\common c:\\programdata\\ c:\\users\\ \\appdata\\local\\temp\\ .dll .com 2026-11-26" +
		" powershell.exe -noprofile -executionpolicy bypass -file -command cmd.exe /c --type= http:// https://www. --url microsoft google chrome" +
		" /run /quiet --mode --client --service --process --settings --storage --start --restore --reduce --user -monitor device team application analyze",
);

/** The three places in a row with the fewest ways to fill them; the third can be what follows the sequence. */
function rarestWindow(sequence: Sequence): Window | undefined {
	let rarest: Window | undefined;
	let fewest = Number.POSITIVE_INFINITY;
	for (let at = 0; at + 1 < sequence.length; at++) {
		const [first, second] = [sequence[at], sequence[at + 1]];
		const third = sequence[at + 2] ?? anyKind;
		if (first === undefined || second === undefined) continue;
		const ways = first.length * second.length * third.length;
		if (ways > mostGrams) continue;
		const weight = ways * (isEveryday(first, second, third) ? 16 : 1);
		if (weight >= fewest) continue;
		fewest = weight;
		rarest = [first, second, third];
	}
	return rarest;
}

function isEveryday(first: readonly number[], second: readonly number[], third: readonly number[]): boolean {
	return first.some((one) => second.some((two) => third.some((three) => everyday.has(gramOf(one, two, three)))));
}

function gramsIn(text: string): ReadonlySet<number> {
	const found = [...text].map((character) => kindOf[character.charCodeAt(0)] ?? 0);
	return new Set(found.slice(2).map((three, at) => gramOf(found[at] ?? 0, found[at + 1] ?? 0, three)));
}

const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const opening = /\?(?::|<?[=!])/y;

/** Every way through the pattern; a way that only characters beyond ASCII can take is left out. */
function sequencesOf(source: string): readonly Sequence[] {
	let at = 0;
	const alternatives = (): readonly Sequence[] => {
		const found = [...sequence()];
		while (source[at] === "|") {
			at++;
			found.push(...sequence());
		}
		return found;
	};
	const sequence = (): readonly Sequence[] => {
		let all: readonly Sequence[] = [[]];
		while (at < source.length && source[at] !== "|" && source[at] !== ")") {
			const next = quantified();
			all =
				all.length * next.length > mostSequences
					? all.map((one) => [...one, undefined])
					: all.flatMap((one) => next.map((other) => [...one, ...other]));
		}
		return all.filter((one) => one.every((place) => place === undefined || place.length > 0));
	};
	const quantified = (): readonly Sequence[] => {
		const isGroup = source[at] === "(";
		const one = atom();
		if (!"*+?{".includes(source[at] ?? " ")) return one;
		quantifier.lastIndex = at;
		const [whole = "", sign = "", least = "", comma = "", most = ""] = quantifier.exec(source) ?? [];
		at += whole.length;
		const times = sign === "+" ? 1 : Number(least);
		if (sign === "?" && isGroup) return [[], ...one];
		if (times === 0) return [[undefined]];
		// A group is read once, a single character up to three times: no gram is longer.
		const copies = isGroup ? 1 : Math.min(times, 3);
		const exact = sign === "" && copies === times && (comma === "" || Number(most) === times);
		return one.map((places) => [...Array.from({ length: copies }, () => places).flat(), ...(exact ? [] : [undefined])]);
	};
	const atom = (): readonly Sequence[] => {
		const character = source[at++] ?? "";
		if (character === "(") return group();
		if (character === "^" || character === "$") return [[]];
		if (character === ".") return [[anyKind]];
		if (character === "[") return [[characterClass()]];
		if (character !== "\\") return [[kindsIn(character)]];
		const escaped = readEscape();
		return escaped === undefined ? [[]] : [[escaped]];
	};
	const group = (): readonly Sequence[] => {
		opening.lastIndex = at;
		const [kind = ""] = opening.exec(source) ?? [];
		if (kind === "" && source[at] === "?") throw new Error(`a group cannot be read: ${source}`);
		at += kind.length;
		const inner = alternatives();
		at++;
		// What must stand before stands right before what follows, and over what the pattern has read already.
		if (kind === "?<=") return inner.map((one) => [undefined, ...one]);
		// What follows a lookahead is read on its own.
		return kind === "" || kind === "?:" ? inner : [[]];
	};
	/** Behind a backslash: characters by their kinds, or `undefined` for an edge of a word. */
	const readEscape = (): readonly number[] | undefined => {
		const letter = source[at++] ?? "";
		if (letter === "b" || letter === "B") return undefined;
		if (letter === "x" || letter === "u") {
			const digits = letter === "x" ? 2 : 4;
			at += digits;
			return kindsIn(String.fromCharCode(Number.parseInt(source.slice(at - digits, at), 16)));
		}
		if (/[1-9k]/.test(letter)) throw new Error(`a reference back cannot be read: ${source}`);
		if (letter === "c") throw new Error(`a control character cannot be read: ${source}`);
		return /[a-zA-Z0]/.test(letter) ? kindsOfClass(`\\${letter}`) : kindsIn(letter);
	};
	const characterClass = (): readonly number[] => {
		const from = at - 1;
		while (source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
		at++;
		return kindsOfClass(source.slice(from, at));
	};
	return alternatives();
}

const classes = new Map<string, readonly number[]>();

/** Of the ASCII characters that a class like `\w` or `[a-z]` stands for. */
function kindsOfClass(written: string): readonly number[] {
	const known = classes.get(written);
	if (known !== undefined) return known;
	const whole = new RegExp(`^${written}$`);
	const found = kindsIn(ascii.filter((character) => whole.test(character)).join(""));
	classes.set(written, found);
	return found;
}

function kindsIn(characters: string): readonly number[] {
	return [...new Set([...characters].map((one) => kindOf[one.charCodeAt(0)] ?? -1))].filter((kind) => kind !== -1);
}
