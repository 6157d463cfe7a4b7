import { stat } from "node:fs/promises";
import type { TokenCredential } from "@azure/identity";
import type { ReviewedJson } from "../verdict/reviewed-json.ts";
import { readReviewFile } from "./read-review-file.ts";
import { signIn } from "./sign-in.ts";
import { createStoredFile, type FileText } from "./stored-file.ts";

/** A file that people write and review, as it is now. A wrong file stops nothing: the last good one counts, or none. */
export interface ReviewedFile<T> {
	/** `undefined`: none could be read so far. */
	current(): T | undefined;
	/** Mistakes in the file, each with the name of its setting; empty if there are none. */
	mistakes(): readonly string[];
	/** Reads the file again if it changed, at most once a minute. Never rejects. */
	refresh(now: Date): Promise<void>;
}

export interface ReviewedFileOptions<T> {
	/** The setting that names the file: a path, or the https address of a blob. */
	readonly setting: string;
	readonly wanted: string | undefined;
	/** Used without the setting if it exists, and until a stored file has been read once. */
	readonly standard: string;
	readonly read: (json: string, now: Date) => ReviewedJson<T>;
	/** Says that the file of the package counts as long as the stored one cannot be read. */
	readonly untilStored: (ofPackage: T | undefined) => string;
	readonly resolve?: ((path: string) => string) | undefined;
	readonly stored?: ((address: string) => (known: string) => Promise<FileText>) | undefined;
}

const refreshMs = 60_000;

const storedTimeoutMs = 5_000;

/** Reads nothing before the first `refresh`. */
export function createReviewedFile<T>({
	setting,
	wanted,
	standard,
	read: readText,
	untilStored,
	resolve = (path) => path,
	stored = storedAsIdentity,
}: ReviewedFileOptions<T>): ReviewedFile<T> {
	const isStored = wanted !== undefined && /^https?:\/\//.test(wanted);
	const path = resolve(isStored ? standard : (wanted ?? standard));
	const readNewer = isStored ? stored(wanted) : (known: string) => readIfChanged(path, known);
	let current: T | undefined;
	let everRead = false;
	let mistakes: readonly string[] = [];
	let version = "";
	let checkedAt = Number.NEGATIVE_INFINITY;
	let reading: Promise<void> = Promise.resolve();
	const fromPackage = async (now: Date): Promise<T | undefined> => {
		const text = await readIfChanged(path, "");
		const read = text === "same" || text.json === undefined ? undefined : readText(text.json, now);
		return read?.ok === true ? read.value : undefined;
	};
	const readAgain = async (now: Date): Promise<void> => {
		const text = await readNewer(version);
		if (text === "same") return;
		version = text.version;
		if (text.json === undefined) {
			mistakes = wanted === undefined && text.version === "absent" ? [] : [`${setting}: the file cannot be read (${text.version})`];
		} else {
			const read = readText(text.json, now);
			mistakes = read.ok ? [] : read.mistakes.map((mistake) => `${setting}: ${mistake}`);
			if (read.ok) {
				current = read.value;
				everRead = true;
			}
		}
		if (isStored && !everRead) {
			current = await fromPackage(now);
			mistakes = [...mistakes, `${setting}: ${untilStored(current)}`];
		}
	};
	return {
		current: () => current,
		mistakes: () => mistakes,
		refresh(now) {
			if (now.getTime() - checkedAt >= refreshMs) {
				checkedAt = now.getTime();
				reading = readAgain(now);
			}
			// Whoever comes while it is read waits too: without the file, a batch would be judged and sent as if there were none.
			return reading;
		},
	};
}

function storedAsIdentity(address: string): (known: string) => Promise<FileText> {
	let credential: TokenCredential | undefined;
	const getToken = async (abortSignal: AbortSignal): Promise<string> => {
		// Loaded only where the file lies in storage: it takes longer than most commands.
		credential ??= signIn((await import("@azure/identity")).DefaultAzureCredential);
		const token = await credential.getToken("https://storage.azure.com/.default", { abortSignal });
		if (token === null) throw new Error("The identity gave no token for storage.");
		return token.token;
	};
	return createStoredFile({ address, getToken, timeoutMs: storedTimeoutMs });
}

async function readIfChanged(path: string, known: string): Promise<FileText> {
	try {
		const { mtimeMs, size } = await stat(path);
		const version = `${mtimeMs} ${size}`;
		return version === known ? "same" : { version, json: await readReviewFile(path) };
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
		return { version: error.code === "ENOENT" ? "absent" : String(error.code), json: undefined };
	}
}
