#!/usr/bin/env node
// Plain JavaScript that every Node can read, so that an old one gets a sentence and not a syntax error.

const needed = 24;

if (Number(process.versions.node.split(".")[0]) >= needed) await start();
else await startWithOwnNode();

async function start() {
	// Imported the usual way, node:fs brings streams along, whether or not the command reads any.
	const { createRequire, enableCompileCache } = process.getBuiltinModule("node:module");
	const { existsSync } = process.getBuiltinModule("node:fs");
	const { join } = process.getBuiltinModule("node:path");
	// Compiling is most of what a short command costs.
	enableCompileCache();
	const load = createRequire(import.meta.url);
	// A clone runs what is in its tree; the npm package holds bundled files instead.
	const root = join(import.meta.dirname, "..");
	if (existsSync(join(root, "cli", "main.ts"))) {
		const { freshBundle } = await import("../scripts/clone/fresh-bundle.ts");
		const bundle = await freshBundle(root);
		await (bundle === undefined ? await import("../cli/main.ts") : load(bundle)).done;
	} else await load("../dist/cli.cjs").done;
}

/** With what `npm ci` brings into a clone; the npm package has none. */
async function startWithOwnNode() {
	const { existsSync } = await import("node:fs");
	const { dirname, join } = await import("node:path");
	const { fileURLToPath } = await import("node:url");
	const launcher = fileURLToPath(import.meta.url);
	const name = process.platform === "win32" ? "node.exe" : "node";
	const own = join(dirname(launcher), "..", "node_modules", "node", "bin", name);
	if (existsSync(own)) handOver(own, launcher, (await import("node:child_process")).spawn);
	else {
		process.stderr.write(
			`Tunnelwatch needs Node.js ${needed} or newer; this is ${process.versions.node}. Install Node ${needed} (https://nodejs.org), or run \`npm ci\` in a clone of the project: it brings its own Node ${needed}.\n`,
		);
		process.exitCode = 1;
	}
}

/** Runs the same command on the clone's own Node, passes signals on and ends as it ends. */
function handOver(own, launcher, spawn) {
	const child = spawn(own, [launcher, ...process.argv.slice(2)], { stdio: "inherit" });
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
