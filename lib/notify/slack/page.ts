import { htmlText } from "../html.ts";
import type { CardPage } from "../page.ts";
import { tell } from "../story/tell.ts";
import { type Block, slackMessage } from "./message.ts";

/** The blocks about as Slack draws them; it has no renderer of its own to draw them with. */
export const blocksPage: CardPage = (shown, knowledge) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Messages</title>
<style>${style}</style>
</head>
<body>
${shown.map(({ name, notice }) => `<section><h1>${htmlText(name)}</h1>${panes(slackMessage(tell(notice, knowledge)).blocks)}</section>`).join("\n")}
</body>
</html>
`;

function panes(blocks: readonly Block[]): string {
	const drawn = blocks.map(block).join("");
	return ["light-620", "dark-620", "light-340", "dark-340"]
		.map((view) => `<div class="pane ${view.replace("-", " w")}"><div class="card">${drawn}</div></div>`)
		.join("");
}

function block(one: Block): string {
	switch (one.type) {
		case "header":
			return `<h2>${read(one.text.text)}</h2>`;
		case "section":
			return "text" in one
				? `<p>${read(one.text.text)}</p>`
				: `<div class="fields">${one.fields.map(({ text }) => `<span>${read(text)}</span>`).join("")}</div>`;
		case "context":
			return `<p class="context">${one.elements.map(({ text }) => read(text)).join(" ")}</p>`;
		case "actions":
			return `<div>${one.elements.map(({ text, style: look }) => `<button class="${look ?? ""}">${read(text.text)}</button>`).join("")}</div>`;
		case "rich_text":
			return `<pre>${htmlText(one.elements[0].elements[0].text)}</pre>`;
	}
}

/** What Slack shows for it: a date as its fallback, and characters for the three marks. */
function read(text: string): string {
	const shown = text.replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1");
	return htmlText(shown.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
}

const style = `
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: #e6e6e6; font: 15px/1.46 'Noto Sans', 'DejaVu Sans', sans-serif; }
section { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 16px; margin-bottom: 40px; }
h1 { flex-basis: 100%; margin: 0; font-size: 18px; }
.pane { padding: 14px; border-radius: 8px; }
.w620 { width: 648px; } .w340 { width: 368px; }
.light { background: #ffffff; color: #1d1c1d; } .dark { background: #1a1d21; color: #d1d2d3; }
.card { overflow-wrap: anywhere; white-space: pre-wrap; }
.card h2 { margin: 0 0 4px; font-size: 18px; } .card p { margin: 8px 0; } .card p.context { font-size: 13px; opacity: .75; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin: 8px 0; }
.w340 .fields { grid-template-columns: 1fr; }
pre { margin: 8px 0; padding: 8px; border: 1px solid #8884; border-radius: 4px; white-space: pre-wrap; font: 12px/1.5 'Noto Sans Mono', 'DejaVu Sans Mono', monospace; }
button { margin: 0 8px 4px 0; padding: 5px 12px; border: 1px solid #8888; border-radius: 4px; background: none; color: inherit; font: 600 15px 'Noto Sans', sans-serif; }
button.primary { background: #007a5a; color: #fff; border-color: #007a5a; }
`;
