import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundledPackages, licenseList } from "../package/bundled.ts";
import { bundleParts } from "./command-line.ts";

/** Read at run time into the page with cards, so they lie beside the bundle as they are. */
const vendored = ["adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/browser/markdown-it.umd.min.js"];

/** The whole command line in `folder`, with what it reads at run time and the licences of all of it. */
export function bundleCommandLine(folder: string): void {
	const metafile = bundleParts(folder);
	for (const file of vendored) {
		const target = join(folder, "vendor", file);
		mkdirSync(dirname(target), { recursive: true });
		cpSync(join("node_modules", file), target);
	}
	const packages = [...bundledPackages(metafile), ...bundledPackages(metafileOf(vendored))];
	writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), licenseList(packages, "The package contains code of these packages."));
}

/** What is copied counts like what is bundled. */
function metafileOf(files: readonly string[]): Parameters<typeof bundledPackages>[0] {
	const inputs = Object.fromEntries(files.map((file) => [`node_modules/${file}`, { bytesInOutput: 1 }]));
	return { inputs: {}, outputs: { vendor: { bytes: 0, inputs, imports: [], exports: [] } } };
}
