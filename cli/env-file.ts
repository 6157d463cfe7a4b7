import { parseEnv } from "node:util";
import { readReviewFile } from "../lib/app/read-review-file.ts";
import { localSettings, platformSettings, settingNames } from "../lib/app/settings.ts";
import { mostReviewed } from "../lib/verdict/reviewed-json.ts";
import { nearest } from "./did-you-mean.ts";

/**
 * Reads `NAME=value` lines into the environment, which wins where both say something. Answers a sentence for each name
 * that looks like a slip. Rejects for a file that cannot be read, or is larger than any list of settings.
 */
export async function loadEnvFile(file: string): Promise<readonly string[]> {
	const text = await readReviewFile(file);
	if (text.length > mostReviewed) throw new Error("The file is larger than 1 MB");
	const values = parseEnv(text);
	for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
	const known: readonly string[] = [...settingNames, ...Object.keys(localSettings), ...Object.keys(platformSettings)];
	return Object.keys(values).flatMap((name) => {
		const meant = known.includes(name) ? undefined : nearest(name, known);
		return meant === undefined ? [] : [`${name} is no setting. Did you mean ${meant}?`];
	});
}
