import { rowWords, type Story, type StoryRow, severityMeter, summaryOf } from "../story/story.ts";
import { type Inert, inertText, joined } from "../text.ts";

/** Device text stands in `plain_text` or in preformatted text: `mrkdwn` would read `*`, `_` and addresses in it. */
interface PlainText {
	readonly type: "plain_text";
	readonly text: string;
	readonly emoji: false;
}

interface Button {
	readonly type: "button";
	readonly text: PlainText;
	readonly url: string;
	readonly style?: "primary";
}

export type Block =
	| { readonly type: "header"; readonly text: PlainText }
	| { readonly type: "section"; readonly text: PlainText }
	| { readonly type: "section"; readonly fields: readonly PlainText[] }
	| { readonly type: "context"; readonly elements: readonly (PlainText | { readonly type: "mrkdwn"; readonly text: string })[] }
	| { readonly type: "actions"; readonly elements: readonly Button[] }
	| {
			readonly type: "rich_text";
			readonly elements: readonly [
				{ readonly type: "rich_text_preformatted"; readonly elements: readonly [{ readonly type: "text"; readonly text: string }] },
			];
	  };

export interface SlackMessage {
	/** What notifications and screen readers get. */
	readonly text: string;
	readonly blocks: readonly Block[];
	readonly unfurl_links: false;
	readonly unfurl_media: false;
}

/** Slack refuses a whole message over one text that is longer. */
const longest = { header: 150, section: 3_000, field: 2_000, fields: 10 };

/** Block Kit with `text` as the fallback. Texts longer than Slack's limits are cut; links are not unfurled. */
export function slackMessage(story: Story): SlackMessage {
	return {
		text: escaped(summaryOf(story)),
		blocks: [
			{ type: "header", text: plainText(inertText`${severityMeter(story.severity)}: ${story.title}`, longest.header) },
			{ type: "context", elements: [{ type: "mrkdwn", text: localTime(story) }] },
			...section(joined([story.verdict.word, story.verdict.reason], inertText` `)),
			...section(story.happened),
			...list(inertText`New since the last notice`, story.news, () => inertText`+`),
			...buttons(story),
			...list(inertText`Do this now`, story.steps, (index) => inertText`${index + 1}.`),
			...fields(story.rows),
			...commandLine(story),
			...section(story.why === "" ? story.why : inertText`Why it matters: ${story.why}`),
			...details(story.details),
			{ type: "context", elements: [plainText(story.footer, longest.field)] },
		],
		unfurl_links: false,
		unfurl_media: false,
	};
}

/** Ours alone: no device text. Slack shows the date in the zone of who reads it. */
function localTime({ kind, moment, when, age }: Story): string {
	const date = `<!date^${Math.floor(moment.getTime() / 1000)}^{date_short_pretty} {time}|${when}>`;
	return [escaped(kind), date, ...(age === "" ? [] : [escaped(age)])].join(" · ");
}

function section(text: Inert): readonly Block[] {
	return text === "" ? [] : [{ type: "section", text: plainText(text, longest.section) }];
}

function list(heading: Inert, lines: readonly Inert[], mark: (index: number) => Inert): readonly Block[] {
	if (lines.length === 0) return [];
	return section([heading, ...lines.map((line, index) => inertText`${mark(index)} ${line}`)].join("\n") as Inert);
}

function buttons({ links }: Story): readonly Block[] {
	const button = (text: Inert, url: string | undefined, style?: "primary"): readonly Button[] =>
		url === undefined ? [] : [{ type: "button", text: plainText(text, 75), url, ...(style === undefined ? {} : { style }) }];
	const elements = [
		...button(inertText`Open device`, links.device, "primary"),
		...button(inertText`Hunt`, links.hunt),
		...(links.answers ?? []).flatMap(({ label, url }) => button(label, url)),
		...button(inertText`File page`, links.file),
	];
	return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

function fields(rows: readonly StoryRow[]): readonly Block[] {
	if (rows.length === 0) return [];
	const shown = rows.map((row) => plainText(inertText`${row.label}: ${rowWords(row)}`, longest.field));
	return Array.from({ length: Math.ceil(shown.length / longest.fields) }, (_, n) => ({
		type: "section" as const,
		fields: shown.slice(n * longest.fields, (n + 1) * longest.fields),
	}));
}

function commandLine({ commandLine: text }: Story): readonly Block[] {
	if (text === "") return [];
	return [{ type: "rich_text", elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }] }];
}

/** Nothing can be opened and closed here, so what is only searched for elsewhere stands small, at the end. */
function details(rows: readonly StoryRow[]): readonly Block[] {
	if (rows.length === 0) return [];
	const text = rows.map((row) => inertText`${row.label}: ${rowWords(row)}`).join("\n") as Inert;
	return [{ type: "context", elements: [plainText(text, longest.field)] }];
}

function plainText(text: Inert, max: number): PlainText {
	return { type: "plain_text", text: fitting(text, max), emoji: false };
}

/** Cut by what Slack counts, and never within one of the three marks that stand for a character. */
function fitting(text: Inert, max: number): string {
	const whole = escaped(text);
	if (whole.length <= max) return whole;
	return `${whole
		.slice(0, max - 1)
		.replace(/&[a-z]{0,3}$/, "")
		.toWellFormed()}…`;
}

/** Slack's whole syntax begins with these three. */
function escaped(text: Inert): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
