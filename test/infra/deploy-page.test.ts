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
	const alarms = ["hubAlarms", "lineAlarms"].flatMap(
		(list) => at(template.resources["alarms"], `properties.template.variables.${list}`) as { name: string }[],
	);

	expect(alarms).toHaveLength(13);
	for (const { name } of alarms) expect(page).toMatch(new RegExp(`^\\| (\\S+, )?${name}(, \\S+)? \\| `, "m"));
});

test("what the guide types at a prompt names parameters, outputs and secrets that exist", () => {
	for (const [, output = ""] of page.matchAll(/properties\.outputs\.(\w+)\.value/g))
		expect(Object.keys(template.outputs ?? {})).toContain(output);
	for (const [, name = ""] of page.matchAll(/\b(\w+)='?["[{$]/g))
		if (/^[a-z]/.test(name) && name !== "app") expect(["key", "vault", ...Object.keys(template.parameters ?? {})]).toContain(name);
	for (const name of ["teams-webhook-url", "webhook-url", "webhook-secret", "webhook-header"]) expect(page).toContain(`\`${name}\``);
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
