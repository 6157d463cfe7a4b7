import { type RunningAzurite, startAzurite as start } from "../cli/azurite.ts";
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
