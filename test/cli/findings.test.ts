import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-findings-"));
	// A receiver that will never take anything: nobody listens there.
	env = { DATA_FOLDER: join(folder, "data"), WEBHOOK_URL: "http://127.0.0.1:9/hook" };
	await tunnelwatch(["run", "--json", "samples/", "--approvals", "samples/approvals.json"], { env: { DATA_FOLDER: join(folder, "data") } });
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("findings lists what was found, the severest first, with whose tunnel it is", async () => {
	const ran = await tunnelwatch(["findings", "--json"], { env });
	expect(ran.code).toBe(0);
	expect(ran.lines.map((line) => line["severity"]).slice(0, 3)).toEqual(["high", "high", "high"]);
	expect(ran.lines.find((line) => String(line["deviceName"]).startsWith("srv-app-02"))).toMatchObject({
		severity: "info",
		verdict: "ours",
		wanted: 0,
		notices: {},
	});
	expect(ran.lines.find((line) => String(line["deviceName"]).startsWith("fin-lt-0142"))).toMatchObject({
		verdict: "not-ours",
		notices: { console: { state: "done", sent: 1 } },
	});
});

test("findings --dead and retry say so when nothing was given up", async () => {
	expect((await tunnelwatch(["findings", "--dead"], { env })).stdout).toBe("0 findings with notices that were given up.\n");
	expect((await tunnelwatch(["findings", "retry"], { env })).stdout).toContain("0 notices are owed again");
});

test("card writes a page that holds the renderer and the cards, and nothing secret", async () => {
	const out = join(folder, "cards.html");
	const ran = await tunnelwatch(["card", "all", "--out", out], { env });
	expect(ran).toMatchObject({ code: 0, stdout: `6 cards: file://${out}\n` });
	const page = readFileSync(out, "utf8");
	expect(page).toContain("Unapproved Cloudflare tunnel on fin-lt-0142");
	expect(page).not.toContain(Buffer.from("SYNTHETIC-EXAMPLE-THEIRS").toString("base64").slice(0, 30));
});

test("card sample needs no table; an unknown finding is told: exit 1", async () => {
	const out = join(folder, "sample.html");
	expect((await tunnelwatch(["card", "--out", out], { env })).stdout).toContain("6 cards");
	expect((await tunnelwatch(["card", "cf-000000000000"], { env })).code).toBe(1);
});
