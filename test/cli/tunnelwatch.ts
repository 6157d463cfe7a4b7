import { spawn } from "node:child_process";
import { join } from "node:path";

export const project = join(import.meta.dirname, "..", "..");

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Standard output as the objects of `--json`. */
	readonly lines: readonly Readonly<Record<string, unknown>>[];
}

export interface HowToRun {
	readonly input?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Sends SIGINT when standard error or output first shows this text. */
	readonly interruptAt?: RegExp;
	readonly keepInputOpen?: boolean;
	/** These pipes are closed before anything is written, as by `| head` or `2>&1 | head` that has seen enough. */
	readonly closed?: readonly ("stdout" | "stderr")[];
	/** Runs as this user; only root can. */
	readonly uid?: number | undefined;
}

/** Runs the command line as a person would, in a process of its own, ended after 5 minutes at the latest. */
export async function tunnelwatch(args: readonly string[], how: HowToRun = {}): Promise<Ran> {
	const { TEAMS_WEBHOOK_URL: _t, WEBHOOK_URL: _w, TABLE_ENDPOINT: _e, FORCE_COLOR: _f, ...environment } = process.env;
	const child = spawn(process.execPath, [join(project, "cli", "main.ts"), ...args], {
		cwd: project,
		env: { ...environment, NO_COLOR: "1", ...how.env },
		timeout: 300_000,
		...(how.uid === undefined ? {} : { uid: how.uid }),
	});
	for (const name of how.closed ?? []) child[name].destroy();
	let stdout = "";
	let stderr = "";
	let interrupted = false;
	const watch = () => {
		if (interrupted || how.interruptAt === undefined || !how.interruptAt.test(stdout + stderr)) return;
		interrupted = true;
		child.kill("SIGINT");
	};
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
		watch();
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
		watch();
	});
	child.stdin.on("error", () => undefined);
	if (how.input !== undefined) child.stdin.write(how.input);
	if (how.keepInputOpen !== true) child.stdin.end();
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	});
	const lines = args.includes("--json")
		? stdout
				.split("\n")
				.filter((line) => line !== "")
				.map((line) => JSON.parse(line) as Record<string, unknown>)
		: [];
	return { code, stdout, stderr, lines };
}
