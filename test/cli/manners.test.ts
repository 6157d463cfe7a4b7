import { spawnSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nearest } from "../../cli/did-you-mean.ts";
import { fileWith } from "./input/read-file.ts";
import { tunnelwatch } from "./tunnelwatch.ts";

describe("a slip is answered with what was meant", () => {
	test.each([
		["TEAMS_WEBHOK_URL", "TEAMS_WEBHOOK_URL"],
		["rulse", "RULES"],
		["PATH", undefined],
	])("%s → %s", (written, meant) => {
		expect(nearest(written, ["TEAMS_WEBHOOK_URL", "RULES", "QUIET_HOURS"])).toBe(meant);
	});

	test("subcommands, rules and settings", async () => {
		expect((await tunnelwatch(["rnu"])).stderr).toContain("Did you mean run?");
		for (const [words, says] of [
			[["findings", "silense", "cf-1"], "error: unknown command 'silense'\n(Did you mean silence?)\nTry `tunnelwatch findings --help`.\n"],
			[["rules", "nothing"], "error: unknown command 'nothing'\nTry `tunnelwatch rules --help`.\n"],
			[["run", "--whatif"], "error: unknown option '--whatif'\n(Did you mean --what-if?)\nTry `tunnelwatch run --help`.\n"],
		] as const) {
			expect(await tunnelwatch(words)).toMatchObject({ code: 2, stdout: "", stderr: says });
		}
		for (const [words, says] of [
			[["help", "quarantin"], /^error: unknown command 'quarantin'\n\(Did you mean quarantine\?\)\n\nUsage: tunnelwatch \[/],
			[["findings", "help", "silense"], /^error: unknown command 'silense'\n\(Did you mean silence\?\)\n\nUsage: tunnelwatch findings \[/],
			[["help", "help"], /^Usage: tunnelwatch \[/],
		] as const) {
			expect(await tunnelwatch(words)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
		}
		const rule = await tunnelwatch(["rules", "explain", "cloudflared-usge", "--record", "-"]);
		expect(rule.code).toBe(1);
		expect(rule.stderr).toContain("Did you mean cloudflared-usage?");
		const settings = await tunnelwatch(["--env", fileWith("RULE=all\nPATH_TO=x\n"), "version"]);
		expect(settings.stderr).toContain("RULE is no setting. Did you mean RULES?");
		expect(settings.stderr).not.toContain("PATH_TO");
	});

	test("a settings file that cannot be read: exit 2", async () => {
		expect((await tunnelwatch(["--env", "nowhere.env", "version"])).code).toBe(2);
		// Sparse: it takes no room, and nobody may read it whole.
		const endless = fileWith("RULES=all\n");
		truncateSync(endless, 3_000_000_000);
		expect((await tunnelwatch(["--env", endless, "version"])).code).toBe(2);
	});
});

test("every command shows an example in its help", async () => {
	for (const command of [["run"], ["backtest"], ["findings", "list"], ["approvals", "propose"], ["completion"]]) {
		expect((await tunnelwatch([...command, "--help"])).stdout).toContain("Examples:");
	}
});

test("the help says what the exit codes mean", async () => {
	expect((await tunnelwatch(["--help"])).stdout).toContain("Exit code: 0 done");
});

test("version, --version and help quarantine", async () => {
	const [word, flag] = [await tunnelwatch(["version"]), await tunnelwatch(["--version"])];
	expect(word.stdout).toBe(flag.stdout);
	expect((await tunnelwatch(["help", "quarantine"])).stdout).toContain("not-json");
});

test.each([
	[["run", "--what-if", "--json", "samples/"], ["stdout"]],
	[
		["run", "--what-if", "samples/"],
		["stdout", "stderr"],
	],
	[["rules", "list"], ["stdout"]],
	[["rnu"], ["stderr"]],
] as const)("%j ends quietly when %j is closed early", async (args, closed) => {
	const ran = await tunnelwatch(args, { closed });
	expect(ran.code).toBe(args[0] === "rnu" ? 2 : 0);
	expect(ran.stdout + ran.stderr).not.toMatch(/EPIPE|node:/);
});

test.each(["bash", "zsh", "fish", "powershell"])(
	"completion for %s knows the commands, their options and the values of these",
	async (shell) => {
		const { stdout } = await tunnelwatch(["completion", shell]);
		for (const word of ["backtest", "what-if", "propose", "info low medium high critical", "bash zsh fish powershell"])
			expect(stdout).toContain(word);
	},
);

test("completion in bash: what fits at each place, and files where nothing else does", async () => {
	const { stdout } = await tunnelwatch(["completion", "bash"]);
	const typed = [
		["", "run backtest card findings rules approvals routes drill audit doctor version completion"],
		["--env app.env do", "doctor"],
		["findings --severity ", "info low medium high critical"],
		["findings list --severity h", "high"],
		["findings --severity high --s", "--severity --silenced --sort"],
		["run file.csv --w", "--what-if"],
		["run ", ""],
		["backtest --html ", ""],
		["completion ", "bash zsh fish powershell"],
		["approvals propose x.csv --o", "--out --owner"],
	] as const;
	const asked = typed.map(
		([words]) =>
			`COMP_WORDS=(tunnelwatch ${words}${/(^| )$/.test(words) ? "''" : ""}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _tunnelwatch; echo "\${COMPREPLY[*]}"`,
	);
	const bash = spawnSync("bash", ["--norc", "-s"], { input: `${stdout}\n${asked.join("\n")}\n`, encoding: "utf8" });
	expect(bash.stderr).toBe("");
	expect(bash.stdout.split("\n").slice(0, -1)).toEqual(typed.map(([, offered]) => offered));
});
