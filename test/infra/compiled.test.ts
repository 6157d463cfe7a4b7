import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { compile, compileParameters, findBicep, format } from "../../scripts/infra/bicep.ts";
import { checksums } from "../../scripts/infra/checksums.ts";
import { allTemplates, compiledTemplate, moduleNamed, root, sorted } from "./template.ts";

const read = (path: string) => readFileSync(`${root}${path}`, "utf8");
const hint = "run npm run infra";
const bicep = findBicep();

/** Without the compiler the test is left out, and says so. */
function compiler(context: TestContext): string {
	if (!bicep.ok) context.skip(bicep.missing);
	return bicep.ok ? bicep.path : "";
}

test("the committed template is what the compiler makes of the sources, byte for byte, and its strict linter has nothing to say", (context) => {
	const { template, complaints } = compile(compiler(context), `${root}infra/main.bicep`);

	expect(complaints).toEqual([]);
	expect(template === read("infra/azuredeploy.json"), hint).toBe(true);
});

test("the linter is strict: a key, an address of one cloud, an old version or an unused name is an error", (context) => {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-lint-"));
	cpSync(`${root}infra/bicepconfig.json`, join(folder, "bicepconfig.json"));
	const path = join(folder, "bad.bicep");
	writeFileSync(
		path,
		[
			"param unused string = ''",
			"param open object = {}",
			"resource account 'Microsoft.Storage/storageAccounts@2021-04-01' = {",
			"  name: 'a.blob.core.windows.net'",
			"  location: 'westeurope'",
			"  kind: 'StorageV2'",
			"  sku: { name: 'Standard_LRS' }",
			"  tags: open",
			"}",
			"output key string = account.listKeys().keys[0].value",
			"",
		].join("\n"),
	);
	const found = compile(compiler(context), path).complaints.map((line) => /Error ([\w-]+):/.exec(line)?.[1]);
	rmSync(folder, { recursive: true });

	expect(found).toEqual(
		expect.arrayContaining([
			"no-unused-params",
			"use-user-defined-types",
			"use-recent-api-versions",
			"no-hardcoded-env-urls",
			"no-hardcoded-location",
			"outputs-should-not-contain-secrets",
		]),
	);
});

test("sources are written as the compiler's formatter writes them", (context) => {
	const path = compiler(context);
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-format-"));
	cpSync(`${root}infra`, folder, { recursive: true });
	format(path, folder);
	const differing = globSync("**/*.{bicep,bicepparam}", { cwd: folder }).filter(
		(file) => readFileSync(join(folder, file), "utf8") !== read(`infra/${file}`),
	);
	rmSync(folder, { recursive: true });

	expect(differing).toEqual([]);
});

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

test("the parameters file knows every parameter, reads it from a variable of its own, and has the template's defaults", (context) => {
	const path = compiler(context);
	const given = parametersFile(path, {});
	const expected = Object.fromEntries(
		Object.entries(compiledTemplate().parameters ?? {})
			// These two are computed where the deployment runs.
			.filter(([name]) => name !== "location" && name !== "budgetStart")
			.map(([name, { defaultValue }]) => [name, defaultValue]),
	);

	expect(given).toEqual(expected);
	const lines = read("infra/main.bicepparam").match(/^param .+$/gm) ?? [];
	for (const line of lines) {
		const [, name = "", variable] = /^param (\w+) = .*readEnvironmentVariable\('(\w+)'/.exec(line) ?? [];
		expect(variable).toBe(`TUNNELWATCH_${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()}`);
	}
});

test("the parameters file takes numbers, switches, lists and settings", (context) => {
	const given = parametersFile(compiler(context), {
		TUNNELWATCH_PRESET: "frugal",
		TUNNELWATCH_PARTITION_COUNT: "8",
		TUNNELWATCH_PRIVATE_NETWORK: "true",
		TUNNELWATCH_ACTION_GROUP_IDS: '["/subscriptions/s/actionGroups/soc"]',
		TUNNELWATCH_SETTINGS: '{"RULES":"all"}',
		TUNNELWATCH_INSTANCE_MEMORY_MB: "2048",
	});

	expect(given).toMatchObject({
		preset: "frugal",
		partitionCount: 8,
		privateNetwork: true,
		actionGroupIds: ["/subscriptions/s/actionGroups/soc"],
		settings: { RULES: "all" },
		instanceMemoryMB: 2048,
	});
});

function parametersFile(path: string, environment: Readonly<Record<string, string>>): Record<string, unknown> {
	const { template: text, complaints } = compileParameters(path, `${root}infra/main.bicepparam`, { HOME: tmpdir(), ...environment });
	expect(complaints).toEqual([]);
	const { parameters } = JSON.parse((JSON.parse(text) as { parametersJson: string }).parametersJson) as {
		parameters: Record<string, { value: unknown }>;
	};
	return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}

test("azd takes the built package and builds nothing in Azure", () => {
	const lines = read("azure.yaml").split("\n");

	expect(lines).toContain("  api:");
	expect(lines).toContain("    dist: dist/package");
	expect(lines).toContain("    remoteBuild: false");
	expect(read(".funcignore").split("\n")).not.toContain("node_modules");
});

/** `function-app` → the module's name in main.bicep. */
function moduleKey(file: string): string {
	const uses = [...read("infra/main.bicep").matchAll(/^module (\w+) 'modules\/(.+)\.bicep'/gm)];
	const [, key] = uses.find((use) => use[2] === file) ?? [];
	if (key === undefined) throw new Error(`${file}.bicep is not used by main.bicep`);
	return key;
}
