import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createProgram } from "../cli/run-command.ts";
import { huntingCsv } from "./cli/input/hunting-csv.ts";
import { project, tunnelwatch } from "./cli/tunnelwatch.ts";

const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...readdirSync(join(project, "docs")).map((name) => `docs/${name}`)].filter(
	(name) => name.endsWith(".md"),
);

/** Every line of a shell block, with its page. */
const shellLines = pages.flatMap((page) =>
	[...readFileSync(join(project, page), "utf8").matchAll(/^ {0,4}```(?:sh|bash|shell|console)\n([\s\S]*?)^ {0,4}```/gm)].flatMap(
		([, block = ""]) =>
			block
				.replaceAll("\\\n", " ")
				.split("\n")
				.map((line) => ({ page, line: line.trim() })),
	),
);
const npmLines = shellLines.flatMap(({ page, line }) =>
	[...line.matchAll(/\bnpm (?:run )?([a-z-]+)/g)].map(([, name = ""]) => ({ page, name })),
);
/** Commands within a sentence, but for those with a gap to fill. */
const quoted = pages.flatMap((page) =>
	[...readFileSync(join(project, page), "utf8").matchAll(/`(npx tunnelwatch [^`<…]+)`/g)].flatMap(([, line = ""]) =>
		/ [A-Z]{2}/.test(line) ? [] : [{ page, line }],
	),
);
const commands = [...shellLines, ...quoted].flatMap(({ page, line }) => {
	const [, words] = /^(?:npx )?tunnelwatch (.+)$/.exec(line) ?? [];
	return words === undefined ? [] : [{ page, args: shellWords(words) }];
});

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-docs-"));
	mkdirSync(join(folder, "export"));
	writeFileSync(join(folder, "hunting.csv"), huntingCsv());
	const messages = readFileSync(join(project, "samples", "event-hub.ndjson"));
	for (const name of ["export.ndjson", "export/part-1.ndjson", "record.json"]) writeFileSync(join(folder, name), messages);
	for (const name of ["app.env", "operator.env"]) writeFileSync(join(folder, name), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("every npm command in the docs is one of npm's own or a script of the project", () => {
	const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
		readonly scripts: Readonly<Record<string, string>>;
	};
	const own = ["ci", "test", "start", "pack", "install", "exec", "run"];
	expect(npmLines.length).toBeGreaterThan(5);
	expect(npmLines.filter(({ name }) => !own.includes(name) && scripts[name] === undefined)).toEqual([]);
});

test("every tunnelwatch command in the docs is understood, options and all", async () => {
	expect(commands.length).toBeGreaterThan(10);
	const refused: string[] = [];
	for (const { page, args } of commands) {
		const program = createProgram();
		const output: string[] = [];
		withoutActions(program, output);
		await program.parseAsync(args.map(inFolder), { from: "user" }).catch((error: unknown) => {
			// To show help is an ending, too.
			if (!(error instanceof CommanderError) || error.exitCode !== 0) refused.push(`${page}: ${args.join(" ")}: ${output.join("")}`);
		});
	}

	expect(refused).toEqual([]);
});

test("every command's help has an example, which is understood", async () => {
	const refused: string[] = [];
	for (const leaf of leavesOf(createProgram()).filter(({ options, registeredArguments: args }) => options.length + args.length > 0)) {
		const examples = examplesOf(leaf);
		if (examples.length === 0) refused.push(`${leaf.name()}: no example`);
		for (const args of examples) {
			const program = createProgram();
			const output: string[] = [];
			withoutActions(program, output);
			await program.parseAsync(args.map(inFolder), { from: "user" }).catch(() => refused.push(`${args.join(" ")}: ${output.join("")}`));
		}
	}

	expect(refused).toEqual([]);
});

/** Parsed above, and not run here. */
const notRun: readonly (readonly [command: RegExp, why: string])[] = [
	[/^doctor\b|^drill\b|^audit\b|^run --event-hub\b/, "needs an Event Hub, a storage account or a deployed app"],
	[/^card .*--open\b/, "opens a browser"],
];

/** Said where there is nothing to do: no notice of it failed, and it is not silenced. */
const endsWithOne = /^findings (?:retry|unsilence) cf-/;

test("every tunnelwatch command in the docs and in the help runs, but for those that need Azure or a browser", async () => {
	const desk = mkdtempSync(join(tmpdir(), "tunnelwatch-desk-"));
	onTestFinished(() => rmSync(desk, { recursive: true }));
	const [fresh, data] = [join(desk, "fresh"), join(desk, "data")];
	const finding = await aDesk(fresh);
	const home = process.cwd();
	onTestFinished(() => process.chdir(home));
	const left = new Map<string, string[]>();
	const failed: string[] = [];
	const every = [...commands.map(({ args }) => args), ...leavesOf(createProgram()).flatMap(examplesOf)];
	const different = new Map(every.map((args) => [args.join(" "), args]));
	for (const [line, args] of different) {
		const [, why] = notRun.find(([command]) => command.test(line.replace(/^--env \S+ /, ""))) ?? [];
		if (why !== undefined) {
			left.set(why, [...(left.get(why) ?? []), line]);
			continue;
		}
		// Each begins with the same findings and files.
		rmSync(data, { recursive: true, force: true });
		cpSync(fresh, data, { recursive: true });
		process.chdir(data);
		const own = args.map((word) => word.replace(/^cf-[0-9a-f]{12}$/, finding).replace(/^5d8a44ef…$/, "5d8a44ef".repeat(8)));
		const how = own.includes("-") ? { input: readFileSync("export.ndjson") } : {};
		const { code, stderr } = await tunnelwatch(own, { ...how, env: { DATA_FOLDER: data } });
		if (code !== (endsWithOne.test(own.join(" ")) ? 1 : 0)) failed.push(`${own.join(" ")}: ${code} ${stderr}`);
	}
	for (const [why, lines] of left) process.stdout.write(`Only parsed, because it ${why}: ${lines.join(" · ")}\n`);

	expect(failed).toEqual([]);
	expect(different.size - [...left.values()].flat().length).toBeGreaterThan(30);
});

test("from a hunting export to a tuned approvals file by the README's three commands, in its order, and one for what only a person knows", async () => {
	const start = commands.findIndex(({ page, args }) => page === "README.md" && args.includes("hunting.csv"));
	const three = commands.slice(start, start + 3).map(({ args }) => args.map(inFolder));
	const [look, propose, backtest] = [await run(three[0]), await run(three[1]), await run(three[2])];

	expect(look.stdout).toContain("Nothing was recorded and nothing was sent.");
	// The samples are one evening of intruders: nothing in them speaks for a tunnel.
	expect(propose.stdout).toContain("Nothing to propose");
	expect(propose.stderr).toContain("approvals add --help");
	expect(backtest.stdout).toContain("6 notices would have gone out");
	expect(readFileSync(inFolder("report.html"), "utf8")).toMatch(/^<!doctype html>/i);
	const tunnel = ["--account", "5a3c1f7e9b2d4860a1c4e7f20b9d6835", "--tunnel", "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046"];
	const why = ["--name", "dev", "--owner", "dev team", "--reason", "known", "--until", "2027-06-30"];
	await run(["approvals", "add", "--file", inFolder("approvals.json"), ...tunnel, ...why]);
	expect((await run(three[2])).stdout).toContain("5 notices would have gone out");
	expect(await run(three[1])).toMatchObject({ stderr: expect.stringContaining("Left ") });
});

/** Files by the names that the docs use, and the findings of the samples. Returns the id of one that could be approved. */
async function aDesk(fresh: string): Promise<string> {
	mkdirSync(join(fresh, "export"), { recursive: true });
	const samples = join(project, "samples");
	cpSync(samples, join(fresh, "samples"), { recursive: true });
	cpSync(join(samples, "approvals.json"), join(fresh, "approvals.json"));
	writeFileSync(join(fresh, "hunting.csv"), huntingCsv());
	for (const name of ["export.ndjson", "export/part-1.ndjson", "record.json"]) cpSync(join(samples, "event-hub.ndjson"), join(fresh, name));
	writeFileSync(join(fresh, "routes.json"), JSON.stringify([{ name: "Severe", when: { severity: ">=high" }, to: ["teams"] }]));
	await tunnelwatch(["run", samples], { env: { DATA_FOLDER: fresh } });
	const { lines } = await tunnelwatch(["findings", "--json", "--device", "fin-lt-0142"], { env: { DATA_FOLDER: fresh } });
	return String(lines[0]?.["finding"]);
}

/** The words of each example in its help, with its pipe and its remark left out. */
function examplesOf(leaf: Command): readonly (readonly string[])[] {
	let help = "";
	leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
	return [...help.matchAll(/^ {2}(?:.*\| )?tunnelwatch (.+)$/gm)].map(([, words = ""]) => shellWords(words.replace(/ {2,}.*$/, "")));
}

async function run(args: readonly string[] | undefined) {
	const ran = await tunnelwatch(args ?? [], { env: { DATA_FOLDER: join(folder, "data") } });
	expect(ran, (args ?? []).join(" ")).toMatchObject({ code: 0 });
	return ran;
}

/** A file of the docs as one of the test's folder; samples are the project's. */
function inFolder(word: string): string {
	if (word.startsWith("samples/")) return join(project, word);
	return /^(?:hunting\.csv|export(?:\.ndjson|\/)?|record\.json|(?:app|operator)\.env|approvals\.json|report\.html)$/.test(word)
		? join(folder, word)
		: word;
}

/** The words of a line up to a comment, a pipe or a redirection; a variable stays as it is written. */
function shellWords(line: string): readonly string[] {
	const words: string[] = [];
	for (const [word] of line.matchAll(/"[^"]*"|'[^']*'|\S+/g)) {
		if (/^(?:#|\||&&|;|>|2>)/.test(word)) break;
		words.push(word.replace(/^["'](.*)["']$/s, "$1"));
	}
	return words;
}

function leavesOf(command: Command): readonly Command[] {
	return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** Every command checks its words and does nothing. */
function withoutActions(command: Command, output: string[]): void {
	command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: (text) => output.push(text) });
	if (command.commands.length === 0) command.action(() => undefined);
	for (const one of command.commands) withoutActions(one, output);
}
