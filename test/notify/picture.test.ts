import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import fc from "fast-check";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { leastMessage, type TeamsMessage, teamsMessage } from "../../lib/notify/teams/envelope.ts";
import { surfaces, type Theme } from "../../lib/notify/teams/look.ts";
import type { ShownCard } from "../../lib/notify/teams/page.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { AnyNotice } from "../../lib/outbox/delivery.ts";
import { aSite } from "../actions/visitor.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { browserPath, closeBrowser, withBlankPage, withPage } from "./browser.ts";
import { everywhere } from "./everywhere.ts";
import { hostileText } from "./hostile.ts";
import { aNotice, answerable, anUnapprovedFinding, knowledge, variants } from "./samples.ts";

if (browserPath === undefined) {
	process.stderr.write("Skipped: how cards look is not tested, because Chromium is not installed (apt-get install chromium).\n");
}

afterAll(closeBrowser);

interface Flaw {
	readonly view: string;
	readonly card: string;
	readonly flaw: string;
}

function shown(name: string, message: TeamsMessage): ShownCard {
	return { name, card: message.attachments[0].content };
}

/** Looks at each card in each view with its details open. */
async function flaws(cards: readonly ShownCard[]): Promise<{ readonly flaws: readonly Flaw[]; readonly views: readonly string[] }> {
	return withPage(cards, async (page, complaints) => {
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
		const { bottoms, answers } = await withPage(cards, async (page) => {
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
		// Light and dark; the messages about an answer or a closed finding offer no other one.
		const offered = cards.filter(({ card }) => JSON.stringify(card).includes('"Acknowledge"'));
		expect(offered.length).toBeGreaterThan(8);
		expect(answers).toBe(2 * offered.length);
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

describe.skipIf(browserPath === undefined)("the page on which a message is answered, in a browser without scripts", () => {
	test("takes a silence and says so to the chat, for people who zoom, use a phone or a screen reader", async () => {
		await withBlankPage(async (page, complaints) => {
			const site = await openSite();
			const session = await page.context().newCDPSession(page);
			await session.send("Emulation.setScriptExecutionDisabled", { value: true });
			const flawsAt = async (width: number, zoom: number, colorScheme: "light" | "dark"): Promise<unknown> => {
				await page.setViewportSize({ width, height: 800 });
				await page.emulateMedia({ colorScheme });
				return page.evaluate(`(${pageFlaws})(${zoom})`);
			};
			await page.goto(site.link());
			for (const colours of ["light", "dark"] as const) {
				expect(await flawsAt(320, 1, colours)).toEqual([]);
				// Twice as large in a window of 640 pixels.
				expect(await flawsAt(640, 2, colours)).toEqual([]);
			}
			await page.evaluate("document.documentElement.style.zoom = 1");

			// By their labels, as a screen reader finds them.
			await page.getByLabel("Silence", { exact: false }).first().check();
			await page.getByLabel("Silence for").selectOption("1");
			await page.getByLabel("Note (optional)").fill("Patch window, change 4711.");
			await page.getByLabel("Your name").fill("Kim Lee");
			await page.getByRole("button", { name: "Send answer" }).click();
			await page.getByText("Silenced by Kim Lee (unverified) until 2026-11-22 19:36:10 UTC").waitFor();
			expect(await flawsAt(320, 1, "light")).toEqual([]);

			await site.world.dispatcher.deliverDue(eachMinute);
			expect((await site.world.finding())?.silence).toMatchObject({ by: "Kim Lee", verified: false, held: 0 });
			expect(site.sink.got.map((notice) => (notice.type === "finding" ? notice.kinds : []))).toEqual([["new"], ["answered"]]);
			// What the silence covers is held while it lasts.
			const again = { ...aSighting(), recordId: "again", at: at("21T19:50:00"), reportId: redacted("40999") };
			expect((await site.world.recorder.record([again], site.world.clock.now)).flatMap(({ kinds }) => kinds)).toEqual([]);
			expect(complaints.filter((one) => !one.startsWith(`asked for ${site.origin}/`))).toEqual([]);
		});
	});

	test("a flaw of the page would be seen", async () => {
		const found = await withBlankPage(async (page) => {
			await page.setViewportSize({ width: 320, height: 800 });
			await page.setContent(
				'<p style="color:#999">pale</p><input type="text"><button style="height:20px">x</button><p style="width:400px">wide</p>',
			);
			return page.evaluate(`(${pageFlaws})(1)`);
		});
		for (const flaw of [/^contrast 2\.8/, /^no label/, /^small/, /^wider/, /^no heading/, /^no language/])
			expect(found).toContainEqual(expect.stringMatching(flaw));
	});
});

/** The page behind a real server, about a finding that a chat was told of. */
async function openSite() {
	let serve: RequestListener = (_request, response) => response.end();
	const server = createServer((request, response) => serve(request, response));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
	const site = await aSite({ origin });
	serve = async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const answer = await site.page({
			method: request.method ?? "",
			token: request.url?.replace("/api/answer/", "") ?? "",
			header: (name) => {
				const value = request.headers[name];
				return Array.isArray(value) ? value.join(", ") : value;
			},
			body: () => Promise.resolve(Buffer.concat(chunks).toString("utf8")),
		});
		response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
	};
	return { ...site, origin, link: () => `${origin}/api/answer/${site.link({ opens: "silence" })}` };
}

/** In the browser: what keeps somebody from reading or using a page. */
const pageFlaws = `(zoom) => {
	document.documentElement.style.zoom = zoom;
	const flaws = [];
	const root = document.documentElement;
	if (root.scrollWidth > root.clientWidth) flaws.push("wider than the window: " + root.scrollWidth);
	if (document.querySelectorAll("h1").length !== 1) flaws.push("no heading");
	if (root.lang === "") flaws.push("no language");
	const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
		.reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
	const ground = (one) => {
		for (let at = one; at !== null; at = at.parentElement) {
			const colour = rgb(getComputedStyle(at).backgroundColor);
			if (colour.length === 3 || colour[3] > 0) return colour;
		}
		return [255, 255, 255];
	};
	for (const one of document.querySelectorAll("body *")) {
		const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
		if (own && one.getClientRects().length > 0 && !one.matches("option, style, script")) {
			const [a, b] = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
			const contrast = (a + 0.05) / (b + 0.05);
			if (contrast < 4.5) flaws.push("contrast " + contrast.toFixed(2) + ": " + one.textContent.slice(0, 30));
		}
		if (one.matches("input:not([type=hidden]), select, textarea") && one.labels.length === 0) flaws.push("no label: " + one.outerHTML.slice(0, 60));
		if (one.matches("input[type=text], select, button, .choice") && one.getBoundingClientRect().height < 43.5) flaws.push("small: " + one.outerHTML.slice(0, 60));
	}
	return flaws;
}`;

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
