import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leastMessage, type TeamsMessage, teamsMessage } from "../../lib/notify/teams/envelope.ts";
import { surfaces, type Theme } from "../../lib/notify/teams/look.ts";
import type { ShownCard } from "../../lib/notify/teams/page.ts";
import type { AnyNotice } from "../../lib/outbox/delivery.ts";
import { type Browser, browserPath, startBrowser } from "./browser.ts";
import { everywhere } from "./everywhere.ts";
import { hostileText } from "./hostile.ts";
import { aNotice, anUnapprovedFinding, knowledge, variants } from "./samples.ts";

if (browserPath === undefined) {
	process.stderr.write("Skipped: how cards look is not tested, because Chromium is not installed (apt-get install chromium).\n");
}

interface Flaw {
	readonly view: string;
	readonly card: string;
	readonly flaw: string;
}

function shown(name: string, message: TeamsMessage): ShownCard {
	return { name, card: message.attachments[0].content };
}

/** With answers switched on a card has the most buttons. */
const answerable = { ...knowledge, answers: () => `https://tunnelwatch.example.net/api/answer/${"A".repeat(60)}` };

let browser: Browser;

/** Looks at each card in each view with its details open. */
async function flaws(cards: readonly ShownCard[]): Promise<{ readonly flaws: readonly Flaw[]; readonly views: readonly string[] }> {
	return browser.withPage(cards, async (page, complaints) => {
		const found = await page.evaluate(`(() => {
			for (const button of document.querySelectorAll("button")) if (button.textContent === "Show details") button.click();
			const flaws = [];
			const views = new Set();
			for (const pane of document.querySelectorAll(".pane")) {
				const { view, card } = pane.dataset;
				views.add(view);
				const note = (flaw) => flaws.push({ view, card, flaw });
				const limit = pane.querySelector(".card").getBoundingClientRect().right + 0.5;
				for (const one of pane.querySelectorAll("a, img, at, iframe, script, table, ul, ol, em, code")) note("holds <" + one.localName + ">: " + one.outerHTML);
				for (const one of pane.querySelectorAll(".card *")) {
					if (one.scrollWidth > one.clientWidth && one.clientWidth > 0) note("overflows: " + one.textContent.slice(0, 60));
					if (one.getBoundingClientRect().right > limit) note("sticks out: " + one.textContent.slice(0, 60));
				}
				if (pane.querySelector("[role=heading]") === null) note("has no heading");
			}
			return { flaws, views: [...views] };
		})()`);
		const { flaws: seen, views } = found as { flaws: Flaw[]; views: string[] };
		return { flaws: [...seen, ...complaints.map((flaw) => ({ view: "", card: "", flaw }))], views };
	});
}

describe.skipIf(browserPath === undefined)("in a browser, with Microsoft's renderer", () => {
	beforeAll(async () => {
		browser = await startBrowser();
	});
	afterAll(() => browser.close());

	test("every card fits a desktop and a phone, light and dark, with its details open", async () => {
		const cards = Object.entries(variants).flatMap(([name, notice]) => [
			shown(name, teamsMessage(notice, answerable)),
			shown(`${name}, least`, leastMessage(notice, knowledge)),
		]);
		expect(await flaws(cards)).toEqual({ flaws: [], views: ["light-620", "dark-620", "light-340", "dark-340"] });
	});

	test("on a phone the last button, answers included, stands within the first 600 pixels of a card about a finding", async () => {
		const cards = Object.entries(variants)
			.filter(([, notice]) => notice.type === "finding")
			.map(([name, notice]) => shown(name, teamsMessage(notice, answerable)));
		const { bottoms, answers } = await browser.withPage(cards, async (page) => {
			const seen = await page.evaluate(`(() => {
				const bottoms = {};
				let answers = 0;
				for (const pane of document.querySelectorAll(".pane")) {
					const { view, card } = pane.dataset;
					if (!view.endsWith("-340")) continue;
					const top = pane.querySelector(".card").getBoundingClientRect().top;
					const buttons = [...pane.querySelectorAll("button")].filter((one) => one.getClientRects().length > 0);
					if (buttons.some((one) => one.textContent === "Acknowledge")) answers++;
					bottoms[view + " " + card] = Math.ceil(Math.max(...buttons.map((one) => one.getBoundingClientRect().bottom)) - top);
				}
				return { bottoms, answers };
			})()`);
			return seen as { bottoms: Readonly<Record<string, number>>; answers: number };
		});
		// All but the card that tells of a silence, light and dark: who reads it needs no second answer.
		expect(answers).toBe(2 * (cards.length - 1));
		expect(Object.entries(bottoms).filter(([, pixels]) => !(pixels <= 600))).toEqual([]);
	});

	test("hostile text makes no link, no picture, no list, and breaks no layout", async () => {
		const texts = fc.sample(hostileText, { numRuns: 60, seed: 20261121 });
		const bombs = ["𝕏".repeat(8000), "W".repeat(8000), "W W".repeat(2700), "\u202e".repeat(8000), "e\u0301\u0302\u0303".repeat(2000)];
		const cards = [...texts, ...bombs].flatMap((text, index): readonly ShownCard[] => {
			const notices: readonly AnyNotice[] = [
				aNotice({ finding: anUnapprovedFinding() }),
				...(index % 10 === 0 ? Object.values(variants) : []),
			];
			return notices.map((notice) => shown(JSON.stringify(text.slice(0, 80)), teamsMessage(everywhere(notice, text), knowledge)));
		});
		expect((await flaws(cards)).flaws).toEqual([]);
	});

	test("a flaw would be seen", async () => {
		const body = [
			{ type: "TextBlock", text: "[Approved](https://evil.example) *x*" },
			{ type: "Image", url: "https://evil.example/x.png" },
			{ type: "ColumnSet", columns: [{ type: "Column", width: "900px", items: [{ type: "TextBlock", text: "wide" }] }] },
		];
		const found = await flaws([{ name: "bad", card: { type: "AdaptiveCard", version: "1.4", body } }]);
		for (const flaw of [/holds <a>/, /holds <em>/, /^asked for/, /overflows|sticks out/, /has no heading/]) {
			expect(found.flaws.map((one) => one.flaw)).toContainEqual(expect.stringMatching(flaw));
		}
	});
});

describe("contrast", () => {
	const themes: readonly Theme[] = ["light", "dark"];
	const pairs = themes.flatMap((theme) =>
		Object.entries(surfaces[theme]).flatMap(([name, { background, text, subtle }]) => [
			[theme, name, "text", text, background] as const,
			[theme, name, "subtle text", subtle, background] as const,
		]),
	);

	test.each(pairs)("in the %s theme on %s, %s can be read", (_theme, _surface, _kind, colour, background) => {
		expect(contrast(colour, background)).toBeGreaterThanOrEqual(4.5);
	});

	test("is counted as WCAG does", () => {
		expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
		expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
		expect(contrast("#80000000", "#ffffff")).toBeCloseTo(3.98, 1);
	});
});

/** WCAG 2: ratio of relative luminances, after a half-transparent colour (`#aarrggbb`) is laid over its background. */
function contrast(colour: string, background: string): number {
	const { alpha, rgb } = channels(colour);
	const below = channels(background).rgb;
	const blended = rgb.map((value, index) => value * alpha + (below[index] ?? 0) * (1 - alpha));
	const [lighter = 0, darker = 0] = [luminance(blended), luminance(below)].toSorted((left, right) => right - left);
	return (lighter + 0.05) / (darker + 0.05);
}

function channels(colour: string): { readonly alpha: number; readonly rgb: readonly number[] } {
	const [alpha = 255, ...rgb] = Buffer.from(colour.slice(1).padStart(8, "f"), "hex");
	return { alpha: alpha / 255, rgb };
}

function luminance(rgb: readonly number[]): number {
	const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
		const part = value / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
