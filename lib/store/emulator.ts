/** The emulator's public, well-known account: the same on every machine, and of no use anywhere else. */
const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** How the SDK reaches a table emulator at `http://127.0.0.1:<port>/devstoreaccount1`. */
export function emulatorConnection(endpoint: string): string {
	return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=${endpoint};`;
}
