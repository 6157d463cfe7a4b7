import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { localSettings, platformSettings, settingNames } from "../lib/app/settings.ts";
import { nearest } from "./did-you-mean.ts";

/**
 * Reads `NAME=value` lines into the environment, which wins where both say something. Answers a sentence for each name
 * that looks like a slip. Rejects with the system's error for a file that cannot be read.
 */
export function loadEnvFile(file: string): readonly string[] {
	const values = parseEnv(readFileSync(file, "utf8"));
	for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
	const known: readonly string[] = [...settingNames, ...Object.keys(localSettings), ...Object.keys(platformSettings)];
	return Object.keys(values).flatMap((name) => {
		const meant = known.includes(name) ? undefined : nearest(name, known);
		return meant === undefined ? [] : [`${name} is no setting. Did you mean ${meant}?`];
	});
}
