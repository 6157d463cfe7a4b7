#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that an old one gets a sentence and not a syntax error.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
// The default export exists in every version; what is in it differs.
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const needed = 24;
// `import.meta.dirname` is younger than the oldest Node that gets here.
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** What `npm ci` brings into a clone. */
const own = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

if (Number(process.versions.node.split(".")[0]) >= needed) {
	// Compiling is most of what a short command costs.
	module.enableCompileCache();
	// A clone runs what is in its tree; the npm package holds bundled files instead.
	if (existsSync(join(root, "cli", "main.ts"))) {
		const { freshBundle } = await import("../scripts/clone/fresh-bundle.ts");
		await import((await freshBundle(root)) ?? "../cli/main.ts");
	} else await import("../dist/cli.mjs");
} else if (existsSync(own)) handOver();
else {
	process.stderr.write(
		`Tunnelwatch needs Node.js ${needed} or newer; this is ${process.versions.node}. Install Node ${needed} (https://nodejs.org), or run \`npm ci\` in a clone of the project: it brings its own Node ${needed}.\n`,
	);
	process.exitCode = 1;
}

/** Runs the same command on the clone's own Node, passes signals on and ends as it ends. */
function handOver() {
	const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
	const passOn = (signal) => child.kill(signal);
	const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
	for (const signal of signals) process.on(signal, passOn);
	child.on("error", (error) => {
		process.stderr.write(`Cannot run the project's own Node (${error.code}): run \`npm ci\` again, or install Node ${needed}.\n`);
		process.exitCode = 1;
	});
	child.on("exit", (code, signal) => {
		for (const one of signals) process.off(one, passOn);
		if (signal === null) process.exitCode = code;
		else process.kill(process.pid, signal);
	});
}
