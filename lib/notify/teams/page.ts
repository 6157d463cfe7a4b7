import type { CardPage } from "../page.ts";
import { teamsMessage } from "./envelope.ts";
import { hostConfig, type Theme } from "./look.ts";

export interface ShownCard {
	/** What this card is an example of. */
	readonly name: string;
	readonly card: object;
}

/** Shows each card as Teams draws it: light and dark on a desktop, and on a phone. */
export const cardPage: CardPage = (shown, knowledge, source) =>
	pageOf(
		shown.map(({ name, notice }) => ({ name, card: teamsMessage(notice, knowledge).attachments[0].content })),
		source,
	);

/** The page about cards that are made already. The official renderer and the Markdown reader it asks for go into it. */
export function pageOf(cards: readonly ShownCard[], source: (file: string) => string): string {
	const views: readonly View[] = [
		{ theme: "light", width: 620 },
		{ theme: "dark", width: 620 },
		{ theme: "light", width: 340 },
		{ theme: "dark", width: 340 },
	];
	const data = { cards, views, configs: { light: hostConfig("light"), dark: hostConfig("dark") } };
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>Cards</title>
<style>${style}</style>
</head>
<body>
<main id="cards"></main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${closedIn(source("adaptivecards/dist/adaptivecards.min.js"))}</script>
<script>${closedIn(source("markdown-it/dist/browser/markdown-it.umd.min.js"))}</script>
<script>${draw}</script>
</body>
</html>
`;
}

interface View {
	readonly theme: Theme;
	readonly width: number;
}

/** Runs in the browser. Kept as text, because it has another world: a document and two global libraries. */
const draw = `
const { cards, views, configs } = JSON.parse(document.getElementById("data").textContent);
const markdown = window.markdownit();
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
	result.outputHtml = markdown.render(text);
	result.didProcess = true;
};
for (const { name, card } of cards) {
	const section = document.createElement("section");
	const title = document.createElement("h1");
	title.textContent = name;
	section.append(title);
	for (const { theme, width } of views) {
		const renderer = new AdaptiveCards.AdaptiveCard();
		renderer.hostConfig = new AdaptiveCards.HostConfig(configs[theme]);
		renderer.parse(card);
		renderer.onExecuteAction = (action) => {
			if (action.url) window.open(action.url, "_blank", "noopener");
		};
		const frame = document.createElement("div");
		frame.className = "pane " + theme;
		frame.dataset.card = name;
		frame.dataset.view = theme + "-" + width;
		frame.style.width = width + "px";
		const shown = document.createElement("div");
		shown.className = "card";
		shown.append(renderer.render());
		frame.append(shown);
		section.append(frame);
	}
	document.getElementById("cards").append(section);
}
`;

const style = `
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: #e6e6e6; font-family: 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif; }
section { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 16px; margin-bottom: 40px; }
h1 { flex-basis: 100%; margin: 0; font-size: 18px; font-weight: 600; color: #252424; }
.pane { box-sizing: content-box; padding: 14px; border-radius: 8px; }
.pane.light { background: #f5f5f5; }
.pane.dark { background: #141414; }
.card { overflow: hidden; border-radius: 6px; box-shadow: 0 0 0 1px rgba(0, 0, 0, .08), 0 2px 6px rgba(0, 0, 0, .12); overflow-wrap: anywhere; }
.dark .card { box-shadow: 0 0 0 1px rgba(255, 255, 255, .08); }
.card p, .card h2 { margin: 0; font: inherit; }
.ac-adaptiveCard:focus { outline: none; }
.ac-pushButton { padding: 5px 12px; border: 1px solid; border-radius: 4px; background: none; font: 600 14px 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif; cursor: pointer; }
.light .ac-pushButton { border-color: #d1d1d1; background: #ffffff; color: #242424; }
.dark .ac-pushButton { border-color: #666666; background: #2d2c2c; color: #ffffff; }
.light .ac-pushButton.style-positive { border-color: #5b5fc7; background: #5b5fc7; color: #ffffff; }
.dark .ac-pushButton.style-positive { border-color: #7f85f5; background: #7f85f5; color: #141414; }
`;

/** Keeps a script's text from closing its own element. */
function closedIn(script: string): string {
	return script.replaceAll(/<\/script/gi, "<\\/script");
}
