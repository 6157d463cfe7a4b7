import { type Severity, severities } from "../../detect/severity-scale.ts";
import { type Inert, inertText, joined, sealed } from "../text.ts";

/**
 * What a person is told about a notice, in reading order. All wording is here, so that the terminal and the chat say the
 * same; renderers only lay it out. Empty text and empty lists mean: leave that block out.
 */
export interface Story {
	readonly id: string;
	readonly severity: Severity;
	/** "New finding", "Reminder, notice 2". */
	readonly kind: Inert;
	/** When it happened, in UTC, for those who cannot show `moment` in the reader's zone. */
	readonly when: Inert;
	readonly moment: Date;
	/** "12 min ago, told 0.8 s after it was read" */
	readonly age: Inert;
	/** What, where. Holds no sign of markup: it may stand where Markdown is read. */
	readonly title: Inert;
	/** Whose tunnel it is, and how we know. The first part is ours alone. */
	readonly verdict: { readonly word: Inert; readonly reason: Inert };
	/** What happened, in a sentence or two. */
	readonly happened: Inert;
	readonly news: readonly Inert[];
	readonly rows: readonly StoryRow[];
	readonly commandLine: Inert;
	readonly why: Inert;
	readonly steps: readonly Inert[];
	readonly details: readonly StoryRow[];
	readonly links: Links;
	readonly footer: Inert;
}

export interface StoryRow {
	readonly label: Inert;
	readonly spans: readonly StyledText[];
	/** Page that the whole row leads to. */
	readonly link?: string;
}

export interface StyledText {
	readonly text: Inert;
	/** A `note` is subtle and stands apart from what is before it. */
	readonly look: "plain" | "strong" | "subtle" | "note";
}

export interface Links {
	readonly device: string | undefined;
	readonly hunt: string | undefined;
	readonly file: string | undefined;
	/** Pages on which it can be answered; absent where answers are off. */
	readonly answers?: readonly { readonly label: Inert; readonly url: string }[];
}

/** How much of what comes from devices is shown, in characters and in entries. */
export interface Room {
	readonly commandLine: number;
	/** Sentences made of what a device sent. */
	readonly sentence: number;
	readonly news: number;
	readonly name: number;
	/** Longest unbroken word: a phone shows about 40 characters in a line. */
	readonly word: number;
	/** The same for the device's name, which people search for: long enough for a host name as companies write them. */
	readonly deviceWord: number;
	readonly chain: number;
	readonly details: number;
	readonly detail: number;
	/** Which rows of the table: all, or only what and whose. */
	readonly rows: "all" | "few";
}

/** From everything to what always fits; a builder with a size limit goes down the list until it does. */
export const rooms = {
	full: { commandLine: 700, sentence: 240, news: 3, name: 100, word: 40, deviceWord: 100, chain: 4, details: 24, detail: 300, rows: "all" },
	tight: { commandLine: 400, sentence: 160, news: 2, name: 64, word: 40, deviceWord: 100, chain: 3, details: 4, detail: 80, rows: "all" },
	small: { commandLine: 120, sentence: 80, news: 1, name: 40, word: 24, deviceWord: 40, chain: 1, details: 0, detail: 0, rows: "all" },
	least: { commandLine: 0, sentence: 80, news: 0, name: 40, word: 24, deviceWord: 40, chain: 0, details: 0, detail: 0, rows: "few" },
} as const satisfies Record<string, Room>;

const severityWords: Readonly<Record<Severity, Inert>> = {
	info: inertText`INFO`,
	low: inertText`LOW`,
	medium: inertText`MEDIUM`,
	high: inertText`HIGH`,
	critical: inertText`CRITICAL`,
};

/** Severity is always told by this word, never by a colour alone. */
export function severityWord(severity: Severity): Inert {
	return severityWords[severity];
}

/** "■■■■□": how bad, at a glance and without colour. */
export function severityBars(severity: Severity): Inert {
	const level = severities.indexOf(severity) + 1;
	return inertText`${"■".repeat(level) as Inert}${"□".repeat(severities.length - level) as Inert}`;
}

/** "■■■■□ HIGH" */
export function severityMeter(severity: Severity): Inert {
	return inertText`${severityBars(severity)} ${severityWord(severity)}`;
}

/** The whole story in one line: toast, screen reader, log. */
export function summaryOf(story: Story): Inert {
	return inertText`${severityWord(story.severity)}: ${story.title}. ${story.verdict.word}`;
}

/** The part of a row to read first; destinations may show it bold. */
export function strong(text: Inert): StyledText {
	return { text, look: "strong" };
}

/** Ordinary text of a row. */
export function plain(text: Inert): StyledText {
	return { text, look: "plain" };
}

/** A less important part of a row; destinations may grey it out. */
export function subtle(text: Inert): StyledText {
	return { text, look: "subtle" };
}

/** A remark after a row's value; in plain text a `·` precedes it. */
export function note(text: Inert): StyledText {
	return { text, look: "note" };
}

/** A row without its empty spans; `undefined` when it has nothing to say. */
export function row(label: Inert, ...spans: readonly StyledText[]): StoryRow | undefined {
	const told = spans.filter(({ text }) => text !== "");
	return told.length === 0 ? undefined : { label, spans: told };
}

/** A row's text in one line, for those who cannot show how its parts look. */
export function rowWords({ spans }: StoryRow): Inert {
	return sealed(
		joined(
			spans.map(({ text, look }) => (look === "note" ? inertText`· ${text}` : text)),
			inertText` `,
		),
	);
}

/** Filters out rows that `row` found to be empty. */
export function isTold(one: StoryRow | undefined): one is StoryRow {
	return one !== undefined;
}
