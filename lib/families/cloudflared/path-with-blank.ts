import type { Word } from "./words.ts";

/** Folders of macOS in whose name is a blank, up to it: of the system, and of each user. */
const beforeBlank = /^(?:~|\/Users\/[^/]{1,255}|\/var\/root)?\/Library\/Application$/;

/**
 * The path that a flag was given. Sensors on macOS join arguments with blanks, so `/Library/Application Support/…` arrives in
 * two words, of which the flag reads the first. For people only: nobody can tell it from two arguments, so no verdict may rest on it.
 */
export function pathWithBlank(path: string, flag: string, args: readonly Word[]): string {
	if (!beforeBlank.test(path)) return path;
	const at = args.findLastIndex(({ value }, index) => {
		const name = value === path ? (args[index - 1]?.value ?? "") : value.endsWith(`=${path}`) ? value.slice(0, -path.length - 1) : "";
		return name === `--${flag}` || name === `-${flag}`;
	});
	const next = at === -1 ? undefined : args[at + 1]?.value;
	return next?.startsWith("Support/") === true ? `${path} ${next}` : path;
}
