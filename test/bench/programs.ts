import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.ts";

export interface Cost {
	/** User and system time of the whole process, in seconds. */
	readonly cpuSeconds: number;
	readonly megabytes: number;
}

const reportAtExit =
	"process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('\\ncost ' + (user + system) / 1e6 + ' ' + process.resourceUsage().maxRSS / 1e3); })";

/** What a run of Node costs from its start to its end: the median of some runs. */
export function costOf(args: readonly string[], runs = 3): Cost {
	const costs = Array.from({ length: runs }, () => {
		const { stderr, status } = spawnSync(
			process.execPath,
			["--import", `data:text/javascript,${encodeURIComponent(reportAtExit)}`, ...args],
			{
				encoding: "utf8",
				maxBuffer: 1e9,
			},
		);
		const [, cpuSeconds, megabytes] = /\ncost ([\d.]+) ([\d.]+)$/.exec(stderr) ?? [];
		if (status !== 0 || cpuSeconds === undefined) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr.slice(0, 500)}`);
		return { cpuSeconds: Number(cpuSeconds), megabytes: Number(megabytes) };
	});
	return { cpuSeconds: median(costs.map((one) => one.cpuSeconds)), megabytes: median(costs.map((one) => one.megabytes)) };
}

/** The cheapest plain way to parse a file of lines: pieces of 4 MB, cut at line feeds, `JSON.parse` of each. */
export const parseEveryLine = `
const { openSync, readSync } = require("node:fs");
const file = openSync(process.argv[1]);
const piece = Buffer.alloc(4 * 1024 * 1024);
let rest = Buffer.alloc(0);
for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
	const bytes = Buffer.concat([rest, piece.subarray(0, read)]);
	let from = 0;
	for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
		JSON.parse(bytes.toString("utf8", from, end));
		from = end + 1;
	}
	rest = Buffer.from(bytes.subarray(from));
}`;

/** Writes the messages line by line, again and again, until the file has so many bytes; it is gone behind `work`. */
export function withLargeFile<T>(messages: readonly Buffer[], bytes: number, work: (path: string) => T): T {
	const folder = mkdtempSync(join(tmpdir(), "bench-"));
	const path = join(folder, "export.ndjson");
	try {
		const file = openSync(path, "w");
		for (let written = 0; written < bytes; ) for (const message of messages) written += writeSync(file, message) + writeSync(file, "\n");
		closeSync(file);
		return work(path);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
