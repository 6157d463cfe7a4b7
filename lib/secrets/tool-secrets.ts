import type { TextRange } from "./text-range.ts";

/** The secrets of one family of tools, as its folder declares them. Names compare in any letter case and are made of letters, digits, `-` and `_`. */
export interface ToolSecrets {
	/** Flags whose value is secret, without their dashes. */
	readonly flags: readonly string[];
	/** Environment variables whose value is secret. */
	readonly variables: readonly string[];
	/** Other names whose value follows `:` or `=`: headers, cookies, keys of a settings file. */
	readonly keys: readonly string[];
	/** Secrets that show by what they are. Linear in the text. It is not asked about plain values (plain-values.ts). */
	readonly byValue: (text: string) => readonly TextRange[];
	/** Secrets that show by where they stand, and that no name announces. Linear in the text. */
	readonly byPosition: (text: string) => readonly TextRange[];
}
