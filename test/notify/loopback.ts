import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** A server on a free port of this machine; it is gone when the test ends. */
export async function listen(handler: RequestListener): Promise<string> {
	const server = createServer(handler);
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => {
			server.close(resolve);
		});
	});
	const { port } = server.address() as AddressInfo;
	return `http://127.0.0.1:${port}`;
}

/** A server that is no web server: it gets the bare connection. */
export async function bareServer(connected: (socket: Socket) => void): Promise<string> {
	const sockets = new Set<Socket>();
	const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		connected(socket);
	});
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	onTestFinished(async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise((resolve) => {
			server.close(resolve);
		});
	});
	const { port } = server.address() as AddressInfo;
	return `http://127.0.0.1:${port}`;
}

/** A server that keeps what it got and answers with the next of the given answers; the last one repeats. */
export async function receiver(...answers: readonly ((response: ServerResponse) => void)[]): Promise<{
	readonly base: string;
	readonly received: Received[];
}> {
	const received: Received[] = [];
	const base = await listen((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			const answer = answers[Math.min(received.length, answers.length - 1)];
			received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
			answer?.(response);
		});
	});
	return { base, received };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ""): (response: ServerResponse) => void {
	return (response) => {
		response.writeHead(code, headers).end(body);
	};
}

/**
 * A port on which nothing listens: the near end of a connection. While that stands, the system gives the port to nobody
 * else, such as the server of a test that runs meanwhile.
 */
export async function closedPort(): Promise<string> {
	const server = createSocketServer((socket) => void socket.unref());
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
	await once(near, "connect");
	near.unref();
	server.close();
	return `http://127.0.0.1:${near.localPort}`;
}

/** A port for a program that a test starts. Until that listens, somebody else may get it: ask only where the program cannot choose. */
export async function freePort(): Promise<string> {
	const server = createSocketServer();
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => {
		server.close(resolve);
	});
	return `http://127.0.0.1:${port}`;
}
