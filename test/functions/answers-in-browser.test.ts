import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { browserPath } from "../notify/browser.ts";
import { startSelfSigned } from "../self-signed.ts";
import { browse, chat, clock, hook, laptop, now, origin, runAnsweringApp, see, silenceLink, told } from "./answering-app.ts";

runAnsweringApp();

if (browserPath === undefined) {
	process.stderr.write(
		"Skipped: the answer loop is not gone through in a real browser, because Chromium is not installed (apt-get install chromium).\n",
	);
}

test.skipIf(browserPath === undefined)("from the card to the end of a silence, pressed in a real browser with scripts off", async () => {
	const site = await startSelfSigned(async (request, response) => {
		const [path = "", query = ""] = (request.url ?? "").split("?");
		const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
		const body = await text(request);
		if (!path.startsWith("/api/answer/") || query !== "") return void response.writeHead(404).end();
		const page = await browse(
			request.method ?? "",
			path.slice("/api/answer/".length),
			headers,
			request.method === "POST" ? body : undefined,
		);
		response.writeHead(page.status, Object.fromEntries(page.headers)).end(page.body);
	});
	onTestFinished(() => site.close());
	const folder = await mkdtemp(join(tmpdir(), "answer-loop-"));
	const browser = await chromium.launchPersistentContext(folder, {
		...(browserPath === undefined ? {} : { executablePath: browserPath }),
		args: [
			"--no-sandbox",
			"--ignore-certificate-errors",
			`--host-resolver-rules=MAP ${new URL(origin).hostname} 127.0.0.1:${site.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
		],
		javaScriptEnabled: false,
		ignoreHTTPSErrors: true,
		timeout: 0,
	});
	browser.setDefaultTimeout(0);
	onTestFinished(async () => {
		await browser.close();
		await rm(folder, { recursive: true, force: true });
	});
	const elsewhere: string[] = [];
	browser.on("request", (request) => {
		if (!request.url().startsWith(`${origin}/`)) elsewhere.push(request.url());
	});
	const page = await browser.newPage();
	const silence = async (link: string) => {
		await page.goto(link);
		await page.getByLabel("Silence", { exact: false }).first().check();
		await page.getByLabel("Your name").fill("Kim Lee");
		await page.getByRole("button", { name: "Send answer" }).click();
		await page.getByText("Silenced by Kim Lee (unverified) until").waitFor();
	};
	const server = laptop.replace(/^a/, "b");
	const other = "ffffffffffffffffffffffffffffffff";

	/** The next message. */
	const heard = async () => {
		for (let runs = 0; runs < 20 && (chat.length === 0 || hook.length === 0); runs++) {
			await clock(new Date(now.getTime() + 1_000).toISOString());
		}
		return told();
	};

	// Card, page, button, follow-up.
	await clock("2024-03-08T09:00:00Z");
	await see(undefined, server);
	const first = await heard();
	expect(first.events).toEqual([["finding.created", 1]]);
	await silence(`${origin}/api/answer/${silenceLink(first.cards[0])}`);
	expect((await heard()).events).toEqual([["finding.silenced", 2]]);

	// Held while it is silenced; a stronger fact speaks.
	await see(undefined, server);
	await clock("2024-03-08T10:00:00Z");
	expect(told().events).toEqual([]);
	await page.reload();
	await page.getByText("events held back: 1").waitFor();
	await see(other, server);
	const stronger = await heard();
	expect(stronger.events).toEqual([["finding.updated", 3]]);
	expect(stronger.cards[0]).toContain("this ends the silence by Kim Lee (unverified); events held back: 1");

	// The end of a silence is said.
	await silence(`${origin}/api/answer/${silenceLink(stronger.cards[0])}`);
	expect((await heard()).events).toEqual([["finding.silenced", 4]]);
	await see(other, server);
	await clock("2024-03-09T10:30:00Z");
	const end = await heard();
	expect(end.events).toEqual([["finding.updated", 5]]);
	expect(end.cards[0]).toContain("the silence by Kim Lee (unverified) ended; events during it: 1");
	expect(elsewhere).toEqual([]);
});
