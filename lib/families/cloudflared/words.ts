/** One word of a command as the program gets it. */
export interface Word {
	readonly value: string;
	/** Where it begins in the text. */
	readonly start: number;
	/** A shell would still replace something in it, so its value is not what the program sees. */
	readonly hidden: boolean;
}

/** One command of a text, and the text itself. */
export interface Words {
	readonly text: string;
	readonly words: readonly Word[];
}

/** As many as the text that is looked at can hold, so that no padding hides what stands behind it. */
export const mostWords = 32_768;
/** Commands of one text, and starts of one record. Where more stand there, what was read never approves. */
export const mostCommands = 256;

/** From this word on: the word itself if it is the last one, else the text as it stands. */
export function restFrom({ text, words }: Words, at: number): string {
	const word = words[at];
	if (word === undefined) return "";
	return at === words.length - 1 ? word.value : text.slice(word.start);
}

/** The word behind the first flag that fits. */
export function wordAfter(words: readonly Word[], flag: RegExp): Word | undefined {
	const at = words.findIndex(({ value }) => flag.test(value));
	return at === -1 ? undefined : words[at + 1];
}
