import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../bench/random.ts";
import { canaries } from "./story.ts";

/** A message that the receiver has taken. */
export interface Receipt {
	readonly workerId: number;
	readonly noticeId: string;
	/** When the request came, and when it was taken. */
	readonly cameAt: number;
	readonly takenAt: number;
	/** The receiver took it, but never said so. */
	readonly isAnswerLost: boolean;
	readonly body: string;
	readonly headers: string;
}

export interface FaultySink {
	/** Where one process posts to. */
	url(workerId: number): string;
	readonly receipts: readonly Receipt[];
	/** Every request, taken or not. */
	requests(): number;
	/** From now on everything is taken and answered. */
	heal(): void;
	close(): void;
}

const shares = {
	ok: 74,
	"500": 5,
	"503": 2,
	"503, one second": 2,
	"429, one second": 4,
	"reset unread": 4,
	"taken, then reset": 6,
	"taken, then silence": 1.5,
	silence: 1.5,
} as const;

/** A receiver that misbehaves. `taken` is told who has just delivered something. */
export async function startFaultySink(random: Random, taken: (workerId: number) => void): Promise<FaultySink> {
	const receipts: Receipt[] = [];
	const silent = new Set<IncomingMessage>();
	let requests = 0;
	let healthy = false;

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const cameAt = performance.now();
		requests += 1;
		const fate = healthy ? "ok" : random.weighted(shares);
		if (fate === "reset unread") {
			request.socket.resetAndDestroy();
			return;
		}
		const body = await readAll(request);
		const [, path, worker] = (request.url ?? "").split("/");
		if (body === undefined || path !== canaries.webhookPath) return;
		const take = (isAnswerLost: boolean) => {
			const workerId = Number(worker);
			const noticeId = String(request.headers["webhook-id"]);
			const headers = JSON.stringify(request.headers);
			receipts.push({ workerId, noticeId, cameAt, takenAt: performance.now(), isAnswerLost, body, headers });
			taken(workerId);
		};
		switch (fate) {
			case "ok":
				take(false);
				response.writeHead(200).end();
				break;
			case "500":
				response.writeHead(500).end("a problem");
				break;
			case "503":
				response.writeHead(503).end();
				break;
			case "503, one second":
				response.writeHead(503, { "retry-after": "1" }).end();
				break;
			case "429, one second":
				response.writeHead(429, { "retry-after": "1" }).end();
				break;
			case "taken, then reset":
				take(true);
				request.socket.resetAndDestroy();
				break;
			case "taken, then silence":
				take(true);
				silent.add(request);
				break;
			case "silence":
				silent.add(request);
				break;
		}
	};
	const server = createServer((request, response) => {
		void handle(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: (workerId) => `http://127.0.0.1:${port}/${canaries.webhookPath}/${workerId}`,
		receipts,
		requests: () => requests,
		heal() {
			healthy = true;
			for (const request of silent) request.socket.resetAndDestroy();
		},
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** `undefined`: the sender died on the way. */
export async function readAll(stream: IncomingMessage): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of stream) chunks.push(chunk as Buffer);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ECONNRESET") return undefined;
		throw error;
	}
	return Buffer.concat(chunks).toString();
}
