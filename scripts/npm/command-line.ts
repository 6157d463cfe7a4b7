import type { BuildOptions } from "esbuild";

/** How the command line is bundled: in parts, so that a command loads only what it needs. */
export const commandLine = {
	entryPoints: { cli: "cli/main.ts" },
	bundle: true,
	splitting: true,
	chunkNames: "cli-[hash]",
	outExtension: { ".js": ".mjs" },
	platform: "node",
	target: "node24",
	format: "esm",
	minifySyntax: true,
	minifyWhitespace: true,
	// Several packages contain require calls, which an ES module does not have.
	banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
} as const satisfies BuildOptions;
