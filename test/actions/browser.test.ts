import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { findingKey } from "../../lib/findings/finding.ts";
import { aSighting, redacted } from "../builders.ts";
import { browserPath } from "../notify/browser.ts";
import { aSite, type Site } from "./visitor.ts";

if (browserPath === undefined) {
	process.stderr.write("Skipped: answers are not given in a real browser, because Chromium is not installed (apt-get install chromium).\n");
}

const patient = { timeout: 300_000 };

/** A server on a free port; its address begins with `host`. */
async function serve(host: string, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
	const server = createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** The answer page as a server. Browsers take `localhost` for as trustworthy as https. */
async function aServedSite(): Promise<{ readonly site: Site; readonly origin: string }> {
	let site: Site | undefined;
	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const body = await text(request);
		const page = await site?.page({
			method: request.method ?? "",
			token: request.url?.split("/").at(-1)?.split("?")[0] ?? "",
			header: (name) => request.headers[name]?.toString(),
			body: async () => body,
		});
		response.writeHead(page?.status ?? 503, page?.headers).end(page?.body);
	};
	const origin = await serve("localhost", (request, response) => void answer(request, response));
	site = await aSite({ origin });
	return { site, origin };
}

/** With scripts off, as an on-call person's locked-down phone may be. */
async function aBrowser(): Promise<BrowserContext> {
	const folder = mkdtempSync(join(tmpdir(), "answers-"));
	const browser = await chromium.launchPersistentContext(folder, {
		...(browserPath === undefined ? {} : { executablePath: browserPath }),
		args: ["--no-sandbox"],
		javaScriptEnabled: false,
		...patient,
	});
	browser.setDefaultTimeout(patient.timeout);
	onTestFinished(async () => {
		await browser.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return browser;
}

/** Presses the button, and waits until the page that follows says so. */
async function sendAnswer(page: Page, name: string, says: string): Promise<void> {
	await page.getByLabel("Your name").fill(name);
	await page.getByRole("button", { name: "Send answer" }).click();
	await page.getByText(says).first().waitFor();
}

describe.skipIf(browserPath === undefined)("in a real browser, with scripts off", () => {
	test("two findings open side by side are both answered; sending again, or from another site, changes nothing", async () => {
		const { site, origin } = await aServedSite();
		const other = aSighting({ device: { ...aSighting().device, id: redacted("b".repeat(40)) } });
		await site.world.recorder.record([other], site.world.clock.now);
		const browser = await aBrowser();
		const foreign: string[] = [];
		browser.on("request", (request) => {
			if (!request.url().startsWith(origin)) foreign.push(request.url());
		});
		const link = `${origin}/api/answer/${site.link()}`;
		const [first, second] = [await browser.newPage(), await browser.newPage()];
		await first.goto(link);
		await second.goto(`${origin}/api/answer/${site.link({ key: findingKey(other.device, "cloudflared") })}`);

		await sendAnswer(first, "Kim Lee", "Acknowledged by Kim Lee (unverified)");
		await sendAnswer(second, "Ana Diaz", "Acknowledged by Ana Diaz (unverified)");
		expect(foreign).toEqual([]);

		const recorded = JSON.stringify(site.world.memory.all());
		await first.reload();
		await sendAnswer(first, "Kim Lee", "Someone is already on it.");
		const trap = await serve("127.0.0.1", (_request, response) => {
			const form = `<form method="post" action="${link}"><input name="answer" value="acknowledge"><input name="name" value="Eve"><button>Win</button></form>`;
			response.writeHead(200, { "content-type": "text/html" }).end(form);
		});
		await second.goto(trap);
		await second.getByRole("button", { name: "Win" }).click();
		await second.getByRole("heading", { name: "Not accepted" }).waitFor();
		expect(JSON.stringify(site.world.memory.all())).toBe(recorded);
	});
});
