import { join } from "node:path";
import { freshBundle } from "../scripts/clone/fresh-bundle.ts";

/** The command line of a clone runs from a bundle of its sources, which is made here if there is none yet. */
export async function setup(): Promise<void> {
	await freshBundle(join(import.meta.dirname, ".."));
}
