import { stripVTControlCharacters, styleText } from "node:util";
import type { Severity } from "../../detect/severity-scale.ts";
import { type Story, type StyledText, severityBars, severityWord } from "../story/story.ts";
import { type Inert, inertText, joined } from "../text.ts";
import { displayWidth, type Styled, wrap } from "./wrap.ts";

type Look = StyledText["look"] | "severity" | "heading" | "code";

export interface Terminal {
	/** Columns of the terminal. */
	readonly width: number;
	readonly colour: boolean;
}

const labelWidth = 12;

/** A story as lines of text, framed by a bar in the colour of its severity. */
export function terminalCard(story: Story, { width, colour }: Terminal): string {
	const inner = Math.min(Math.max(width, 40), 110) - 2;
	const paint = colour ? painter(story.severity) : (_look: Look, text: string): string => text;
	const lines = (spans: readonly Styled<Look>[], indent = 0): readonly string[] =>
		wrap(spans, inner - indent).map((line) => " ".repeat(indent) + line.map(({ text, look }) => paint(look, text)).join(""));
	/** A label, and its text beside it on all lines. */
	const hanging = (label: string, column: number, spans: readonly Styled<Look>[]): readonly string[] =>
		lines(spans, column).map((line, index) =>
			index === 0 ? label + " ".repeat(Math.max(1, column - displayWidth(stripVTControlCharacters(label)))) + line.slice(column) : line,
		);
	const rows = story.rows.flatMap(({ label, spans }) => hanging(paint("subtle", label), labelWidth, spans.map(setApart)));
	const news = story.news.flatMap((text) => hanging("  +", 4, [span("plain", text)]));
	const steps = story.steps.flatMap((step, index) => hanging(`  ${paint("strong", String(index + 1))}`, 4, [span("plain", step)]));
	const headed = (heading: Inert, under: readonly string[]): readonly string[] =>
		under.length === 0 ? [] : [...lines([span("strong", heading)]), ...under];

	const body = [
		...lines([
			span("severity", severityWord(story.severity)),
			span("subtle", joined([inertText`· ${severityBars(story.severity)}`, story.kind, story.when, story.age], inertText` · `)),
		]),
		...lines([span("heading", story.title)]),
		...lines([span("strong", story.verdict.word), span("plain", story.verdict.reason)]),
		...block(story.happened === "" ? [] : lines([span("plain", story.happened)])),
		...block(headed(inertText`New since the last notice`, news)),
		...block(headed(inertText`Do this now`, steps)),
		...block(rows),
		...block(headed(inertText`Command line`, story.commandLine === "" ? [] : lines([span("code", story.commandLine)], 2))),
		...block(story.why === "" ? [] : lines([span("strong", inertText`Why it matters:`), span("plain", story.why)])),
		...block(linkLines(story, colour)),
		...block(lines([span("subtle", story.footer)])),
	];
	return `${body.map((line) => `${paint("severity", "▌")} ${line}`.trimEnd()).join("\n")}\n`;
}

/** Puts an empty line before a block that has content. */
function block(lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ["", ...lines];
}

/** Short clickable words where the terminal understands them; else only the link that fits a line and can be copied. */
function linkLines({ links }: Story, colour: boolean): readonly string[] {
	if (!colour) return links.device === undefined ? [] : [`Open device: ${links.device}`];
	const clickable = (words: string, url: string | undefined): readonly string[] =>
		url === undefined ? [] : [`\u001b]8;;${url}\u001b\\${styleText("underline", words, { validateStream: false })}\u001b]8;;\u001b\\`];
	const all = [...clickable("Open device", links.device), ...clickable("Hunt", links.hunt), ...clickable("File page", links.file)];
	return all.length === 0 ? [] : [all.join("   ")];
}

/** Without colour only the dot tells a note from what it is about. */
function setApart({ look, text }: StyledText): StyledText {
	return { look, text: look === "note" ? inertText`· ${text}` : text };
}

function span(look: Look, text: Inert): Styled<Look> {
	return { look, text };
}

type Format = Parameters<typeof styleText>[0];

const severityFormat: Readonly<Record<Severity, Format>> = {
	critical: ["bold", "magentaBright"],
	high: ["bold", "redBright"],
	medium: ["bold", "yellowBright"],
	low: ["bold", "cyanBright"],
	info: ["bold", "gray"],
};

function painter(severity: Severity): (look: Look, text: string) => string {
	const formats: Readonly<Record<Look, Format | undefined>> = {
		severity: severityFormat[severity],
		heading: ["bold"],
		strong: ["bold"],
		subtle: ["dim"],
		note: ["dim"],
		plain: undefined,
		code: undefined,
	};
	return (look, text) => {
		const format = formats[look];
		// The caller has decided about colour; Node's own guess from stdout would be a second opinion.
		return format === undefined ? text : styleText(format, text, { validateStream: false });
	};
}
