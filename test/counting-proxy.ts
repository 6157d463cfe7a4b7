import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Forwards every request to the emulator, and remembers which there were. */
export async function startCountingProxy(target: string) {
	const calls: string[] = [];
	const server = createServer((incoming, outgoing) => {
		calls.push(`${incoming.method} ${incoming.url?.split("?")[0]}`);
		const forwarded = request(new URL(incoming.url ?? "/", target), { method: incoming.method, headers: incoming.headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		forwarded.on("error", () => outgoing.destroy());
		incoming.pipe(forwarded);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		// The emulator checks signatures over the path, not the host.
		url: `http://127.0.0.1:${port}`,
		/** What was asked since the last time. */
		take: (): readonly string[] => calls.splice(0),
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
