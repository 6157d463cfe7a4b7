/** How a writer of JSON may differ from ours without changing what is said. */
export interface JsonStyle {
	/** Which characters become `\u00XX`: those that must, HTML's too, few or some at random, or all. */
	readonly escapes: "needed" | "html" | "few" | "some" | "all";
	/** Decides which, and the case of the hex digits. */
	readonly seed: number;
	/** Between all tokens. */
	readonly blanks: string;
	/** Begins with a byte order mark. */
	readonly mark: boolean;
	/** `{"records":[…]}`, a bare list, with another key behind the list, or a single record. */
	readonly wrapper: "records" | "bare" | "trailing" | "single";
}

export function writeJson(records: readonly unknown[], style: JsonStyle): string {
	let state = style.seed;
	const chance = (oneIn: number): boolean => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
		return (state >>> 8) % oneIn === 0;
	};
	const string = (text: string): string => `"${text.replace(/./gsu, character)}"`;
	const character = (letter: string): string => {
		const mustEscape = letter === '"' || letter === "\\" || letter < " ";
		switch (style.escapes) {
			case "needed":
				return mustEscape || letter.length > 1 ? JSON.stringify(letter).slice(1, -1) : letter;
			case "html":
				return /["'<>&+`]/.test(letter) || letter < " " || letter > "~" ? hex(letter) : letter === "\\" ? "\\\\" : letter;
			case "few":
			case "some":
				if (letter === "/" && chance(2)) return "\\/";
				return chance(style.escapes === "few" ? 60 : 12) || (mustEscape && chance(2))
					? hex(letter)
					: mustEscape
						? JSON.stringify(letter).slice(1, -1)
						: letter;
			case "all":
				return hex(letter);
		}
	};
	const hex = (letter: string): string =>
		Array.from({ length: letter.length }, (_, at) => letter.charCodeAt(at).toString(16).padStart(4, "0"))
			.map((digits) => `\\u${chance(2) ? digits.toUpperCase() : digits}`)
			.join("");
	const write = (value: unknown): string => {
		if (typeof value === "string") return string(value);
		if (Array.isArray(value)) return list("[", value.map(write), "]");
		if (typeof value !== "object" || value === null) return JSON.stringify(value);
		return list(
			"{",
			// Keys as they are: the prefilter reads values only.
			Object.entries(value).map(([key, item]) => [JSON.stringify(key), ":", write(item)].join(style.blanks)),
			"}",
		);
	};
	const list = (open: string, items: readonly string[], close: string): string =>
		items.length === 0 ? `${open}${style.blanks}${close}` : [open, items.join(`${style.blanks},${style.blanks}`), close].join(style.blanks);

	const mark = style.mark ? "\uFEFF" : "";
	switch (style.wrapper) {
		case "records":
			return `${mark}${write({ records })}`;
		case "bare":
			return `${mark}${write(records)}`;
		case "trailing":
			return `${mark}${write({ records, more: ["cloudflared", { time: "--token" }] })}`;
		case "single":
			return `${mark}${write(records[0] ?? {})}`;
	}
}
