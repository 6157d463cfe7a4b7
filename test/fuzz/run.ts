import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "../../scripts/bundle.ts";
import { startAzurite } from "../azurite.ts";
import type { Work } from "./child.ts";
import { matching, type Shape } from "./hub-shapes.ts";

export interface FuzzResult {
	readonly shapes: number;
	/** What went wrong, by the name of the shape; empty when nothing did. */
	readonly failures: readonly string[];
	/** The dearest shape, in milliseconds of processor time. */
	readonly worst: { readonly name: string; readonly cpuMs: number };
}

interface Reply {
	readonly ready?: true;
	readonly rejected?: string;
	readonly cpuMs?: number;
}

const heapMegabytes = 400;
const cpuMsPerMegabyte = 2_000;
/** The host ends a process then. */
const hangsAfterMs = 300_000;
/** Runs of the timer until the good message must have been told: on a busy machine one run does not send what a crowd owes. */
const mostRuns = 60;

/** Hands each shape to the built functions, with a good message beside it, in a process with a small heap. */
export async function runHubFuzz(shapes: readonly Shape[], progress: (done: number) => void = () => undefined): Promise<FuzzResult> {
	const folder = mkdtempSync(join(tmpdir(), "tunnelwatch-fuzz-"));
	await bundle(join(folder, "main.mjs"));
	const azurite = await startAzurite();
	const told: string[] = [];
	const sink = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			told.push(Buffer.concat(chunks).toString("utf8"));
			response.writeHead(200).end();
		});
	});
	await new Promise<void>((resolve) => void sink.listen(0, "127.0.0.1", resolve));
	const env = {
		TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
		TABLE_NAME: "fuzz",
		RULES: "all",
		DEVICE_CONTEXT: "true",
		WEBHOOK_URL: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook`,
	};
	const failures: string[] = [];
	let worst = { name: "", cpuMs: 0 };
	let reader = await startReader(join(folder, "main.mjs"), env);
	try {
		for (const [index, { name, body }] of shapes.entries()) {
			const device = `good${String(index).padStart(36, "0")}`;
			const { rejected, cpuMs } = await reader.read(index, [body, Buffer.from(JSON.stringify({ records: [matching(device)] }))]);
			const isTold = () => told.some((post) => post.includes(device));
			// A crowd beside it goes first, and the timer sends the rest.
			for (let runs = 0; runs < mostRuns && rejected === undefined && reader.isAlive() && !isTold(); runs++) {
				if (runs > 0) await sleep(1_000);
				await reader.deliver();
			}
			if (rejected !== undefined) failures.push(`${name}: ${rejected}`);
			else if (!isTold()) failures.push(`${name}: the good message beside it was not told`);
			const most = cpuMsPerMegabyte * Math.max(1, body.byteLength / 1_048_576);
			if (cpuMs > most) failures.push(`${name}: ${Math.round(cpuMs)} ms of processor time for ${body.byteLength} bytes`);
			if (cpuMs > worst.cpuMs) worst = { name, cpuMs };
			told.length = 0;
			if (!reader.isAlive()) reader = await startReader(join(folder, "main.mjs"), env);
			if (index % 50 === 49) progress(index + 1);
		}
	} finally {
		reader.end();
		sink.closeAllConnections();
		sink.close();
		await azurite.close();
		rmSync(folder, { recursive: true, force: true });
	}
	return { shapes: shapes.length, failures, worst };
}

const tick = '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}';
const script = fileURLToPath(new URL("./child.ts", import.meta.url));

async function startReader(bundled: string, env: Readonly<Record<string, string>>) {
	const child: ChildProcess = fork(script, [bundled], {
		env,
		execArgv: [`--max-old-space-size=${heapMegabytes}`],
		serialization: "advanced",
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	const next = () =>
		new Promise<Reply>((resolve) => {
			const settle = (reply: Reply) => {
				clearTimeout(timer);
				child.off("message", settle).off("exit", died);
				resolve(reply);
			};
			const died = (code: number | null, signal: string | null) => settle({ rejected: `the process ended (${signal ?? code})` });
			const timer = setTimeout(() => {
				child.off("exit", died).once("exit", () => settle({ rejected: "no answer" }));
				child.kill("SIGKILL");
			}, hangsAfterMs);
			child.on("message", settle).once("exit", died);
		});
	await next();
	return {
		isAlive: () => child.exitCode === null && child.signalCode === null && child.connected,
		end: () => void child.kill("SIGKILL"),
		async read(index: number, bodies: readonly Buffer[]) {
			const properties = bodies.map((_, place) => ({
				SequenceNumber: 2 * index + place,
				Offset: "0",
				EnqueuedTimeUtc: "2026-11-21T10:00:01Z",
			}));
			const answer = next();
			const metadata = {
				PartitionContext: { json: JSON.stringify({ PartitionId: "0", EventHubName: "defender" }) },
				SystemPropertiesArray: { json: JSON.stringify(properties) },
			};
			child.send({ name: "detect", trigger: { data: { collectionBytes: { bytes: bodies } }, metadata } } satisfies Work);
			const { rejected, cpuMs = 0 } = await answer;
			return { rejected, cpuMs };
		},
		async deliver() {
			const answer = next();
			child.send({ name: "deliver", trigger: { data: { json: tick } } } satisfies Work);
			await answer;
		},
	};
}
