import { spawn } from "node:child_process";
import { tmpdir } from "node:os";

export interface Diagnostic {
	readonly level: string;
	readonly code: string;
	readonly message: string;
}

/** The compiler as a server: its start, which costs far more than a compilation, is paid once. */
export interface BicepServer {
	compile(path: string): Promise<{ readonly contents?: string; readonly diagnostics: readonly Diagnostic[] }>;
	/** `parameters` is the text of the compiled parameters file. */
	compileParams(path: string): Promise<{ readonly parameters?: string; readonly diagnostics: readonly Diagnostic[] }>;
	format(path: string): Promise<{ readonly contents: string }>;
	/** What a deployment would make, as JSON. */
	snapshot(path: string): Promise<{ readonly snapshot: string }>;
	close(): void;
}

const subscription = "00000000-0000-0000-0000-000000000001";

/** @param environment what parameters files read; it cannot change later. */
export function startBicep(path: string, environment: Readonly<Record<string, string>>): BicepServer {
	const child = spawn(path, ["jsonrpc", "--stdio"], { env: { HOME: tmpdir(), ...environment }, stdio: ["pipe", "pipe", "inherit"] });
	const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
	child.once("exit", () => {
		for (const { reject } of waiting.values()) reject(new Error("the compiler ended"));
	});
	let unread = Buffer.alloc(0);
	child.stdout.on("data", (piece: Buffer) => {
		unread = Buffer.concat([unread, piece]);
		for (let message = firstMessage(unread); message !== undefined; message = firstMessage(unread)) {
			unread = unread.subarray(message.end);
			const { id, result, error } = JSON.parse(message.text) as { id: number; result?: unknown; error?: { message: string } };
			if (error === undefined) waiting.get(id)?.resolve(result);
			else waiting.get(id)?.reject(new Error(error.message));
			waiting.delete(id);
		}
	});
	let last = 0;
	const ask = <T>(method: string, parameters: object): Promise<T> =>
		new Promise((resolve, reject) => {
			const id = ++last;
			waiting.set(id, { resolve: (result) => resolve(result as T), reject });
			const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: parameters });
			child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
		});
	return {
		compile: (file) => ask("bicep/compile", { path: file }),
		compileParams: (file) => ask("bicep/compileParams", { path: file, parameterOverrides: {} }),
		format: (file) => ask("bicep/format", { path: file }),
		snapshot: (file) =>
			ask("bicep/getSnapshot", {
				path: file,
				metadata: { tenantId: subscription, subscriptionId: subscription, resourceGroup: "tunnelwatch", location: "westeurope" },
			}),
		close: () => child.kill(),
	};
}

/** JSON-RPC over a stream: a header with the length in bytes, an empty line, the text. */
function firstMessage(unread: Buffer): { readonly text: string; readonly end: number } | undefined {
	const head = unread.indexOf("\r\n\r\n");
	if (head === -1) return undefined;
	const start = head + 4;
	const end = start + Number(/Content-Length: (\d+)/i.exec(unread.subarray(0, head).toString("latin1"))?.[1]);
	return unread.length < end ? undefined : { text: unread.subarray(start, end).toString("utf8"), end };
}
