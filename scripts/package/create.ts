import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { zip } from "../../lib/app/package-zip.ts";
import { addressOf } from "../../lib/notify/index.ts";
import { readRoutes } from "../../lib/notify/routes/read-routes.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { bundle } from "../bundle.ts";
import { bundledPackages, licenseList } from "./bundled.ts";
import { billOfMaterials } from "./sbom.ts";

const manifestSchema = z.object({ name: z.string(), version: z.string(), dependencies: z.record(z.string(), z.string()) });

/** The name under which the app looks for approvals when no setting names another. */
const approvalsName = "approvals.json";

/**
 * Is it a list of approvals? A broken one is refused here, because the app would run without any.
 * @throws with every mistake named.
 */
function isApprovals(path: string, bytes: Buffer): boolean {
	const text = bytes.toString("utf8");
	if (!/approvals/i.test(basename(path)) && !/^\s*\{\s*"(approvals|\$schema)"/.test(text)) return false;
	const read = readApprovals(text, new Date());
	if (!read.ok)
		throw new Error(`${path} is no list of approvals that the app could read:\n${read.mistakes.map((one) => `  ${one}`).join("\n")}`);
	return true;
}

/** The name under which the app looks for routes when no setting names another. */
const routesName = "routes.json";

/**
 * Is it a list of routes? Which destinations are set is not known here, so only the form of their names is looked at.
 * @throws with every mistake named.
 */
function isRoutes(path: string, bytes: Buffer): boolean {
	const text = bytes.toString("utf8");
	if (!/routes/i.test(basename(path)) && !/^\uFEFF?\s*\[\s*\{[^}]*"(to|when)"/.test(text)) return false;
	const read = readRoutes(text, { destinations: undefined, fallback: undefined, settingFor: addressOf });
	if (!read.ok)
		throw new Error(`${path} is no list of routes that the app could read:\n${read.mistakes.map((one) => `  ${one}`).join("\n")}`);
	return true;
}

/**
 * Makes what Azure takes, in `folder`: `package/` (the files), the same as a zip with its checksum, and apart from them
 * the source map and the bill of materials. `extras` are more files for the package, such as a list of approvals.
 * Returns the path of the zip.
 */
export async function createPackage(folder: string, extras: readonly string[]): Promise<string> {
	const { name, version, dependencies } = manifestSchema.parse(JSON.parse(readFileSync("package.json", "utf8")));
	const staged = join(folder, "package");
	rmSync(staged, { recursive: true, force: true });
	mkdirSync(staged, { recursive: true });

	const { metafile } = await bundle(join(staged, "main.mjs"));
	const product = join(folder, `${name}-${version}`);
	renameSync(join(staged, "main.mjs.map"), `${product}.map`);
	const packages = bundledPackages(metafile);

	const files: Record<string, string | Buffer> = {
		"host.json": readFileSync("host.json"),
		"LICENSES.txt": licenseList(packages),
	};
	for (const path of extras) {
		const bytes = readFileSync(path);
		const file = isApprovals(path, bytes) ? approvalsName : isRoutes(path, bytes) ? routesName : basename(path);
		if (file in files || file === "package.json" || file === "main.mjs") throw new Error(`${path}: the package has its own ${file}`);
		files[file] = bytes;
	}
	// No dependencies: everything is in main.mjs, and nothing may be installed in Azure. The list of files lets the running app
	// make its own checksum, whatever else the platform puts beside it.
	const names = [...Object.keys(files), "main.mjs", "package.json"].sort();
	files["package.json"] = `${JSON.stringify({ name, version, type: "module", main: "main.mjs", files: names }, undefined, "\t")}\n`;
	for (const [path, content] of Object.entries(files)) writeFileSync(join(staged, path), content);

	const bytes = zip(names.map((path) => ({ path, bytes: readFileSync(join(staged, path)) })));
	writeFileSync(`${product}.zip`, bytes);
	writeFileSync(`${product}.zip.sha256`, `${createHash("sha256").update(bytes).digest("hex")}  ${name}-${version}.zip\n`);
	const direct = Object.keys(dependencies).map((dependency) => `node_modules/${dependency}`);
	writeFileSync(`${product}.cdx.json`, billOfMaterials({ name, version }, direct, packages));
	return `${product}.zip`;
}
