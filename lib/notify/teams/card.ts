import type { Severity } from "../../detect/severity-scale.ts";
import { type Row, type Span, type Story, severityWord, summaryOf } from "../story/story.ts";
import { type Inert, say } from "../text.ts";
import type { Action, AdaptiveCard, ContainerStyle, Element, TextRun } from "./elements.ts";

/** A story as an Adaptive Card: the head answers in five seconds, the rest is there for who has a minute. */
export function cardOf(story: Story): AdaptiveCard {
	const summary = summaryOf(story);
	return {
		type: "AdaptiveCard",
		$schema: "http://adaptivecards.io/schemas/adaptive-card.json",
		version: "1.4",
		fallbackText: summary,
		speak: summary,
		msteams: { width: "full" },
		body: [
			head(story),
			...news(story),
			...table(story.rows),
			...commandLine(story),
			...why(story),
			...steps(story),
			...buttons(story),
			{ type: "RichTextBlock", spacing: "Medium", separator: true, inlines: [{ ...run(story.footer), size: "Small", isSubtle: true }] },
		],
	};
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
					{ ...run(severityWord(story.severity)), weight: "Bolder", size: "Small" },
					{ ...run(say`  ·  ${story.kind}  ·  ${story.when}`), size: "Small" },
				],
			},
			{ type: "TextBlock", text: story.title, wrap: true, style: "heading", size: "Large", weight: "Bolder", spacing: "Small" },
			{
				type: "RichTextBlock",
				spacing: "Small",
				inlines: [
					{ ...run(story.verdict.word), weight: "Bolder" },
					...(story.verdict.reason === "" ? [] : [run(say` ${story.verdict.reason}`)]),
				],
			},
		],
	};
}

function news(story: Story): readonly Element[] {
	const lines = story.news.map(
		(text): Element => ({ type: "RichTextBlock", spacing: "Small", inlines: [{ ...run(say`+  `), weight: "Bolder" }, run(text)] }),
	);
	return lines.length === 0 ? [] : [{ type: "Container", spacing: "Medium", items: [label(say`New since the last notice`), ...lines] }];
}

function table(rows: readonly Row[]): readonly Element[] {
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
				{ ...label(say`Command line`), size: "Small" },
				{ type: "RichTextBlock", spacing: "Small", inlines: [text] },
			],
		},
	];
}

function why(story: Story): readonly Element[] {
	if (story.why === "") return [];
	return [
		{ type: "RichTextBlock", spacing: "Medium", inlines: [{ ...run(say`Why it matters`), weight: "Bolder" }, run(say`  ${story.why}`)] },
	];
}

function steps(story: Story): readonly Element[] {
	const lines = story.steps.map((step, index): Element => columns("16px", [{ ...run(say`${index + 1}`), weight: "Bolder" }], [run(step)]));
	return lines.length === 0 ? [] : [{ type: "Container", spacing: "Medium", items: [label(say`Do this now`), ...lines] }];
}

function buttons({ links, details }: Story): readonly Element[] {
	const more: readonly Action[] = [{ type: "Action.ToggleVisibility", title: "Details", targetElements: ["details"] }];
	const actions = [
		...open("Open device", "Its timeline in Microsoft Defender; isolate the device from there", links.device, "positive"),
		...open("Hunt", "Advanced hunting with a ready query", links.hunt),
		...(details.length === 0 ? [] : more),
	];
	const shown: readonly Element[] = actions.length === 0 ? [] : [{ type: "ActionSet", spacing: "Medium", actions }];
	return details.length === 0 ? shown : [...shown, detailsBox(details, open("File page", "Where else this file was seen", links.file))];
}

function detailsBox(details: readonly Row[], actions: readonly Action[]): Element {
	const rows = details.map((row) =>
		labelled(
			row,
			row.spans.map(({ text }): TextRun => ({ ...run(text), fontType: "Monospace", size: "Small" })),
		),
	);
	return {
		type: "Container",
		id: "details",
		isVisible: false,
		style: "emphasis",
		spacing: "Medium",
		items: actions.length === 0 ? rows : [...rows, { type: "ActionSet", spacing: "Medium", actions }],
	};
}

function open(title: string, tooltip: string, url: string | undefined, style?: "positive"): readonly Action[] {
	return url === undefined ? [] : [{ type: "Action.OpenUrl", title, tooltip, url, ...(style === undefined ? {} : { style }) }];
}

/** Fixed labels line up on a phone too; a `FactSet` would, but it reads Markdown. */
function labelled(row: Row, inlines: readonly TextRun[]): Element {
	return columns("82px", [{ ...run(row.label), isSubtle: true }], inlines);
}

function columns(width: string, left: readonly TextRun[], right: readonly TextRun[]): Element {
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

function runs({ text, look }: Span, index: number): readonly TextRun[] {
	const shown = run(index === 0 ? text : look === "note" ? say`  ${text}` : say` ${text}`);
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
