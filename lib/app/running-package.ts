import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { zip } from "./package-zip.ts";

/** The package that runs. Its checksum is that of the zip it came from, so it can be compared with a release. */
export interface RunningPackage {
	readonly version: string;
	readonly sha256: string;
}

const manifestSchema = z.object({ version: z.string(), files: z.array(z.string().regex(/^[A-Za-z0-9][\w.-]*$/)).min(1) });

/**
 * The package in the app's folder. The zip depends on names and contents only, so it can be made again from the files.
 * `undefined` where the folder is no package (a clone), or lacks a file that its manifest names.
 */
export function runningPackage(folder: string): RunningPackage | undefined {
	try {
		const { version, files } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
		const bytes = zip(files.map((path) => ({ path, bytes: readFileSync(join(folder, path)) })));
		return { version, sha256: createHash("sha256").update(bytes).digest("hex") };
	} catch (error) {
		if (error instanceof z.ZodError || error instanceof SyntaxError || (error instanceof Error && "code" in error)) return undefined;
		throw error;
	}
}

/** A sentence when the template asked for another package than the one that runs. */
export function packageWarning(running: RunningPackage | undefined, wanted: string | undefined): readonly string[] {
	if (running === undefined || wanted === undefined || running.sha256 === wanted) return [];
	return [
		`package ${running.sha256.slice(0, 12)}… (version ${running.version}) runs, and the template asked for ${wanted.slice(0, 12)}…: deploy the template again with the packageUrl and packageSha256 of the release you want`,
	];
}
