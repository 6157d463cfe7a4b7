import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { problemCodes } from "../../lib/outbox/problem-code.ts";

const page = readFileSync("docs/alarms.md", "utf8");
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

test("every code has its paragraph in docs/alarms.md, under the name that health and the alarms link to", () => {
	for (const code of problemCodes) expect(headings).toContain(code);
});

test("so has every alarm of the template", () => {
	const { resources } = JSON.parse(readFileSync("infra/azuredeploy.json", "utf8")) as { resources: unknown };
	const names = [...JSON.stringify(resources).matchAll(/"(?:hubAlarms|lineAlarms|growthAlarms)":(\[.*?\}\])/g)].flatMap(([, list = ""]) =>
		[...list.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name),
	);
	expect(names).toContain("problem");
	for (const name of names) expect(headings).toContain(name);
});

test("every paragraph about a fault says when it is done", () => {
	const paragraphs = page.split(/^## /m).slice(1);
	for (const code of problemCodes) expect(paragraphs.find((one) => one.startsWith(`${code}\n`))).toMatch(/\*\*Close\*\*|\*\*close\*\*/);
});
