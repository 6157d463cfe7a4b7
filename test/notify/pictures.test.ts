import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { theMonth } from "./month/month.ts";
import { cardOf, pictures, sourceOf } from "./month/pictures.ts";

const folder = new URL("../../docs/pictures/", import.meta.url);
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("every picture of the docs is one that `npm run pictures` draws, small, and shown in README.md", () => {
	const files = pictures.map(({ file }) => file);
	expect(new Set(readdirSync(folder))).toEqual(new Set(files.flatMap((file) => [file.replace(".png", ".json"), file])));
	for (const file of files) {
		expect(readFileSync(new URL(file, folder)).length, file).toBeLessThan(100_000);
		expect(readme).toContain(`](docs/pictures/${file})`);
	}
});

test.each(pictures)("$file shows what the product says today: `npm run pictures` draws it anew", async (picture) => {
	const drawn: unknown = JSON.parse(readFileSync(new URL(picture.file.replace(".png", ".json"), folder), "utf8"));
	const { texts } = await sourceOf(picture);
	// The sum ties the picture to the texts: neither can be changed alone.
	const sha256 = createHash("sha256")
		.update(readFileSync(new URL(picture.file, folder)))
		.digest("hex");
	expect(drawn).toEqual({ sha256, texts });
});

test("the texts of a picture are all that its cards show", async () => {
	const month = await theMonth();
	const picture = pictures.find(({ file }) => file === "card.png");
	if (picture?.shows !== "cards") throw new Error("no such picture");
	const { texts } = await sourceOf(picture);
	for (const { card } of picture.columns.flat()) {
		const written = [...JSON.stringify(cardOf(month, card)).matchAll(/"(?:text|title)":("(?:[^"\\]|\\.)*")/g)];
		expect(written.length).toBeGreaterThan(20);
		for (const [, text = ""] of written) expect(texts).toContain(JSON.parse(text));
	}
});
