import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { project, type Ran, tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const corpus = join(project, "test/fixtures/corpus/messages.ndjson");
const expected = JSON.parse(readFileSync(join(project, "test/fixtures/corpus/expected.json"), "utf8")) as {
	records: {
		table: string;
		deviceId: string;
		reportId: number;
		timestamp: string;
		matches: string[];
		token?: { mustNotAppearInOutput: string[] };
	}[];
};
const secrets = [...new Set(expected.records.flatMap((one) => one.token?.mustNotAppearInOutput ?? []))];

interface Receiver {
	readonly url: string;
	readonly bodies: string[];
	answer: number;
	close(): Promise<void>;
}

async function receiver(path: string): Promise<Receiver> {
	const bodies: string[] = [];
	const state = { answer: 202 };
	const server: Server = createServer((request, response) => {
		let body = "";
		request.on("data", (part: Buffer) => {
			body += part.toString();
		});
		request.on("end", () => {
			if (state.answer < 300) bodies.push(body);
			response.writeHead(state.answer).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
		bodies,
		get answer() {
			return state.answer;
		},
		set answer(status: number) {
			state.answer = status;
		},
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

/** A run that takes seconds, begun before the first test so that the others run meanwhile; its folder and receivers are gone after the last. */
interface Begun {
	readonly env: { readonly DATA_FOLDER: string; readonly TEAMS_WEBHOOK_URL?: string; readonly WEBHOOK_URL: string };
	readonly ran: Promise<Ran>;
	readonly teams: Receiver;
	readonly webhook: Receiver;
}

/** To a chat, which has its pace, and a webhook. */
let paced: Begun;
/** To a webhook that is down, which is tried again and again. */
let down: Begun;

beforeAll(async () => {
	const begin = async (answer: number): Promise<Begun> => {
		const teams = await receiver("/workflows/0/triggers/manual/paths/invoke?sig=canary-signature");
		const webhook = await receiver("/hook/canary-path");
		webhook.answer = answer;
		const chat = answer === 202 ? { TEAMS_WEBHOOK_URL: teams.url } : {};
		const env = { DATA_FOLDER: mkdtempSync(join(tmpdir(), "tunnelwatch-")), WEBHOOK_URL: webhook.url, ...chat };
		return { env, ran: tunnelwatch(["run", corpus], { env, ownProcess: true }), teams, webhook };
	};
	paced = await begin(202);
	down = await begin(503);
	return async () => {
		for (const { env, ran, teams, webhook } of [paced, down]) {
			await ran;
			await Promise.all([teams.close(), webhook.close()]);
			rmSync(env.DATA_FOLDER, { recursive: true, force: true });
		}
	};
});

describe("--what-if", () => {
	test("on the labelled corpus gives exactly the labelled matches, and changes nothing", async () => {
		const ran = await tunnelwatch(["run", "--what-if", "--json", corpus], { env: { DATA_FOLDER: folder } });

		const name = (rule: unknown, table: unknown, device: unknown, report: unknown, time: unknown) =>
			`${rule} ${table} ${device} ${report} ${time}`;
		const found = ran.lines.filter((line) => line["type"] === "match");
		const labels = expected.records.flatMap((one) =>
			one.matches.map((rule) => name(rule, one.table, one.deviceId, one.reportId, one.timestamp)),
		);
		const base = new Set(["cloudflared-usage", "cloudflared-portable-execution"]);
		expect(
			found
				.filter((line) => base.has(String(line["rule"])))
				.map((line) => name(line["rule"], line["table"], line["deviceId"], line["reportId"], line["timestamp"]))
				.sort(),
		).toEqual(labels.sort());
		expect(ran.code).toBe(0);
		expect(ran.stderr).toContain("Nothing was recorded and nothing was sent.");
	});

	test("reports what cannot be read, and goes on", async () => {
		const ran = await tunnelwatch(["run", "--what-if", "--json", "/dev/stdin"], { input: 'not json\n{"records":null}\n' });
		expect(ran.lines).toEqual([
			{ type: "quarantined", source: "/dev/stdin", message: 1, record: null, reason: "not-json" },
			{ type: "quarantined", source: "/dev/stdin", message: 2, record: null, reason: "records-not-a-list" },
			expect.objectContaining({ type: "input", source: "/dev/stdin", status: "unread", examined: 0 }),
			{
				type: "summary",
				messages: 2,
				records: 0,
				matches: 0,
				findings: 0,
				notices: 0,
				held: 0,
				waiting: 0,
				waitingUntil: null,
				quarantined: 2,
			},
		]);
		expect(ran.stderr).toContain("NOT READ: /dev/stdin was read as JSON");
		expect(ran.stderr).toContain("That is no all-clear.");
		expect(ran.code).toBe(1);
	});
});

describe("a run over the samples", () => {
	test("tells every device once; a second run holds them and tells nobody again", async () => {
		const env = { DATA_FOLDER: folder };
		const first = await tunnelwatch(["run", "--json", "samples/"], { env });
		const second = await tunnelwatch(["run", "--json", "samples/"], { env });
		const notices = (ran: typeof first) => ran.lines.filter((line) => line["type"] === "notice");
		const devices = new Set(first.lines.filter((line) => line["type"] === "match").map((line) => line["deviceId"]));

		expect(first.code).toBe(0);
		expect(
			new Set(
				notices(first)
					.filter((line) => line["reason"] === "new")
					.map((line) => line["deviceId"]),
			),
		).toEqual(devices);
		expect(second.code).toBe(0);
		expect(notices(second)).toEqual([]);
		expect(second.lines.at(-1)).toMatchObject({ type: "summary", notices: 0, findings: devices.size, held: devices.size });
	});

	test("without --json shows a table, one card, the summary and what to do next", async () => {
		const ran = await tunnelwatch(["run", "samples/", "--approvals", "samples/approvals.json"], { env: { DATA_FOLDER: folder } });
		const shown = (text: string): string => text.replace(/^▌ Open device: .*\n▌\n/m, "").replace(/ · .* ago$/m, "");
		const [, printed = ""] = /```text\n(SEVERITY[\s\S]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
		expect(printed).toContain("▌ Do this now");
		expect(shown(ran.stdout)).toContain(shown(printed));
		expect(ran.stdout).toMatch(/^SEVERITY +VERDICT +DEVICE +WHAT\n/);
		expect(ran.stdout).toContain("fin-lt-0142");
		expect(ran.stdout.match(/Open device: /g)).toHaveLength(1);
		expect(ran.stdout).toMatch(/Read \d+ messages with \d+ records in [\d.]+ s\./);
		expect(ran.stdout).toContain("broken there on purpose");
		expect(ran.stdout).toContain("event-hub.ndjson, message 6: not-json");
		expect(ran.stdout).toMatch(/Next:\n( {2}npx tunnelwatch .*\n){3}$/);
		expect(ran.code).toBe(0);

		const again = await tunnelwatch(["run", "samples/", "--approvals", "samples/approvals.json"], { env: { DATA_FOLDER: folder } });
		expect(again.stdout).toMatch(/already reported, muted until \d{4}-\d\d-\d\d/);
		expect(again.stdout).not.toContain("Open device");
	});

	test("--json gives one line per finding and no card; --cards puts the cards on standard error", async () => {
		const plain = await tunnelwatch(["run", "--what-if", "--json", "samples/"]);
		const cards = await tunnelwatch(["run", "--what-if", "--json", "--cards", "samples/"]);
		const findings = plain.lines.filter((line) => line["type"] === "finding");

		expect(findings).toHaveLength(7);
		expect(findings.find((line) => String(line["deviceName"]).startsWith("srv-dc01"))).toMatchObject({
			verdict: "cannot-tell",
			program: "named",
			programFile: "cloudflared.exe",
			mode: "quick",
			account: null,
		});
		expect(plain.stderr).not.toContain("▌");
		expect(cards.lines).toHaveLength(plain.lines.length);
		expect(cards.stderr.match(/Open device: /g)).toHaveLength(7);
	});
});

describe("wrong use gets a clear answer", () => {
	test("an approvals file that cannot be used: exit 2, and nothing is done", async () => {
		writeFileSync(join(folder, "approvals.json"), '{"approvals":[{}]}');
		const broken = await tunnelwatch(["run", "samples/", "--approvals", join(folder, "approvals.json")], { env: { DATA_FOLDER: folder } });
		const missing = await tunnelwatch(["run", "samples/", "--approvals", join(folder, "none.json")], { env: { DATA_FOLDER: folder } });
		expect([broken.code, missing.code]).toEqual([2, 2]);
		expect([broken.stdout, missing.stdout]).toEqual(["", ""]);
		expect(broken.stderr).toContain("is wrong");
		expect(readdirSync(folder)).toEqual(["approvals.json"]);
	});

	test("an unknown option: exit 2 and where to look", async () => {
		const ran = await tunnelwatch(["run", "--nope"]);
		expect(ran.code).toBe(2);
		expect(ran.stderr).toContain("unknown option");
	});

	test("a file that is not there: exit 1", async () => {
		const ran = await tunnelwatch(["run", "nowhere.ndjson"]);
		expect(ran).toMatchObject({ code: 1, stdout: "" });
		expect(ran.stderr).toContain("Cannot read nowhere.ndjson: there is no such file or folder.");
	});

	test("a folder without exports: exit 1", async () => {
		writeFileSync(join(folder, "notes.txt"), "nothing");
		const ran = await tunnelwatch(["run", folder]);
		expect(ran.code).toBe(1);
		expect(ran.stderr).toContain("notes.txt: it looks like text that is neither JSON nor CSV");
		expect(ran.stderr).toContain("Nothing was examined.");
	});

	test("wrong settings: exit 2, every one named, no value shown", async () => {
		const ran = await tunnelwatch(["run", "samples/"], {
			env: { QUIET_HOURS: "soon-canary", TABLE_NAME: "canary/1", TEAMS_WEBHOOK_URL: "canary-url" },
		});
		expect(ran.code).toBe(2);
		for (const name of ["QUIET_HOURS", "TABLE_NAME", "TEAMS_WEBHOOK_URL"]) expect(ran.stderr).toContain(name);
		expect(ran.stderr).not.toContain("canary");
	});
});

test("a gzipped export is read like any other", async () => {
	const path = join(folder, "export.ndjson.gz");
	writeFileSync(path, gzipSync(readFileSync(corpus)));
	const ran = await tunnelwatch(["run", "--what-if", "--json", folder], { env: { RULES: "base" } });
	expect(ran.lines.at(-1)).toMatchObject({ type: "summary", messages: 26, records: 65, matches: 47, quarantined: 0 });
});

test("a name with escape codes cannot colour or move the terminal", async () => {
	const path = join(folder, "a\u001b[2J.ndjson");
	writeFileSync(path, "not json\n");
	const ran = await tunnelwatch(["run", "--what-if", path]);
	expect(ran.stdout + ran.stderr).not.toContain("\u001b");
	expect(ran.stderr).toContain("⟦U+001B⟧");
});

test("a table that cannot be reached is an error in one line: exit 1", async () => {
	const ran = await tunnelwatch(["findings"], { env: { TABLE_ENDPOINT: "http://127.0.0.1:9/devstoreaccount1" } });
	expect(ran.code).toBe(1);
	expect(ran.stderr.trim().split("\n")).toHaveLength(1);
	expect(ran.stderr).toContain("Table Storage");
});

test("Ctrl-C stops cleanly and says what was done", async () => {
	const message = readFileSync(corpus, "utf8").split("\n")[0];
	const stopped = () =>
		tunnelwatch(["run", "--json", "-"], {
			env: { DATA_FOLDER: folder },
			input: `${message}\n`.repeat(20),
			keepInputOpen: true,
			interruptAt: /"type":"match"/,
		});
	let ran = await stopped();
	// On a very busy machine the second that a stop may take is over before the summary, and the run says so.
	for (let tries = 1; tries < 50 && ran.stderr.includes("with something still on its way"); tries++) ran = await stopped();
	expect(ran.code).toBe(130);
	expect(ran.stderr).toContain("Stopped by Ctrl-C");
	expect(ran.lines.at(-1)).toMatchObject({ type: "summary", findings: 3 });
});

describe("posts over HTTP", () => {
	test("each device's first sighting arrives once at Teams and once at the webhook; a second run sends nothing", async () => {
		const { teams, webhook, env } = paced;
		const first = await paced.ran;
		const ran = await tunnelwatch(["run", "--json", "--what-if", corpus], { env });
		const devices = new Set(ran.lines.filter((line) => line["type"] === "match").map((line) => line["deviceId"])).size;

		expect([teams.bodies.length, webhook.bodies.length]).toEqual([devices, devices]);
		const second = await tunnelwatch(["run", corpus], { env });
		expect([teams.bodies.length, webhook.bodies.length]).toEqual([devices, devices]);

		const everything = [
			first.stdout,
			first.stderr,
			second.stdout,
			second.stderr,
			...teams.bodies,
			...webhook.bodies,
			...readdirSync(env.DATA_FOLDER).map((name) => readFileSync(join(env.DATA_FOLDER, name), "latin1")),
		].join("\n");
		for (const secret of [...secrets, "canary-signature", "canary-path"]) expect(everything).not.toContain(secret);
	});

	test("with the destination down for a whole run, the notices are owed, and the next run delivers them", async () => {
		const { webhook, env } = down;
		const ran = await down.ran;
		expect(ran.code).toBe(0);
		expect(ran.stdout).toMatch(/\d+ notices? to webhook could not be delivered yet/);
		expect(webhook.bodies).toEqual([]);

		webhook.answer = 200;
		await tunnelwatch(["run", corpus], { env });
		expect(webhook.bodies.length).toBeGreaterThan(0);
		const ids = webhook.bodies.map((body) => (JSON.parse(body) as { data: { id: string } }).data.id);
		expect(new Set(ids).size).toBe(ids.length);
	});
});
