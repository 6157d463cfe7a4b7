import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { pageOf, type ShownCard } from "../../lib/notify/teams/page.ts";

const require = createRequire(import.meta.url);

/** A file of an installed package. */
function packageFile(file: string): string {
	const [name = "", ...rest] = file.split("/");
	return readFileSync(join(require.resolve(`${name}/package.json`), "..", ...rest), "utf8");
}

/** Where Chromium is, if it is installed. */
export const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** A real browser without a network; its start costs more than a page. */
export interface Browser {
	/** Cards on a page of their own, and everything the browser complained about. */
	withPage<T>(cards: readonly ShownCard[], use: (page: Page, complaints: readonly string[]) => Promise<T>): Promise<T>;
	close(): Promise<void>;
}

export async function startBrowser(scale = 1): Promise<Browser> {
	if (browserPath === undefined) throw new Error("Chromium is not installed");
	const folder = await mkdtemp(join(tmpdir(), "cards-"));
	const browser = await chromium.launchPersistentContext(folder, {
		executablePath: browserPath,
		args: ["--no-sandbox"],
		viewport: { width: 2200, height: 1200 },
		deviceScaleFactor: scale,
		offline: true,
	});
	return {
		async withPage(cards, use) {
			const page = await browser.newPage();
			const complaints: string[] = [];
			page.on("console", (message) => complaints.push(message.text()));
			page.on("pageerror", (error) => complaints.push(error.message));
			page.on("request", (request) => complaints.push(`asked for ${request.url()}`));
			try {
				await page.setContent(pageOf(cards, packageFile), { timeout: 120_000 });
				return await use(page, complaints);
			} finally {
				await page.close();
			}
		},
		async close() {
			await browser.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** For one page only. */
export async function withPage<T>(
	cards: readonly ShownCard[],
	use: (page: Page, complaints: readonly string[]) => Promise<T>,
	scale = 1,
): Promise<T> {
	const browser = await startBrowser(scale);
	try {
		return await browser.withPage(cards, use);
	} finally {
		await browser.close();
	}
}
