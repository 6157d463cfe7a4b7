import { type BuildResult, build } from "esbuild";

/** All functions as one file, because separate entries would each carry their own copy of the code and of its state. */
export function bundle(outfile: string): Promise<BuildResult<{ metafile: true }>> {
	return build({
		entryPoints: ["functions/index.ts"],
		outfile,
		bundle: true,
		platform: "node",
		target: "node22",
		format: "esm",
		minify: true,
		charset: "utf8",
		// The package has every licence in LICENSES.txt.
		legalComments: "none",
		sourcemap: "linked",
		metafile: true,
		external: ["@azure/functions-core"],
		// The Azure packages contain require calls, which an ES module does not have.
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
	});
}
