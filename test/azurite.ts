import { createRequire } from "node:module";
import { emulatorConnection } from "../lib/store/emulator.ts";

/** The emulator, everything in memory. */
export interface Azurite extends RunningAzurite {
	/** @param endpoint of a proxy in front of it; its own without one. */
	connectionString(endpoint?: string): string;
}

export async function startAzurite(): Promise<Azurite> {
	const running = await start();
	return { ...running, connectionString: (endpoint = running.url) => emulatorConnection(`${endpoint}/devstoreaccount1`) };
}

/** Azurite's table service inside this process, on a free loopback port. */
interface RunningAzurite {
	/** `http://127.0.0.1:<port>` */
	readonly url: string;
	close(): Promise<void>;
}

interface TableServer {
	start(): Promise<void>;
	close(): Promise<void>;
	getHttpServerAddress(): string;
}

interface Constructor<T> {
	new (...positional: readonly unknown[]): T;
}

async function start(): Promise<RunningAzurite> {
	const require = createRequire(import.meta.url);
	const server = new (defaultExport<TableServer>(require("azurite/dist/src/table/TableServer.js")))(
		new (defaultExport<object>(require("azurite/dist/src/table/TableConfiguration.js")))(
			"127.0.0.1", // host
			0, // port
			5, // keep-alive, s
			"", // no file
			false, // debug log
			false, // access log
			undefined,
			undefined,
			false, // loose
			true, // skip the check of the API version: the SDK's is newer than the emulator
			"",
			"",
			"",
			undefined,
			true, // no product-style URLs
			true, // in memory
		),
	);
	await server.start();
	return { url: server.getHttpServerAddress(), close: () => server.close() };
}

// CommonJS without types, hence the careful reading of its modules.
function defaultExport<T>(module: unknown): Constructor<T> {
	if (typeof module !== "object" || module === null || !("default" in module) || typeof module.default !== "function") {
		throw new Error("azurite has another shape than this file knows");
	}
	return module.default as unknown as Constructor<T>;
}
