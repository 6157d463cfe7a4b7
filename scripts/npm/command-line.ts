import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type BuildOptions, buildSync, type Metafile, transformSync } from "esbuild";

const commandLine = {
	entryPoints: { cli: "cli/main.ts" },
	bundle: true,
	splitting: true,
	chunkNames: "cli-[hash]",
	outExtension: { ".js": ".cjs" },
	platform: "node",
	target: "node24",
	format: "esm",
	minifySyntax: true,
	minifyWhitespace: true,
	metafile: true,
	write: false,
} as const satisfies BuildOptions;

/**
 * Bundles the command line into a folder: in parts, so that a command loads only what it needs, and as CommonJS,
 * because loading and linking as many ES modules costs a tenth of a short command. Throws if a source has a fault.
 */
export function bundleParts(outdir: string, options: Pick<BuildOptions, "absWorkingDir" | "define" | "logLevel"> = {}): Metafile {
	const { outputFiles, metafile } = buildSync({ ...commandLine, ...options, outdir });
	for (const { path, text } of outputFiles) {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, asCommonJs(basename(path), text));
	}
	return metafile;
}

/** esbuild cuts only ES modules into parts, so each part is turned afterwards. */
function asCommonJs(name: string, text: string): string {
	const asksForUrl = text.includes("import.meta.url");
	return transformSync(text, {
		sourcefile: name,
		platform: "node",
		target: "node24",
		format: "cjs",
		minifySyntax: true,
		minifyWhitespace: true,
		// Else a part would be loaded as an ES module all the same.
		supported: { "dynamic-import": false },
		define: { "import.meta.dirname": "__dirname", "import.meta.url": "importMetaUrl" },
		...(asksForUrl ? { banner: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' } : {}),
	}).code;
}
