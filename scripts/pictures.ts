import { teamsMessage } from "../lib/notify/teams/envelope.ts";
import type { ShownCard } from "../lib/notify/teams/page.ts";
import { withPage } from "../test/notify/browser.ts";
import { knowledge, variants } from "../test/notify/samples.ts";

// Redraws the pictures in docs/pictures/. Needs Chromium. Look at them before you commit them.

interface Picture {
	readonly file: string;
	readonly scale: number;
	/** Names of cards, one list for each column. */
	readonly columns: readonly (readonly { readonly card: string; readonly view: string }[])[];
}

const desktop = (view: string): Picture["columns"] => [
	["new", "still", "digest"].map((card) => ({ card, view })),
	["worse", "storm", "heartbeat"].map((card) => ({ card, view })),
	["new, quick tunnel", "changed", "new, ours"].map((card) => ({ card, view })),
];

const pictures: readonly Picture[] = [
	{
		file: "card.png",
		scale: 1.5,
		columns: [
			[
				{ card: "new", view: "light-620" },
				{ card: "heartbeat", view: "light-620" },
			],
			[{ card: "new, quick tunnel", view: "dark-340" }],
		],
	},
	{ file: "cards-light.png", scale: 1, columns: desktop("light-620") },
	{ file: "cards-dark.png", scale: 1, columns: desktop("dark-620") },
	{
		file: "cards-phone.png",
		scale: 1,
		columns: [
			[{ card: "new", view: "light-340" }],
			[{ card: "worse", view: "dark-340" }],
			[{ card: "still", view: "light-340" }],
			[
				{ card: "storm", view: "dark-340" },
				{ card: "heartbeat", view: "light-340" },
			],
		],
	},
];

const cards = Object.entries(variants).map(
	([name, notice]): ShownCard => ({ name, card: teamsMessage(notice, knowledge).attachments[0].content }),
);

for (const { file, scale, columns } of pictures) {
	await withPage(
		cards,
		async (page) => {
			// In the browser: nothing stays but the chosen cards, side by side.
			await page.evaluate(`((columns) => {
				const pane = ({ card, view }) => [...document.querySelectorAll(".pane")].find(({ dataset }) => dataset.card === card && dataset.view === view);
				const sheet = document.createElement("div");
				sheet.style.cssText = "display: flex; gap: 12px; align-items: flex-start; width: fit-content";
				for (const names of columns) {
					const column = document.createElement("div");
					column.style.cssText = "display: flex; flex-direction: column; gap: 12px";
					column.append(...names.map(pane));
					sheet.append(column);
				}
				document.body.style.cssText = "padding: 0; background: none";
				document.body.replaceChildren(sheet);
			})(${JSON.stringify(columns)})`);
			await page
				.locator("body > div")
				.screenshot({ path: new URL(`../docs/pictures/${file}`, import.meta.url).pathname, omitBackground: true });
		},
		scale,
	);
}
