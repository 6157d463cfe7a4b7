import {
	chmodSync,
	closeSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tunnelwatch } from "./tunnelwatch.ts";

let folder: string;
let file: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-approvals-"));
	file = join(folder, "approvals.json");
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const account = "5a3c1f7e9b2d4860a1c4e7f20b9d6835";
const who = ["--owner", "platform", "--reason", "intranet", "--until", "2035-01-01"];

test("add begins a file, check finds it good, list shows it", async () => {
	expect((await tunnelwatch(["approvals", "add", "--file", file, "--account", account, "--any-tunnel", ...who])).code).toBe(0);
	expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
		approvals: [{ account, owner: "platform", reason: "intranet", until: "2035-01-01", tunnels: "any", shared: false }],
	});
	expect(await tunnelwatch(["approvals", "check", "--file", file])).toMatchObject({
		code: 0,
		stdout: `warning  approvals[0] approves any tunnel of its account: list the tunnels where you can\n1 approval in ${file}: good, with 1 to look at.\n`,
	});
	expect((await tunnelwatch(["approvals", "list", "--file", file])).stdout).toContain(
		`strong  until 2035-01-01  5a3c1f7e: ${account} · any tunnel (platform)`,
	);
});

const addOne = ["approvals", "add", "--account", account, "--any-tunnel", ...who, "--file"];

test("add replaces the list as a whole, so that no crash leaves half of it: a reader sees the old list or the new one", async () => {
	const old = '{"approvals":[]}';
	mkdirSync(join(folder, "shared"));
	const shared = join(folder, "shared", "list.json");
	writeFileSync(shared, old);
	chmodSync(shared, 0o640);
	symlinkSync(shared, file);
	const reader = openSync(file, "r");
	try {
		expect((await tunnelwatch([...addOne, file])).code).toBe(0);
		expect(readFileSync(reader, "utf8")).toBe(old);
	} finally {
		closeSync(reader);
	}
	expect(readFileSync(shared, "utf8")).toContain(account);
	expect(lstatSync(file).isSymbolicLink()).toBe(true);
	expect(statSync(shared).mode & 0o777).toBe(0o640);
	expect(readdirSync(join(folder, "shared"))).toEqual(["list.json"]);
});

test.skipIf(process.getuid?.() !== 0)(
	"add still writes a list of which only the file may be changed, not its folder (needs root, to become somebody)",
	async () => {
		writeFileSync(file, '{"approvals":[]}');
		chmodSync(folder, 0o755);
		chmodSync(file, 0o666);
		expect((await tunnelwatch([...addOne, file], { uid: 65_534 })).code).toBe(0);
		expect(readFileSync(file, "utf8")).toContain(account);
		expect(readdirSync(folder)).toEqual(["approvals.json"]);
	},
);

test("add refuses what would be wrong, and leaves the file as it was", async () => {
	const ran = await tunnelwatch(["approvals", "add", "--file", file, "--account", account, ...who]);
	expect(ran.code).toBe(2);
	expect(ran.stderr).toContain('an account needs its tunnels, and tunnels need their account: list the tunnel ids, or write "any"');
	expect(existsSync(file)).toBe(false);
});

test("add without a reason says what is missing, and leaves the file as it was", async () => {
	const ran = await tunnelwatch(["approvals", "add", "--file", file, "--account", account, "--any-tunnel", ...who.toSpliced(2, 2)]);
	expect(ran).toMatchObject({ code: 2, stdout: "", stderr: "error: say why with --reason\nTry `tunnelwatch approvals add --help`.\n" });
	expect(existsSync(file)).toBe(false);
});

test("check warns about what is weak or has ended, and is still content", async () => {
	const base = { owner: "platform", reason: "x" };
	writeFileSync(
		file,
		JSON.stringify({
			approvals: [
				{ ...base, device: "srv-1", until: "2035-01-01" },
				{ ...base, account, tunnels: "any", until: "2020-01-01" },
			],
		}),
	);
	const ran = await tunnelwatch(["approvals", "check", "--file", file]);
	expect(ran.code).toBe(0);
	expect(ran.stdout).toContain("approvals[0] is weak");
	expect(ran.stdout).toContain("approvals[1] ended on 2020-01-01");
});

test("a wrong file, or none: exit 1, with what is wrong", async () => {
	writeFileSync(file, "{");
	expect(await tunnelwatch(["approvals", "check", "--file", file])).toMatchObject({ code: 1, stdout: "" });
	const missing = await tunnelwatch(["approvals", "list", "--file", join(folder, "none.json")]);
	expect(missing.code).toBe(1);
	expect(missing.stderr).toBe(`Cannot read ${join(folder, "none.json")}: there is no such file.\n`);
});

test("a run shows our tunnel as ours: counted, and nobody is told", async () => {
	const env = { DATA_FOLDER: join(folder, "data") };
	const ran = await tunnelwatch(["run", "--json", "--what-if", "samples/", "--approvals", "samples/approvals.json"], { env });
	const device = (line: Readonly<Record<string, unknown>>) => String(line["deviceName"]);
	const ours = ran.lines.find((line) => line["type"] === "match" && device(line).startsWith("srv-app-02"));
	expect(ours).toBeDefined();
	expect(ran.lines.filter((line) => line["type"] === "notice").map((line) => line["deviceId"])).not.toContain(ours?.["deviceId"]);
});
