import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { pageOf, type ShownCard } from "../../lib/notify/teams/page.ts";

const require = createRequire(import.meta.url);

/** A file of an installed package. */
function packageFile(file: string): string {
	const [name = "", ...rest] = file.split("/");
	return readFileSync(join(require.resolve(`${name}/package.json`), "..", ...rest), "utf8");
}

/** Where Chromium is, if it is installed. */
export const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

interface Started {
	readonly browser: BrowserContext;
	readonly folder: string;
}

let started: Promise<Started> | undefined;

/** One for all tests of a process; it reaches nothing but this machine. */
async function start(): Promise<Started> {
	if (browserPath === undefined) throw new Error("Chromium is not installed");
	const folder = await mkdtemp(join(tmpdir(), "cards-"));
	const browser = await chromium.launchPersistentContext(folder, {
		executablePath: browserPath,
		args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
		viewport: { width: 2200, height: 1200 },
		timeout: 0,
	});
	// Nothing here may fail because a machine is slow.
	browser.setDefaultTimeout(0);
	return { browser, folder };
}

/** Ends the browser, if one was started. */
export async function closeBrowser(): Promise<void> {
	const running = await started;
	started = undefined;
	await running?.browser.close();
	if (running !== undefined) await rm(running.folder, { recursive: true, force: true });
}

/** A page in a real browser, and everything the browser complained about. */
export async function withBlankPage<T>(use: (page: Page, complaints: readonly string[]) => Promise<T>): Promise<T> {
	started ??= start();
	const { browser } = await started;
	const page = await browser.newPage();
	try {
		const complaints: string[] = [];
		page.on("console", (message) => complaints.push(message.text()));
		page.on("pageerror", (error) => complaints.push(error.message));
		page.on("request", (request) => complaints.push(`asked for ${request.url()}`));
		return await use(page, complaints);
	} finally {
		await page.close();
	}
}

/** Cards on a page in a real browser. */
export function withPage<T>(cards: readonly ShownCard[], use: (page: Page, complaints: readonly string[]) => Promise<T>): Promise<T> {
	return withBlankPage(async (page, complaints) => {
		await page.setContent(pageOf(cards, packageFile));
		return use(page, complaints);
	});
}
