import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { buttonAddress } from "../../scripts/release/button.ts";
import { at, compiledTemplate, root } from "./template.ts";

const base = "https://example.com/releases/download";
const version = String(at(JSON.parse(readFileSync(`${root}package.json`, "utf8")), "version"));
const inGit = existsSync(`${root}.git`);

/** Whoever owns the folder that is cloned: a checkout is often another user's than the one who tests. */
const anyOwner = join(mkdtempSync(join(tmpdir(), "tunnelwatch-git-")), "config");
writeFileSync(anyOwner, "[safe]\n\tdirectory = *\n");
afterAll(() => rmSync(dirname(anyOwner), { recursive: true, force: true }));

/** A clone of what is committed, tagged with its version, somewhere else on the disk. */
function clone(tag = `v${version}`): string {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-release-"));
	const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
	const env = { ...process.env, GIT_CONFIG_GLOBAL: anyOwner };
	execFileSync("git", ["clone", "--quiet", "--no-tags", root, folder], { stdio: "pipe", env });
	git("-c", "user.name=test", "-c", "user.email=test@example.com", "tag", tag);
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	writeFileSync(join(folder, ".git/info/exclude"), "node_modules\n");
	return folder;
}

function release(folder: string): string {
	return execFileSync(process.execPath, ["scripts/release.ts", base], { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

function leftOut(context: TestContext): void {
	if (!inGit) context.skip("this folder is no git repository");
}

describe("npm run release, on two clones of the same tag", () => {
	let one = "";
	let other = "";
	const read = (folder: string, file: string) => readFileSync(join(folder, "dist/release", file));

	beforeAll(() => {
		if (!inGit) return;
		[one, other] = [clone(), clone()];
		release(one);
		release(other);
		return () => {
			for (const folder of [one, other]) rmSync(folder, { recursive: true, force: true });
		};
	});

	test("the package that the button fetches is, byte for byte, what anyone builds from that tag", (context) => {
		leftOut(context);
		const template: unknown = JSON.parse(read(one, "azuredeploy.json").toString());
		const zip = read(other, `tunnelwatch-${version}.zip`);

		expect(at(template, "parameters.packageUrl.defaultValue")).toBe(`${base}/v${version}/tunnelwatch-${version}.zip`);
		expect(at(template, "parameters.packageSha256.defaultValue")).toBe(createHash("sha256").update(zip).digest("hex"));
		expect(read(one, `tunnelwatch-${version}.zip`).equals(zip)).toBe(true);
	});

	test("every file is the same, and the list of checksums is right", (context) => {
		leftOut(context);
		const files = readdirSync(join(one, "dist/release")).sort();

		expect(files).toEqual([
			"SHA256SUMS",
			"azuredeploy.json",
			"createUiDefinition.json",
			`tunnelwatch-${version}.cdx.json`,
			`tunnelwatch-${version}.provenance.json`,
			`tunnelwatch-${version}.zip`,
			`tunnelwatch-${version}.zip.sha256`,
		]);
		for (const file of files) expect(read(one, file).equals(read(other, file)), file).toBe(true);
		for (const line of read(one, "SHA256SUMS").toString().trim().split("\n")) {
			const [sum = "", file = ""] = line.split("  ");
			expect(createHash("sha256").update(read(one, file)).digest("hex"), file).toBe(sum);
		}
	});

	test("the template differs from the committed one in two defaults only", (context) => {
		leftOut(context);
		const released = JSON.parse(read(one, "azuredeploy.json").toString()) as ReturnType<typeof compiledTemplate>;
		for (const name of ["packageUrl", "packageSha256"]) {
			const parameter = released.parameters?.[name];
			if (parameter !== undefined) parameter.defaultValue = "";
		}

		expect(released).toEqual(compiledTemplate());
	});

	test("the note says from which commit and lock file the package was made", (context) => {
		leftOut(context);
		const note: unknown = JSON.parse(read(one, `tunnelwatch-${version}.provenance.json`).toString());
		const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: one, encoding: "utf8" }).trim();

		expect(note).toMatchObject({
			_type: "https://in-toto.io/Statement/v1",
			subject: [{ name: `tunnelwatch-${version}.zip` }],
			predicate: { buildDefinition: { resolvedDependencies: [{ digest: { gitCommit: commit } }, { uri: "package-lock.json" }] } },
		});
		expect(at(note, "subject.0.digest.sha256")).toBe(
			createHash("sha256")
				.update(read(one, `tunnelwatch-${version}.zip`))
				.digest("hex"),
		);
	});
});

test("a tree that is not the tag's is refused, before anything is built", (context) => {
	leftOut(context);
	const folder = clone("v0.0.0-other");
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

	expect(() => release(folder)).toThrow(`This commit has no tag v${version}`);
	writeFileSync(join(folder, "README.md"), "changed");
	expect(() => release(folder)).toThrow("Files were changed since the last commit");
	expect(existsSync(join(folder, "dist"))).toBe(false);
});

test("the button opens the form of the release, in the portal of its cloud", () => {
	expect(buttonAddress("https://example.com/v1", "https://portal.azure.us")).toBe(
		"https://portal.azure.us/#create/Microsoft.Template/uri/https%3A%2F%2Fexample.com%2Fv1%2Fazuredeploy.json/createUIDefinitionUri/https%3A%2F%2Fexample.com%2Fv1%2FcreateUiDefinition.json",
	);
});
