import { nameKind, programName } from "./names.ts";
import { inside } from "./shell-starts.ts";
import { fromWords, type Start } from "./start.ts";
import { announcesText, takesText } from "./takes-text.ts";

/** Words in front of a start's own, at most: nobody gives a wrapper more. */
const mostBefore = 64;

/** What was found behind such a program. */
export interface Behind {
	/** A word in front of `tunnel`, and all that follows. */
	readonly words: readonly Start[];
	/** A command that stands in one word; it can also be what the program looks for. */
	readonly text: readonly Start[];
}

/**
 * What a program of unknown grammar may start: a word in front of `tunnel`, or a command in one word. Never approves, since
 * nobody knows what that program does. Whoever asks must look whether it is a start at all. Bounded.
 */
export function behindUnknown(start: Start): Behind {
	const { words, text } = start.command;
	if (!text.includes("tunnel") || takesText(programName(start.image)) || nameKind(start.image) !== undefined) return nothingBehind;
	const trail = { ...start.trail, altered: true, starter: start.trail.starter === "" ? programName(start.image) : start.trail.starter };
	const at = words.findIndex(({ value }, index) => index > 1 && value === "tunnel");
	const named = words.findIndex(({ value }, index) => index > 0 && nameKind(value) !== undefined);
	// `pm2 start program -- tunnel run`.
	const dashed = words[at - 1]?.value === "--" && at > 2;
	const begin = named !== -1 && named < at ? named : at - (dashed ? 2 : 1);
	const behind =
		at === -1 || begin > mostBefore || words[begin]?.value.startsWith("-") === true || announcesText.test(words[begin - 1]?.value ?? "")
			? []
			: [
					fromWords(
						{ text, words: words.slice(begin).filter(({ value }, index) => index !== 1 || value !== "--") },
						"",
						start.environment,
						trail,
					),
				];
	const inOne = words
		.slice(1, mostBefore)
		.filter(({ value }, index) => /\stunnel\s/.test(value) && !link.test(value) && !announcesText.test(words[index]?.value ?? ""))
		.flatMap(({ value }) => inside(value, start, value.includes("\\") ? "cmd" : "posix"))
		.map((one) => ({ ...one, trail: { ...one.trail, ...trail, remote: one.trail.remote || trail.remote } }));
	return { words: behind, text: inOne };
}

/** `mailto:…`; a drive has one letter. */
const link = /^[a-z][a-z\d+.-]{1,32}:/i;

/** Nearly every program. */
export const nothingBehind: Behind = { words: [], text: [] };
