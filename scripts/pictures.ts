import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { closeBrowser, withPage } from "../test/notify/browser.ts";
import { theMonth } from "../test/notify/month/month.ts";
import { cardOf, type Picture, pictures, sourceOf } from "../test/notify/month/pictures.ts";
import { type Pixels, palettePng } from "./pictures/palette-png.ts";

// Redraws docs/pictures/ from a run of the samples, each with the texts that stand on it. Needs Chromium. With
// `--all FOLDER` it draws every message there is, in every view, into a folder; with a name, only that picture. Look at them before you commit them.

/** In the browser: nothing stays but the chosen cards, side by side. */
const arrange = `(columns) => {
	const pane = ({ card, view }) => [...document.querySelectorAll(".pane")].find(({ dataset }) => dataset.card === card && dataset.view === view);
	const sheet = document.createElement("div");
	sheet.id = "sheet";
	sheet.style.cssText = "display: flex; gap: 12px; align-items: flex-start; width: fit-content; background: #ffffff";
	for (const names of columns) {
		const column = document.createElement("div");
		column.style.cssText = "display: flex; flex-direction: column; gap: 12px";
		column.append(...names.map(pane));
		sheet.append(column);
	}
	// The other cards stay, out of sight: they may be asked for next.
	document.getElementById("sheet")?.remove();
	document.body.prepend(sheet);
	document.body.style.cssText = "padding: 0; background: none";
}`;

const month = await theMonth();
const cards = Object.keys(month.notices).map((name) => ({ name, card: cardOf(month, name) }));
const [flag, folder] = process.argv.slice(2);

if (flag === "--all" && folder !== undefined) {
	mkdirSync(folder, { recursive: true });
	const views = ["light-620", "dark-620", "light-340", "dark-340"] as const;
	await withPage(cards, async (page) => {
		for (const { name } of cards) {
			await page.evaluate(`(${arrange})(${JSON.stringify(views.map((view) => [{ card: name, view }]))})`);
			const png = await shrink(page, await page.locator("#sheet").screenshot());
			writeFileSync(join(folder, `${name.replaceAll(/[, ]+/g, "-")}.png`), png);
		}
	});
	console.log(`${cards.length} messages: ${resolve(folder)}`);
} else {
	const docs = new URL("../docs/pictures/", import.meta.url);
	for (const picture of pictures.filter(({ file }) => flag === undefined || file === flag)) {
		const png = await draw(picture);
		const { texts } = await sourceOf(picture);
		const sha256 = createHash("sha256").update(png).digest("hex");
		writeFileSync(new URL(picture.file, docs), png);
		writeFileSync(new URL(picture.file.replace(".png", ".json"), docs), `${JSON.stringify({ sha256, texts }, undefined, "\t")}\n`);
		console.log(`docs/pictures/${picture.file}: ${Math.round(png.length / 1000)} kB, ${texts.length} texts`);
	}
}

await closeBrowser();

async function draw(picture: Picture): Promise<Buffer> {
	if (picture.shows === "cards") {
		const shown = new Set(picture.columns.flat().map(({ card }) => card));
		return withPage(
			cards.filter(({ name }) => shown.has(name)),
			async (page) => {
				await page.evaluate(`(${arrange})(${JSON.stringify(picture.columns)})`);
				return shrink(page, await page.locator("#sheet").screenshot());
			},
		);
	}
	const { html = "" } = await sourceOf(picture);
	return withPage([], async (page) => {
		await page.setViewportSize({ width: picture.width, height: picture.height });
		await page.setContent(html);
		const shown = picture.shows === "blocks" ? page.locator(".pane").first() : page.locator("body");
		const png = await shown.screenshot();
		// The page's own policy forbids the picture: another one takes it.
		await page.setContent("<p></p>");
		return shrink(page, png);
	});
}

/** Reads the pixels in the browser, which knows how. */
async function shrink(page: Page, png: Buffer): Promise<Buffer> {
	const read = await page.evaluate(`(async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
		const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
		const canvas = new OffscreenCanvas(image.width, image.height);
		const context = canvas.getContext("2d");
		context.drawImage(image, 0, 0);
		const { data } = context.getImageData(0, 0, image.width, image.height);
		let text = "";
		for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
		return { width: image.width, height: image.height, rgba: btoa(text) };
	})(${JSON.stringify(png.toString("base64"))})`);
	const { width, height, rgba } = read as Omit<Pixels, "rgba"> & { readonly rgba: string };
	return palettePng({ width, height, rgba: Buffer.from(rgba, "base64") });
}
