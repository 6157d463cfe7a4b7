import type { Mode } from "./sighting.ts";

/** How a command line starts a tool. Raw text: redact before showing. */
export interface Invocation {
	readonly mode: Mode;
	/** Started by another command: `cmd /c "…"`, `sc create … binPath= "…"`. */
	readonly nested: boolean;
	/** Addresses and kinds of access that the tunnel lets in, as written. */
	readonly exposes: readonly string[];
	/** Public name, or for a client the far one; empty when none is given. */
	readonly hostname: string;
	/** The text that holds the token, where the command line gives one; of several the one that counts. */
	readonly token: string;
	readonly tokenFile: string;
	/** The flags given that tell a responder something, by name. */
	readonly flags: readonly string[];
	/** Id of the tunnel, where the command names it; a UUID in lower case. */
	readonly tunnelId: string;
}
