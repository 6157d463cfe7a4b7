import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tables } from "../../lib/defender/tables.ts";
import { deployPage } from "../../scripts/infra/deploy-page.ts";
import { at, compiledTemplate, root } from "./template.ts";

const page = readFileSync(`${root}docs/deploy.md`, "utf8");
const template = compiledTemplate();

test("the guide has the queries and parameters of the template: run node scripts/infra.ts", () => {
	expect(deployPage(root)).toBe(page);
	expect(page.match(/```kusto/g)).toHaveLength(4);
	expect(page).toContain("| `preset` | `fast` | ");
});

test("the guide describes the presets as they are", () => {
	const preset = (name: string) => (key: string) => String(at(template.variables, `presets.${name}.${key}`));
	const [fast, frugal] = [preset("fast"), preset("frugal")];

	expect(page).toContain(`| instances | ${fast("alwaysReadyInstances")} always ready, more when needed | none when idle |`);
	expect(frugal("alwaysReadyInstances")).toBe("0");
	expect(page).toContain(`| memory of an instance | ${fast("instanceMemoryMB")} MB | ${frugal("instanceMemoryMB")} MB |`);
	expect(page).toContain(
		`| messages in a batch | ${fast("minEventBatchSize")} to ${fast("maxEventBatchSize")} | ${frugal("minEventBatchSize")}, or what came within 30 seconds |`,
	);
	expect([frugal("minEventBatchSize"), frugal("maxWaitTime")]).toEqual([frugal("maxEventBatchSize"), "00:00:30"]);
});

test("the guide asks for every table that a rule may read", () => {
	const eventTypes = /^ {3}\| Event types \| .+$/m.exec(page)?.[0];

	for (const table of Object.keys(tables)) expect(eventTypes).toContain(table);
});

test("every alarm is in the guide", () => {
	const alarms = [...JSON.stringify(at(template.resources["alarms"], "properties.template.variables")).matchAll(/"name":"([a-z-]+)"/g)].map(
		([, name = ""]) => ({ name }),
	);
	const growing = /createObject\('name', '([a-z-]+)'/.exec(
		String(at(template.resources["alarms"], "properties.template.variables.growthAlarms")),
	)?.[1];

	expect(alarms).toHaveLength(4);
	alarms.push({ name: String(growing) });
	for (const { name } of alarms) expect(page).toMatch(new RegExp(`^\\| (\\S+, )?${name}(, \\S+)? \\| `, "m"));
});

test("what the guide types at a prompt names outputs, parameters and secrets that exist", () => {
	for (const [, output = ""] of page.matchAll(/properties\.outputs\.(\w+)\.value/g))
		expect(Object.keys(template.outputs ?? {})).toContain(output);
	const variables = readFileSync(`${root}infra/main.bicepparam`, "utf8");
	for (const [name] of page.matchAll(/TUNNELWATCH_[A-Z_0-9]+/g)) expect(variables).toContain(`'${name}'`);
	for (const name of ["teams-webhook-url", "webhook-url", "webhook-secret", "webhook-header"]) expect(page).toContain(`\`${name}\``);
	const table = page.slice(page.indexOf("## 12."), page.indexOf("**A hub you already have.**"));
	for (const [, name = ""] of table.matchAll(/`([a-z]+[A-Z]\w+)(?:=\w+)?`/g))
		expect(Object.keys(template.parameters ?? {})).toContain(name);
});

/** Names that commands use without a line before, on the same path, that sets them. */
function undefinedNames(guide: string): string[] {
	const ways = ["### azd: one command", "### The portal's button", "### Azure CLI", "### GitHub Actions"];
	const common = guide.slice(guide.indexOf("## 5."));
	return ways.flatMap((way) => {
		const start = guide.indexOf(way);
		const path = guide.slice(start, guide.slice(start + 5).search(/\n##/) + start + 5) + common;
		const known = new Set(["HOME", "PATH"]);
		return [...path.matchAll(/```(?:sh|yaml)\n([\s\S]+?)```/g)].flatMap(([, block = ""]) =>
			block.split("\n").flatMap((line) => {
				const used = [...line.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
				const missing = used.filter((name) => !known.has(name) && !new RegExp(`\\b(for|read -rs) ${name}\\b`).test(line));
				for (const [, name = ""] of line.matchAll(/\b(?:for |read -rs |export )?([A-Za-z_]\w*)(?==|: | in |$)/g)) known.add(name);
				return missing.map((name) => `${way}: ${name}`);
			}),
		);
	});
}

test("each way to deploy, and all that follows, uses only names that it has set before", () => {
	expect(undefinedNames(page)).toEqual([]);
	expect(undefinedNames(page.replace(/^vault=.+$/m, "").replaceAll("$vault", "$VAULT_NAME"))).toContain("### azd: one command: VAULT_NAME");
	expect(undefinedNames(page.replace(/^group=.+$/gm, ""))).toContain("### Azure CLI: group");
});

test("approvals and a dry run come before the export, and the drill after it", () => {
	const places = ["run --what-if", "### Azure CLI", "Streaming API > Add", "drill\n```"].map((text) => page.indexOf(text));

	expect(places).toEqual([...places].sort((one, other) => one - other));
	expect(places[0]).toBeGreaterThan(0);
});

test("actions are to be pinned by commit, and no invented commit is printed", () => {
	const uses = [...page.matchAll(/uses: (\S+)@(\S+)/g)];

	expect(uses).toHaveLength(7);
	for (const [, , pin] of uses) expect(pin).toBe("COMMIT");
});

test("in the workflow no job that installs packages can sign in to Azure", () => {
	const workflow = /```yaml\n([\s\S]+?)```/.exec(page)?.[1] ?? "";
	const jobs = workflow.split(/^ {2}(?=\w+:\n {4}(?:needs|runs-on))/m).slice(1);

	expect(jobs.map((job) => job.slice(0, job.indexOf(":")))).toEqual(["build", "preview", "deploy"]);
	for (const job of jobs) expect(job.includes("npm ci") && /id-token|secrets\./.test(job)).toBe(false);
});
