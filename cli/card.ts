import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createApprovalsFile } from "../lib/app/approvals-file.ts";
import { composeDetection, knowledgeOf, world } from "../lib/app/compose.ts";
import { createDryRun } from "../lib/app/dry-run.ts";
import { readSettings, type Settings } from "../lib/app/settings.ts";
import { findingId } from "../lib/findings/finding.ts";
import { storedFindings } from "../lib/findings/stored-findings.ts";
import { destinationKinds } from "../lib/notify/index.ts";
import type { Notice } from "../lib/outbox/delivery.ts";
import { render } from "../lib/outbox/render.ts";
import { findInputs } from "./input/find-inputs.ts";
import { readInput } from "./input/read-input.ts";
import { startReading } from "./input/reading.ts";
import { dataFolder, withTable, wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";

export interface CardOptions {
	readonly out?: string;
	readonly open?: boolean;
	/** Destination whose messages are drawn. */
	readonly as?: string;
}

/** `tunnelwatch card`: writes a page with the cards as people see them. Returns the exit code. */
export async function card(which: string, options: CardOptions): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	if (which === "sample") return show(await sampleNotices(read.settings), read.settings, options);
	return withTable(read.settings, async (table) => {
		const notices: Notice[] = [];
		for await (const { finding } of storedFindings(table)) {
			if (finding === undefined) continue;
			if (which !== "all" && findingId(finding) !== which) continue;
			const notice = render(finding, { sent: 0, countSent: 0 }, world.clock());
			if (notice !== undefined) notices.push(notice);
		}
		if (notices.length === 0) {
			printLine(
				which === "all"
					? "There are no findings yet; `npm start` makes some."
					: "There is no finding with this id that would be told; `tunnelwatch findings` lists them.",
			);
			return 1;
		}
		return show(notices, read.settings, options);
	});
}

async function show(notices: readonly Notice[], settings: Settings, { out, open, as }: CardOptions): Promise<number> {
	const drawn = destinationKinds.filter((kind) => kind.page !== undefined);
	const page = await (as === undefined ? drawn[0] : drawn.find((kind) => kind.name === as))?.page?.();
	if (page === undefined) {
		printLine(`--as: write ${drawn.map((kind) => kind.name).join(" or ")}`);
		return 2;
	}
	const shown = notices.map((notice) => ({ name: notice.id, notice }));
	const file = resolve(out ?? join(dataFolder(), "cards.html"));
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, page(shown, { ...knowledgeOf(settings, composeDetection(settings)), isReplay: true }, packageFile));
	printText(`${shown.length === 1 ? "1 card" : `${shown.length} cards`}: ${pathToFileURL(file)}`);
	if (open === true) openInBrowser(file);
	return 0;
}

/** What the sample export would tell, were it all new. */
async function sampleNotices(settings: Settings): Promise<readonly Notice[]> {
	const samples = join(import.meta.dirname, "..", "samples");
	const approvals = createApprovalsFile(settings.APPROVALS_FILE ?? join(samples, "approvals.json"));
	const dry = createDryRun(settings, { ...composeDetection(settings), sieve: undefined }, approvals, () => ({
		line: undefined,
		tells: [],
		keeps: [],
		digest: undefined,
	}));
	for (const input of await findInputs([samples])) {
		for await (const { messages } of readInput(startReading(input), new AbortController().signal)) await dry.run(messages);
	}
	return dry.notices(world.clock());
}

/** What a page is drawn with goes into the page: it needs no network, and works from a mail or a ticket. */
function packageFile(file: string): string {
	// The npm package carries these files itself.
	const vendored = join(import.meta.dirname, "vendor", file);
	if (existsSync(vendored)) return readFileSync(vendored, "utf8");
	const [name = "", ...rest] = file.split("/");
	return readFileSync(join(createRequire(join(import.meta.dirname, "card.ts")).resolve(`${name}/package.json`), "..", ...rest), "utf8");
}

function openInBrowser(file: string): void {
	const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
		darwin: ["open"],
		win32: ["cmd", "/c", "start", ""],
	};
	const [command, ...before] = openers[process.platform] ?? ["xdg-open"];
	const child = spawn(command, [...before, file], { detached: true, stdio: "ignore" });
	child.on("error", () => printLine("No browser could be opened here; open the page by its address."));
	child.unref();
}
