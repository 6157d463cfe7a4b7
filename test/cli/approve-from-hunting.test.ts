import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tunnelwatch } from "./tunnelwatch.ts";

const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hunting = join(folder, "hunting.csv");
const approvals = join(folder, "approvals.json");
const own = { a: "5a3c1f7e9b2d4860a1c4e7f20b9d6835", t: "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046" };
const foreign = { a: "c0ffee1f7e9b2d4860a1c4e7f20b9d68", t: "7d1e4c1a-52d8-4f3b-9a61-7c2e8d5f1099" };

/** 30 days: two servers with a tunnel of our own, and one laptop with somebody's for one day. */
function write(): void {
	const token = (pair: typeof own) => Buffer.from(JSON.stringify({ ...pair, s: "U1lOVEhFVElD" })).toString("base64");
	const program = "C:\\Program Files (x86)\\cloudflared\\cloudflared.exe";
	const row = (day: number, device: string, path: string, pair: typeof own) => {
		const at = new Date(Date.UTC(2026, 9, 25 + day, 8)).toISOString();
		return [
			at,
			device.padEnd(40, "0"),
			device,
			"ProcessCreated",
			"cloudflared.exe",
			path,
			`"""${path}"" tunnel run --token ${token(pair)}"`,
			day,
		];
	};
	const rows = [
		["Timestamp", "DeviceId", "DeviceName", "ActionType", "FileName", "FolderPath", "ProcessCommandLine", "ReportId"],
		...Array.from({ length: 30 }, (_, day) => row(day, day % 2 === 0 ? "srv-web-01" : "srv-web-02", program, own)),
		row(22, "wks-hr-07", "C:\\Users\\tina\\Downloads\\cloudflared.exe", foreign),
	];
	writeFileSync(hunting, `\uFEFF${rows.map((cells) => `${cells.join(",")}\r\n`).join("")}`);
}

test("three commands lead from a hunting export to a run in which only the foreign tunnel alerts", async () => {
	write();
	const look = await tunnelwatch(["run", "--what-if", hunting]);
	expect(look).toMatchObject({ code: 0, stdout: expect.stringContaining("3 notices would go to console") });
	expect(look.stdout).toContain("npx tunnelwatch approvals propose");

	const proposed = await tunnelwatch(["approvals", "propose", hunting, "--out", approvals]);
	expect(proposed.code).toBe(0);
	expect(proposed.stderr).toContain(`Next: npx tunnelwatch run --what-if ${hunting} --approvals ${approvals}`);

	const again = await tunnelwatch(["run", "--what-if", hunting, "--approvals", approvals]);
	expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("1 notice would go to console") });
	expect(again.stdout).toMatch(/HIGH +Not approved +wks-hr-07/);
	expect(again.stdout).toContain(`npx tunnelwatch run ${hunting} --approvals ${approvals}`);
});

test("proposals are added to what the file already approves", async () => {
	write();
	const known = { name: "By hand", account: "b".repeat(32), tunnels: "any", owner: "Kim", reason: "ours", until: "2027-02-28" };
	writeFileSync(approvals, JSON.stringify({ approvals: [known] }));
	const { code } = await tunnelwatch(["approvals", "propose", hunting, "--out", approvals]);
	expect(code).toBe(0);
	const written = JSON.parse(readFileSync(approvals, "utf8")) as { readonly approvals: readonly unknown[] };
	expect(written.approvals).toMatchObject([known, { account: own.a, tunnels: [own.t] }]);
});
