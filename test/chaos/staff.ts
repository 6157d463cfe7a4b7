import { type ChildProcess, fork } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TriggerData } from "../functions/core.ts";

/** What a child is asked to do; 0 is its own first word. */
export interface Question {
	readonly id: number;
	readonly name: "detect" | "deliver";
	readonly trigger: TriggerData;
}

export type Reply = { readonly id: number; readonly ok: true } | { readonly id: number; readonly ok: false; readonly reason: string };

type Answer = { readonly outcome: "done" | "died" } | { readonly outcome: "failed"; readonly reason: string };

/** One process, from its start to its death. */
export interface Worker {
	readonly id: number;
	readonly isReady: () => boolean;
	readonly call: (name: Question["name"], trigger: TriggerData) => Promise<Answer>;
	readonly kill: () => void;
}

export interface StaffOptions {
	readonly size: number;
	/** The built file. */
	readonly bundle: string;
	readonly manner: "usual" | "hasty" | "mortal";
	/** The environment of a new process, and what is to be done when it is dead. */
	readonly welcome: (workerId: number) => Promise<{ readonly env: Readonly<Record<string, string>>; readonly farewell: () => void }>;
}

export interface Staff {
	/** Those that can be called now. */
	ready(): readonly Worker[];
	/** Calls that are not answered yet. */
	open(): number;
	/** When each process that was killed was killed. */
	readonly killedAt: ReadonlyMap<number, number>;
	/** Everything that the processes wrote. */
	readonly output: readonly string[];
	/** Processes that ended without being killed. */
	readonly accidents: readonly string[];
	close(): void;
}

const script = fileURLToPath(new URL("./child.ts", import.meta.url));

/** Keeps so many processes alive: one that dies is replaced at once. */
export async function createStaff(options: StaffOptions): Promise<Staff> {
	const killedAt = new Map<number, number>();
	const output: string[] = [];
	const accidents: string[] = [];
	const alive = new Map<number, { readonly worker: Worker; readonly child: ChildProcess }>();
	let open = 0;
	let lastId = 0;
	let closed = false;

	const hire = async (): Promise<void> => {
		if (closed) return;
		const id = ++lastId;
		const { env, farewell } = await options.welcome(id);
		const child = fork(script, [options.bundle, options.manner], {
			// Every process loads the same file.
			env: { NODE_COMPILE_CACHE: join(dirname(options.bundle), "compiled"), ...env },
			execArgv: [],
			serialization: "advanced",
			stdio: ["ignore", "pipe", "pipe", "ipc"],
		});
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => output.push(text.toString()));
		const waiting = new Map<number, (answer: Answer) => void>();
		let ready = false;
		let lastQuestion = 0;
		child.on("message", (reply: Reply) => {
			if (reply.id === 0) ready = true;
			waiting.get(reply.id)?.(reply.ok ? { outcome: "done" } : { outcome: "failed", reason: reply.reason });
			waiting.delete(reply.id);
		});
		child.once("exit", (code, signal) => {
			ready = false;
			alive.delete(id);
			farewell();
			if (options.manner === "mortal" && signal === "SIGKILL" && !closed) killedAt.set(id, performance.now());
			if (!closed && !killedAt.has(id)) accidents.push(`process ${id} ended by itself (${signal ?? code})`);
			for (const answer of waiting.values()) answer({ outcome: "died" });
			void hire();
		});
		const worker: Worker = {
			id,
			isReady: () => ready,
			kill() {
				ready = false;
				killedAt.set(id, performance.now());
				child.kill("SIGKILL");
			},
			async call(name, trigger) {
				if (!ready) return { outcome: "died" };
				open += 1;
				try {
					return await new Promise<Answer>((resolve) => {
						const question: Question = { id: ++lastQuestion, name, trigger };
						waiting.set(question.id, resolve);
						// What cannot be handed over any more is answered by the exit.
						child.send(question, () => undefined);
					});
				} finally {
					open -= 1;
				}
			},
		};
		alive.set(id, { worker, child });
	};
	await Promise.all(Array.from({ length: options.size }, hire));
	return {
		ready: () => [...alive.values()].map(({ worker }) => worker).filter((worker) => worker.isReady()),
		open: () => open,
		killedAt,
		output,
		accidents,
		close() {
			closed = true;
			for (const { child } of alive.values()) child.kill("SIGKILL");
		},
	};
}
