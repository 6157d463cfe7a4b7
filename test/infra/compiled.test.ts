import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBicep } from "../../scripts/infra/bicep.ts";
import { checksums } from "../../scripts/infra/checksums.ts";
import { allTemplates, compiledTemplate, moduleNamed, root, sorted } from "./template.ts";

const read = (path: string) => readFileSync(`${root}${path}`, "utf8");
const hint = "run npm run infra";

test("a compiler of another version does not count, and the sentence says what to do", () => {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-old-"));
	writeFileSync(join(folder, "bicep"), "#!/bin/sh\necho Bicep CLI version 0.30.1\n", { mode: 0o755 });
	const search = findBicep({ PATH: folder, XDG_CACHE_HOME: folder, HOME: folder });
	rmSync(folder, { recursive: true });

	const words = search.ok ? "found" : search.missing;
	expect(words).toMatch(/^Bicep 0\.49\.2 is not installed\..* Run scripts\/infra\/install-bicep\.sh/);
	expect(words).toContain("Found: 0.30.1");
});

test("the compiled template was made from these sources and not edited since", () => {
	expect(read("infra/azuredeploy.sha256"), hint).toBe(checksums(root));
});

test.each(["infra/main.bicep", ...globSync("infra/modules/*.bicep", { cwd: root })])(
	"%s and its compiled form declare the same resources, parameters and descriptions",
	(path) => {
		const source = read(path);
		const name = /modules\/(.+)\.bicep$/.exec(path)?.[1];
		const template = compiledTemplate();
		const inner = name === undefined ? template : moduleNamed(template, moduleKey(name));

		const declared = [...source.matchAll(/^resource \w+ '([^']+)'/gm)].map(([, type = ""]) => type);
		const compiled = Object.entries(inner.resources)
			.filter(([key, { type }]) => !key.includes("::") && type !== "Microsoft.Resources/deployments")
			.map(([, { type, apiVersion }]) => `${type}@${apiVersion}`);
		expect(sorted(compiled)).toEqual(sorted(declared));

		const parameters = [...source.matchAll(/^param (\w+) /gm)].map(([, parameter = ""]) => parameter);
		expect(sorted(Object.keys(inner.parameters ?? {}))).toEqual(sorted(parameters));

		const text = JSON.stringify(inner);
		for (const [, description = ""] of source.matchAll(/@description\('(.+)'\)$/gm))
			expect(text).toContain(JSON.stringify(description).slice(1, -1));
	},
);

test("every query file is in the template, word for word", () => {
	const texts = allTemplates(compiledTemplate()).flatMap(({ variables = {} }) => Object.values(variables));

	const files = globSync("infra/queries/*.kql", { cwd: root });
	expect(files).toHaveLength(9);
	for (const path of files) expect(texts, path).toContain(read(path));
});

test("azd takes the built package and builds nothing in Azure", () => {
	const lines = read("azure.yaml").split("\n");

	expect(lines).toContain("  api:");
	expect(lines).toContain("    dist: dist/package");
	expect(lines).toContain("    remoteBuild: false");
	for (const taken of [
		"$(ls approvals.json routes.json 2>/dev/null)",
		"(Get-ChildItem approvals.json, routes.json -ErrorAction SilentlyContinue -Name)",
	]) {
		expect(lines, "the reviewed files go along").toContain(`          run: npm ci && npm run package -- ${taken}`);
	}
	expect(read(".funcignore").split("\n")).not.toContain("node_modules");
});

/** `function-app` → the module's name in main.bicep. */
function moduleKey(file: string): string {
	const uses = [...read("infra/main.bicep").matchAll(/^module (\w+) 'modules\/(.+)\.bicep'/gm)];
	const [, key] = uses.find((use) => use[2] === file) ?? [];
	if (key === undefined) throw new Error(`${file}.bicep is not used by main.bicep`);
	return key;
}
