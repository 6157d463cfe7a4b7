import { join } from "node:path";
import { figuresOf } from "../../../cli/backtest/figures.ts";
import { htmlReport } from "../../../cli/backtest/html.ts";
import { readHistory } from "../../../cli/backtest/read-history.ts";
import { replay } from "../../../cli/backtest/replay.ts";
import { createApprovalsFile } from "../../../lib/app/approvals-file.ts";
import { readSettings } from "../../../lib/app/settings.ts";
import { blocksPage } from "../../../lib/notify/slack/page.ts";
import { teamsMessage } from "../../../lib/notify/teams/envelope.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { type Month, theMonth } from "./month.ts";
import { samples } from "./sample-records.ts";

type View = "light-620" | "dark-620" | "light-340" | "dark-340";

/** A picture of the docs, and what of the product is on it. */
export type Picture = { readonly file: string } & (
	| {
			/** Cards as Teams draws them, in columns. */
			readonly shows: "cards";
			readonly columns: readonly (readonly { readonly card: string; readonly view: View }[])[];
	  }
	| { readonly shows: "blocks" | "page" | "report"; readonly width: number; readonly height: number }
);

const column = (view: View, ...names: readonly string[]) => names.map((card) => ({ card, view }));

/** What README and docs show. The other messages are drawn on demand: `npm run pictures -- --all FOLDER`. */
export const pictures: readonly Picture[] = [
	{
		...{ file: "card.png", shows: "cards" },
		columns: [column("light-620", "new, quick tunnel"), column("dark-340", "new, renamed")],
	},
	{
		...{ file: "later.png", shows: "cards" },
		columns: [column("light-620", "worse"), column("dark-620", "escalated")],
	},
	{
		...{ file: "many.png", shows: "cards" },
		columns: [column("light-620", "wave"), column("dark-620", "storm", "heartbeat")],
	},
	{
		...{ file: "phone.png", shows: "cards" },
		columns: [column("light-340", "new"), column("light-340", "silence ended"), column("dark-340", "acknowledged", "operations")],
	},
	{ file: "slack.png", shows: "blocks", width: 648, height: 900 },
	{ file: "answer.png", shows: "page", width: 340, height: 1_200 },
	{ file: "report.png", shows: "report", width: 820, height: 1_000 },
];

/** What a picture is drawn from, and every text that stands on it. */
export interface Source {
	/** The page to draw; absent for cards, which their own page draws. */
	readonly html?: string;
	readonly texts: readonly string[];
}

/** Asks the product, now. */
export async function sourceOf(picture: Picture): Promise<Source> {
	const month = await theMonth();
	switch (picture.shows) {
		case "cards":
			return { texts: picture.columns.flat().flatMap(({ card }) => cardTexts(cardOf(month, card))) };
		case "blocks":
			return ofPage(blocksPage([{ name: "Slack", notice: noticeOf(month, "new, quick tunnel") }], month.knowledge, () => ""));
		case "page":
			return ofPage(month.page.body);
		case "report":
			return ofPage(await reportPage());
	}
}

/** The card of a message, answers switched on. */
export function cardOf(month: Month, name: string): object {
	return teamsMessage(noticeOf(month, name), month.answerable).attachments[0].content;
}

function noticeOf({ notices }: Month, name: string): AnyNotice {
	const notice = notices[name];
	if (notice === undefined) throw new Error(`the month has no '${name}'`);
	return notice;
}

/** Of the samples, as `tunnelwatch backtest samples/ --html` writes it. */
async function reportPage(): Promise<string> {
	const read = readSettings({});
	if (!read.ok) throw new Error(read.mistakes.join("; "));
	const approvals = createApprovalsFile(join(samples, "approvals.json"));
	const made = new Date("2026-11-22T09:00:00Z");
	await approvals.refresh(made);
	const history = await readHistory([samples], read.settings, { since: undefined, until: undefined, device: undefined });
	const figures = figuresOf(await replay(history.sightings, approvals.current(), read.settings));
	return htmlReport(figures, { title: "Tunnelwatch backtest", made });
}

function ofPage(html: string): Source {
	const body = html.slice(html.indexOf("<body>")).replaceAll(/<option[^>]*>/g, "<p>");
	return {
		html,
		texts: body
			.replaceAll(/<[^>]+>/g, "\n")
			.split("\n")
			.map((line) => line.trim())
			.filter((line) => line !== ""),
	};
}

/** Every text of a card that can be seen at once or after a press, in its order. */
function cardTexts(part: unknown): readonly string[] {
	if (Array.isArray(part)) return part.flatMap(cardTexts);
	if (typeof part !== "object" || part === null) return [];
	const own = ["text", "title"].flatMap((name) => {
		const text = Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined;
		return typeof text === "string" ? [text] : [];
	});
	return [...own, ...["body", "items", "columns", "inlines", "actions"].flatMap((name) => cardTexts(Reflect.get(part, name)))];
}
