#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that an old one gets a sentence and not a syntax error.
import { existsSync } from "node:fs";
// The default export exists in every version; what is in it differs.
import module from "node:module";

const needed = 24;

if (Number(process.versions.node.split(".")[0]) < needed) {
	process.stderr.write(
		`Tunnelwatch needs Node.js ${needed} or newer; this is ${process.versions.node}. Install Node ${needed} (https://nodejs.org), or run \`npm ci\` in a clone of the project: it brings its own Node ${needed} for npx and npm run.\n`,
	);
	process.exitCode = 1;
} else {
	// Compiling is most of what a short command costs.
	module.enableCompileCache();
	// A clone runs its sources; the npm package holds one bundled file instead.
	const source = new URL("../cli/main.ts", import.meta.url);
	await import(existsSync(source) ? source.href : "../dist/cli.mjs");
}
