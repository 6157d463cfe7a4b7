import type { Severity } from "../../detect/severity-scale.ts";
import { type Story, type StoryRow, type StyledText, severityMeter, summaryOf } from "../story/story.ts";
import { type Inert, inertText } from "../text.ts";
import type { Action, AdaptiveCard, ColumnSet, ContainerStyle, Element, OpenUrl, TextRun } from "./elements.ts";
import type { OnCall } from "./mention.ts";

/**
 * A story as an Adaptive Card: the head answers in five seconds, the rest is there for who has a minute.
 * @param people who are mentioned, below the head.
 */
export function cardOf(story: Story, people: readonly OnCall[] = []): AdaptiveCard {
	const summary = summaryOf(story);
	return {
		type: "AdaptiveCard",
		$schema: "http://adaptivecards.io/schemas/adaptive-card.json",
		version: "1.4",
		fallbackText: summary,
		speak: summary,
		msteams: { width: "full", ...(people.length === 0 ? {} : { entities: people.map(mentionOf) }) },
		body: [
			head(story),
			...onCall(people),
			...happened(story),
			...news(story),
			...buttons(story),
			...steps(story),
			...table(story.rows),
			...commandLine(story),
			...why(story),
			...details(story),
			{ type: "RichTextBlock", spacing: "Medium", separator: true, inlines: [{ ...run(story.footer), size: "Small", isSubtle: true }] },
		],
	};
}

function mentionOf({ id, name }: OnCall) {
	return { type: "mention", text: `<at>${name}</at>`, mentioned: { id, name } } as const;
}

/** Mentions count in a `TextBlock` only; the names are the operator's. */
function onCall(people: readonly OnCall[]): readonly Element[] {
	if (people.length === 0) return [];
	const text = `On call: ${people.map((person) => mentionOf(person).text).join(", ")}` as Inert;
	return [{ type: "TextBlock", text, wrap: true, spacing: "Small" }];
}

const styles: Readonly<Record<Severity, ContainerStyle>> = {
	critical: "attention",
	high: "attention",
	medium: "warning",
	low: "accent",
	info: "emphasis",
};

function head(story: Story): Element {
	return {
		type: "Container",
		style: styles[story.severity],
		bleed: true,
		items: [
			{
				type: "RichTextBlock",
				inlines: [
					// The worst is larger too: it must not need its colour.
					{ ...run(severityMeter(story.severity)), weight: "Bolder", size: story.severity === "critical" ? "Large" : "Small" },
					{ ...run(inertText`  ·  ${story.kind}`), size: "Small" },
				],
			},
			{ type: "TextBlock", text: localTime(story), wrap: true, size: "Small", isSubtle: true, spacing: "None" },
			{ type: "TextBlock", text: story.title, wrap: true, style: "heading", size: "Large", weight: "Bolder", spacing: "Small" },
			{
				type: "RichTextBlock",
				spacing: "Small",
				inlines: [
					{ ...run(story.verdict.word), weight: "Bolder" },
					...(story.verdict.reason === "" ? [] : [run(inertText` ${story.verdict.reason}`)]),
				],
			},
		],
	};
}

/** Teams shows these two in the zone and the form of who reads the card. */
function localTime({ moment, age }: Story): Inert {
	const seconds = `${moment.toISOString().slice(0, 19)}Z`;
	// Digits of a date: nothing of a device's text.
	const shown = `{{DATE(${seconds}, SHORT)}} {{TIME(${seconds})}}` as Inert;
	return age === "" ? shown : inertText`${shown} · ${age}`;
}

function happened({ happened: words }: Story): readonly Element[] {
	return words === "" ? [] : [{ type: "RichTextBlock", spacing: "Medium", inlines: [run(words)] }];
}

function news(story: Story): readonly Element[] {
	const lines = story.news.map(
		(text): Element => ({ type: "RichTextBlock", spacing: "Small", inlines: [{ ...run(inertText`+  `), weight: "Bolder" }, run(text)] }),
	);
	return lines.length === 0
		? []
		: [{ type: "Container", spacing: "Medium", items: [label(inertText`New since the last notice`), ...lines] }];
}

function table(rows: readonly StoryRow[]): readonly Element[] {
	const items = rows.map((row) => labelled(row, row.spans.flatMap(runs)));
	return items.length === 0 ? [] : [{ type: "Container", spacing: "Medium", items }];
}

function commandLine(story: Story): readonly Element[] {
	if (story.commandLine === "") return [];
	const text: TextRun = { ...run(story.commandLine), fontType: "Monospace" };
	return [
		{
			type: "Container",
			style: "emphasis",
			spacing: "Medium",
			items: [
				{ ...label(inertText`Command line`), size: "Small" },
				{ type: "RichTextBlock", spacing: "Small", inlines: [text] },
			],
		},
	];
}

function why(story: Story): readonly Element[] {
	if (story.why === "") return [];
	return [
		{
			type: "RichTextBlock",
			spacing: "Medium",
			inlines: [{ ...run(inertText`Why it matters`), weight: "Bolder" }, run(inertText`  ${story.why}`)],
		},
	];
}

function steps(story: Story): readonly Element[] {
	const lines = story.steps.map(
		(step, index): Element => columns("16px", [{ ...run(inertText`${index + 1}`), weight: "Bolder" }], [run(step)]),
	);
	return lines.length === 0 ? [] : [{ type: "Container", spacing: "Medium", items: [label(inertText`Do this now`), ...lines] }];
}

/** The first row twice, of which one is shown: its last button says what it will do. On a phone a row holds three. */
function buttons({ links, details }: Story): readonly Element[] {
	const looks = [
		...open("Open device", "Its timeline in Microsoft Defender; isolate the device from there", links.device, "positive"),
		...open("Hunt", "Advanced hunting with a ready query", links.hunt),
	];
	const answers = (links.answers ?? []).flatMap(({ label: title, url }) => open(title, "Opens a page on which you confirm it", url));
	return [...lookButtons(looks, details.length > 0), ...row(answers, "Small")];
}

function lookButtons(looks: readonly Action[], hasDetails: boolean): readonly Element[] {
	if (!hasDetails) return row(looks, "Medium");
	const toggle = (title: string): Action => ({ type: "Action.ToggleVisibility", title, targetElements: ["details", "closed", "opened"] });
	return [
		{ type: "ActionSet", id: "closed", spacing: "Medium", actions: [...looks, toggle("Show details")] },
		{ type: "ActionSet", id: "opened", isVisible: false, spacing: "Medium", actions: [...looks, toggle("Hide details")] },
	];
}

function row(actions: readonly Action[], spacing: "Small" | "Medium"): readonly Element[] {
	return actions.length === 0 ? [] : [{ type: "ActionSet", spacing, actions }];
}

function details({ details: rows, links }: Story): readonly Element[] {
	if (rows.length === 0) return [];
	const items = rows.map((row) =>
		labelled(
			row,
			row.spans.map(({ text }): TextRun => ({ ...run(text), fontType: "Monospace", size: "Small" })),
		),
	);
	const actions = open("File page", "Where else this file was seen", links.file);
	return [
		{
			type: "Container",
			id: "details",
			isVisible: false,
			style: "emphasis",
			spacing: "Medium",
			items: actions.length === 0 ? items : [...items, { type: "ActionSet", spacing: "Medium", actions }],
		},
	];
}

function open(title: string, tooltip: string, url: string | undefined, style?: "positive"): readonly OpenUrl[] {
	return url === undefined ? [] : [{ type: "Action.OpenUrl", title, tooltip, url, ...(style === undefined ? {} : { style }) }];
}

/** Fixed labels line up on a phone too; a `FactSet` would, but it reads Markdown. */
function labelled(row: StoryRow, inlines: readonly TextRun[]): Element {
	const shown = columns("82px", [{ ...run(row.label), isSubtle: true }], inlines);
	const [action] = open("Open device", "Its timeline in Microsoft Defender", row.link);
	return action === undefined ? shown : { ...shown, selectAction: action };
}

function columns(width: string, left: readonly TextRun[], right: readonly TextRun[]): ColumnSet {
	return {
		type: "ColumnSet",
		spacing: "Small",
		columns: [
			{ type: "Column", width, items: [{ type: "RichTextBlock", inlines: left }] },
			{ type: "Column", width: "stretch", spacing: "Small", items: [{ type: "RichTextBlock", inlines: right }] },
		],
	};
}

function label(text: Inert): Extract<Element, { type: "TextBlock" }> {
	return { type: "TextBlock", text, wrap: true, weight: "Bolder" };
}

function runs({ text, look }: StyledText, index: number): readonly TextRun[] {
	const shown = run(index === 0 ? text : look === "note" ? inertText`  ${text}` : inertText` ${text}`);
	switch (look) {
		case "plain":
			return [shown];
		case "strong":
			return [{ ...shown, weight: "Bolder" }];
		case "subtle":
		case "note":
			return [{ ...shown, isSubtle: true }];
	}
}

function run(text: Inert): TextRun {
	return { type: "TextRun", text };
}
