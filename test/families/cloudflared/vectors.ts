import { readFileSync } from "node:fs";

/** A labelled file of test/fixtures/identity, as JSON. */
export function fixture(name: string): unknown {
	return JSON.parse(readFileSync(new URL(`../../fixtures/identity/${name}`, import.meta.url), "utf8"));
}
