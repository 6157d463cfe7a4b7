import * as z from "zod";

const manifestSchema = z.looseObject({ name: z.string(), version: z.string() });

/** Not for somebody who only runs the package: everything is in its one file, and nothing may be installed beside it. */
const forDevelopers = ["dependencies", "devDependencies", "scripts", "allowScripts", "main"];

/** The package.json of the packed command line, from the project's own. */
export function packedManifest(text: string): string {
	const manifest = manifestSchema.parse(JSON.parse(text));
	const kept = Object.fromEntries(Object.entries(manifest).filter(([name]) => !forDevelopers.includes(name)));
	// A clone brings its own Node; the package runs on the one that is there.
	return `${JSON.stringify({ ...kept, engines: { node: ">=24" } }, undefined, "\t")}\n`;
}
