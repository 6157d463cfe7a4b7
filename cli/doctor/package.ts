import { readFile } from "node:fs/promises";
import * as z from "zod";
import { isLoopbackHost } from "../../lib/notify/http/url-check.ts";
import type { Result } from "./check.ts";

export interface PackageCheck {
	/** Address of the app's health function. */
	readonly health: string;
	/** Key of the function; empty when it is not set. */
	readonly key: string;
	/** File that `npm run package` or a release wrote: `<sha256>  <name>`; `undefined` = only say what runs. */
	readonly checksumFile: string | undefined;
}

const answerSchema = z.object({ package: z.object({ version: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }) });
const why = "Only the package that was reviewed should read the stream and speak for you.";
const timeoutMs = 15_000;

/** Which package runs, and whether it is the one that was built or released. */
export async function checkPackage({ health, key, checksumFile }: PackageCheck): Promise<Result> {
	const url = URL.parse(health);
	if (url === null || (url.protocol !== "https:" && !isLoopbackHost(url)))
		return failure("The address of health is not one.", "Give --health https://<app>/api/health.");
	const wanted = checksumFile === undefined ? undefined : await readChecksum(checksumFile);
	if (checksumFile !== undefined && wanted === undefined)
		return failure("The file with the checksum cannot be read.", "Give --package the .sha256 that npm run package or the release wrote.");

	const answer = await ask(url, key);
	if (typeof answer === "string") return failure(answer, "Set FUNCTION_KEY to a key of the app, and see docs/deploy.md, step 5.");
	const running = answerSchema.safeParse(answer.body);
	if (!running.success)
		return failure(
			`Health answers ${answer.status} and does not say which package runs.`,
			"Deploy a package of this version or a newer one.",
		);

	const { version, sha256 } = running.data.package;
	const says = `Version ${version} runs, package ${sha256.slice(0, 12)}…`;
	if (wanted === undefined || wanted === sha256)
		return { check: "package", verdict: "ok", says: wanted === undefined ? says : `${says}: the one that was given.` };
	return failure(
		`${says}. The one that was given is ${wanted.slice(0, 12)}…`,
		"Deploy the package again, or compare with the .sha256 of the release that should run.",
	);
}

function failure(says: string, fix: string): Result {
	return { check: "package", verdict: "failure", says, why, fix };
}

async function readChecksum(path: string): Promise<string | undefined> {
	try {
		return /^[0-9a-f]{64}\b/.exec(await readFile(path, "utf8"))?.[0];
	} catch (error) {
		if (error instanceof Error && "code" in error) return undefined;
		throw error;
	}
}

/** Health answers 503 when something is wrong; it says what runs all the same. */
async function ask(url: URL, key: string): Promise<{ readonly status: number; readonly body: unknown } | string> {
	try {
		const response = await fetch(url, {
			headers: { "x-functions-key": key },
			redirect: "error",
			signal: AbortSignal.timeout(timeoutMs),
		});
		if (response.status === 401 || response.status === 403) return `Health refuses the key (${response.status}).`;
		return { status: response.status, body: JSON.parse(await response.text()) as unknown };
	} catch (error) {
		// A message of fetch holds the address; the kind of failure is enough.
		return `Health does not answer (${error instanceof Error ? error.name : "unknown error"}).`;
	}
}
