import { createRequire } from "node:module";

/** A fresh table name and how to reach it; the emulator keeps everything in memory and listens on a free port. */
export interface Azurite {
	readonly url: string;
	connectionString(endpoint?: string): string;
	close(): Promise<void>;
}

interface TableServer {
	start(): Promise<void>;
	close(): Promise<void>;
	getHttpServerAddress(): string;
}

interface Constructor<T> {
	new (...parameters: readonly unknown[]): T;
}

// The emulator's public, well-known account; see its documentation.
const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Azurite's table service inside this process. CommonJS without types, hence the careful reading of its modules. */
export async function startAzurite(): Promise<Azurite> {
	const load = createRequire(import.meta.url);
	const server = new (defaultExport<TableServer>(load("azurite/dist/src/table/TableServer.js")))(
		new (defaultExport<object>(load("azurite/dist/src/table/TableConfiguration.js")))(
			"127.0.0.1", // host
			0, // port
			5, // keep-alive, s
			"", // database: none
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
	const url = server.getHttpServerAddress();
	return {
		url,
		connectionString: (endpoint = url) =>
			`DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=${endpoint}/${account};`,
		close: () => server.close(),
	};
}

function defaultExport<T>(module: unknown): Constructor<T> {
	if (typeof module !== "object" || module === null || !("default" in module) || typeof module.default !== "function") {
		throw new Error("azurite has another shape than this helper knows");
	}
	return module.default as unknown as Constructor<T>;
}
