import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../cli/run-command.ts";

export const project = join(import.meta.dirname, "..", "..");

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Standard output as the objects of `--json`. */
	readonly lines: readonly Readonly<Record<string, unknown>>[];
}

export interface HowToRun {
	readonly input?: string | Uint8Array;
	readonly env?: Readonly<Record<string, string>>;
	/** Sends the signal when standard error or output first shows this text, or when this has happened. */
	readonly interruptAt?: RegExp | Promise<unknown>;
	/** SIGINT unless given. */
	readonly signal?: NodeJS.Signals;
	readonly keepInputOpen?: boolean;
	/** These pipes are closed before anything is written, as by `| head` or `2>&1 | head` that has seen enough. */
	readonly closed?: readonly ("stdout" | "stderr")[];
	/** For commands that run at the same time. */
	readonly ownProcess?: true;
	/** The command believes that it writes to a terminal of this width. */
	readonly columns?: number;
	/** Runs as this user; only root can. */
	readonly uid?: number | undefined;
}

/** What a test needs a process for; without any of it a command runs in this one, which spares its start. */
const needsProcess = ["input", "interruptAt", "keepInputOpen", "closed", "uid", "ownProcess"] as const;

/** Runs the command line as a person would. */
export async function tunnelwatch(args: readonly string[], how: HowToRun = {}): Promise<Ran> {
	const { TEAMS_WEBHOOK_URL: _t, WEBHOOK_URL: _w, TABLE_ENDPOINT: _e, FORCE_COLOR: _f, ...inherited } = process.env;
	const environment = { ...inherited, NO_COLOR: "1", ...how.env };
	const ran = needsProcess.some((need) => how[need] !== undefined)
		? await inProcessOfItsOwn(args, how, environment)
		: await inThisProcess(args, environment, how.columns);
	const lines = args.includes("--json")
		? ran.stdout
				.split("\n")
				.filter((line) => line !== "")
				.map((line) => JSON.parse(line) as Record<string, unknown>)
		: [];
	return { ...ran, lines };
}

type Output = Omit<Ran, "lines">;

/** Of the command that runs in this process. */
let running: readonly string[] | undefined;

async function inThisProcess(args: readonly string[], environment: NodeJS.ProcessEnv, columns: number | undefined): Promise<Output> {
	if (running !== undefined) throw new Error(`"${running.join(" ")}" is still running: give one of the two a process of its own`);
	running = args;
	const { env, exitCode } = process;
	const written = { stdout: "", stderr: "" };
	const restore = (["stdout", "stderr"] as const).map((name) => {
		const { write } = process[name];
		process[name].write = (text: string | Uint8Array) => {
			written[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
			return true;
		};
		const terminal = { isTTY: columns !== undefined, columns };
		const own = Object.fromEntries(Object.keys(terminal).map((key) => [key, Object.getOwnPropertyDescriptor(process[name], key)]));
		for (const [key, value] of Object.entries(terminal)) Object.defineProperty(process[name], key, { value, configurable: true });
		return () => {
			process[name].write = write;
			for (const [key, descriptor] of Object.entries(own)) {
				Reflect.deleteProperty(process[name], key);
				if (descriptor !== undefined) Object.defineProperty(process[name], key, descriptor);
			}
		};
	});
	process.env = environment;
	process.exitCode = undefined;
	try {
		await runCommand(args);
		return { ...written, code: Number(process.exitCode ?? 0) };
	} finally {
		for (const undo of restore) undo();
		process.env = env;
		process.exitCode = exitCode;
		running = undefined;
	}
}

/** Ended after 5 minutes at the latest. */
async function inProcessOfItsOwn(args: readonly string[], how: HowToRun, env: NodeJS.ProcessEnv): Promise<Output> {
	const child = spawn(process.execPath, [join(project, "bin", "tunnelwatch.mjs"), ...args], {
		cwd: project,
		env,
		timeout: 300_000,
		...(how.uid === undefined ? {} : { uid: how.uid }),
	});
	for (const name of how.closed ?? []) child[name].destroy();
	let stdout = "";
	let stderr = "";
	let interrupted = false;
	const { interruptAt, signal = "SIGINT" } = how;
	const interrupt = () => {
		if (!interrupted) child.kill(signal);
		interrupted = true;
	};
	const watch = () => {
		if (interruptAt instanceof RegExp && interruptAt.test(stdout + stderr)) interrupt();
	};
	if (interruptAt instanceof Promise) void interruptAt.then(interrupt);
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
		// As shells count what a signal ended.
		child.on("close", (own, signal) => resolve(signal === null ? own : 128 + constants.signals[signal]));
	});
	return { code, stdout, stderr };
}
