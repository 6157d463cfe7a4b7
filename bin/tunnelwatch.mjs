#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that an old one gets a sentence and not a syntax error.
import { existsSync } from "node:fs";
// The default export exists in every version; what is in it differs.
import module from "node:module";
import { join } from "node:path";

const needed = 24;

if (Number(process.versions.node.split(".")[0]) < needed) {
	process.stderr.write(
		`Tunnelwatch needs Node.js ${needed} or newer; this is ${process.versions.node}. Install Node ${needed} (https://nodejs.org), or run \`npm ci\` in a clone of the project: it brings its own Node ${needed} for npx and npm run.\n`,
	);
	process.exitCode = 1;
} else {
	// Compiling is most of what a short command costs.
	module.enableCompileCache();
	// A clone runs what is in its tree; the npm package holds bundled files instead.
	const root = join(import.meta.dirname, "..");
	if (existsSync(join(root, "cli", "main.ts"))) {
		const { freshBundle } = await import("../scripts/clone/fresh-bundle.ts");
		await import((await freshBundle(root)) ?? "../cli/main.ts");
	} else await import("../dist/cli.mjs");
}
