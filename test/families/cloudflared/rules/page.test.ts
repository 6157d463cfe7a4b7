import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rulesPage } from "../../../../lib/detect/rules-page.ts";
import { allRules } from "../../../../lib/families/all-rules.ts";

const page = readFileSync("docs/rules.md", "utf8");

test("docs/rules.md is what `npm run docs` writes", () => {
	expect(page).toBe(rulesPage(allRules));
});

test("the page credits the authors of published rules and gives the Sigma id", () => {
	expect(page).toContain("By SecurityAura, <https://github.com/SecurityAura/DE-TH-Aura>");
	expect(page).toContain(
		"By Nasreddine Bencherchali (Nextron Systems), Sigma rule fadb84f0-4e84-4f6d-a1ce-9ef2bffb6ccd, <https://github.com/SigmaHQ/sigma>",
	);
});

test("every rule has its section with query, steps and examples", () => {
	for (const rule of allRules) {
		const section = page.split(`\n## ${rule.id}\n`)[1]?.split("\n## ")[0];
		for (const part of ["```kusto\n", "What to do:", "May also be:", "Fires on:", "Stays silent on:"]) expect(section).toContain(part);
	}
});
