/** One member of a JSON object: its name as it decodes, its value as it is written. */
export interface Member {
	readonly name: string;
	/** The name is written with an escape. */
	readonly escaped: boolean;
	readonly text: string;
}

/** Go refuses deeper nesting; counting replaces recursion. */
const deepest = 10_000;

/**
 * The members of a JSON object in order, repeated names included, as Go's decoder meets them. `"null"` for the only
 * other value it accepts into a struct; `undefined` for everything it refuses. One pass, after the grammar is checked.
 */
export function jsonMembers(json: string): readonly Member[] | "null" | undefined {
	const text = json.trim();
	// Most of what is no object shows it at its ends; to let a parser fail costs more.
	if (text !== "null" && !(text.startsWith("{") && text.endsWith("}"))) return undefined;
	if (!isJson(json)) return undefined;
	if (text === "null") return "null";
	const members: Member[] = [];
	let depth = 0;
	let nameStart = -1;
	let name: string | undefined;
	let escaped = false;
	let valueStart = -1;
	const end = (at: number): void => {
		if (name !== undefined) members.push({ name, escaped, text: text.slice(valueStart, at).trim() });
		name = undefined;
	};
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (character === '"') {
			const start = at;
			at = endOfString(text, at);
			if (depth === 1 && name === undefined) {
				nameStart = start;
				valueStart = at + 1;
			}
		} else if (character === "{" || character === "[") {
			depth++;
			if (depth > deepest) return undefined;
		} else if (character === "}" || character === "]") {
			if (depth === 1) end(at);
			depth--;
		} else if (depth === 1 && character === ":" && name === undefined) {
			const written = text.slice(nameStart, valueStart);
			name = decodeString(written);
			escaped = written.includes("\\");
			valueStart = at + 1;
		} else if (depth === 1 && character === ",") end(at);
	}
	return members;
}

/** A JSON string as Go decodes it: lone surrogates become U+FFFD. The text must be one whole string. */
export function decodeString(quoted: string): string {
	const value: unknown = JSON.parse(quoted);
	return typeof value === "string" ? value.toWellFormed() : "";
}

/** The same grammar in both languages: RFC 8259, no byte-order mark, no control character in a string. */
function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch (error) {
		// Nesting beyond the stack is beyond Go's limit too.
		if (error instanceof SyntaxError || error instanceof RangeError) return false;
		throw error;
	}
}

/** The index of the closing quote. */
function endOfString(text: string, open: number): number {
	const next = text.indexOf('"', open + 1);
	// Nearly no string has an escape in it.
	if (next !== -1 && text[next - 1] !== "\\") return next;
	let at = open + 1;
	while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
	return at;
}
