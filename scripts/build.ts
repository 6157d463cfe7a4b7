import { statSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

// One file, because separate entries would each carry their own copy of the code and of its state.
const result = await build({
	entryPoints: ["functions/index.ts"],
	outfile: "dist/main.mjs",
	bundle: true,
	platform: "node",
	target: "node22",
	format: "esm",
	minify: true,
	sourcemap: "linked",
	metafile: true,
	external: ["@azure/functions-core"],
	// The Azure packages contain require calls, which an ES module does not have.
	banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
writeFileSync("dist/meta.json", JSON.stringify(result.metafile));
console.log(`dist/main.mjs  ${(statSync("dist/main.mjs").size / 1024).toFixed(0)} KiB`);
