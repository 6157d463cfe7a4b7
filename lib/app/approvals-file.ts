import { readFile, stat } from "node:fs/promises";
import type { TokenCredential } from "@azure/identity";
import { type Approval, approvalWarnings, readApprovals } from "../verdict/approvals.ts";
import { signIn } from "./sign-in.ts";
import { createStoredFile, type FileText } from "./stored-file.ts";

/** The approvals as they are now. A wrong file stops nothing: the last good one counts, or none, and it is said loudly. */
export interface ApprovalsFile {
	current(): readonly Approval[];
	/** Mistakes in the file; empty if there are none. */
	mistakes(): readonly string[];
	/** Entries that need attention by now; a file that did not change can have new ones. */
	warnings(now: Date): readonly string[];
	/** Reads the file again if it changed, at most once a minute. Never rejects. */
	refresh(now: Date): Promise<void>;
}

const refreshMs = 60_000;

const storedTimeoutMs = 5_000;

/**
 * @param wanted the path from a setting, or the https address of a blob; without one, `approvals.json` is used if it
 * exists. Until a stored list has been read once, the package's `approvals.json` is used, and that is reported.
 */
export function createApprovalsFile(
	wanted: string | undefined,
	resolve: (path: string) => string = (path) => path,
	stored: (address: string) => (known: string) => Promise<FileText> = storedAsIdentity,
): ApprovalsFile {
	const isStored = wanted !== undefined && /^https?:\/\//.test(wanted);
	const path = resolve(isStored ? "approvals.json" : (wanted ?? "approvals.json"));
	const readNewer = isStored ? stored(wanted) : (known: string) => readIfChanged(path, known);
	let approvals: readonly Approval[] = [];
	let everRead = false;
	let mistakes: readonly string[] = [];
	let version = "";
	let checkedAt = Number.NEGATIVE_INFINITY;
	return {
		current: () => approvals,
		mistakes: () => mistakes,
		warnings: (now) => approvalWarnings(approvals, now).map((warning) => `APPROVALS_FILE: ${warning}`),
		async refresh(now) {
			if (now.getTime() - checkedAt < refreshMs) return;
			checkedAt = now.getTime();
			const text = await readNewer(version);
			if (text === "same") return;
			version = text.version;
			if (text.json === undefined) {
				mistakes = wanted === undefined && text.version === "absent" ? [] : [`APPROVALS_FILE: the file cannot be read (${text.version})`];
			} else {
				const read = readApprovals(text.json, now);
				mistakes = read.ok ? [] : read.mistakes.map((mistake) => `APPROVALS_FILE: ${mistake}`);
				if (read.ok) {
					approvals = read.approvals;
					everRead = true;
				}
			}
			if (isStored && !everRead) {
				approvals = await fromPackage(path, now);
				mistakes = [
					...mistakes,
					`APPROVALS_FILE: until the stored list can be read, the package's own counts (${approvals.length} approvals)`,
				];
			}
		},
	};
}

function storedAsIdentity(address: string): (known: string) => Promise<FileText> {
	let credential: TokenCredential | undefined;
	const getToken = async (abortSignal: AbortSignal): Promise<string> => {
		// Loaded only where the list lies in storage: it takes longer than most commands.
		credential ??= signIn((await import("@azure/identity")).DefaultAzureCredential);
		const token = await credential.getToken("https://storage.azure.com/.default", { abortSignal });
		if (token === null) throw new Error("The identity gave no token for storage.");
		return token.token;
	};
	return createStoredFile({ address, getToken, timeoutMs: storedTimeoutMs });
}

async function fromPackage(path: string, now: Date): Promise<readonly Approval[]> {
	const text = await readIfChanged(path, "");
	const read = text === "same" || text.json === undefined ? undefined : readApprovals(text.json, now);
	return read?.ok === true ? read.approvals : [];
}

async function readIfChanged(path: string, known: string): Promise<FileText> {
	try {
		const { mtimeMs, size } = await stat(path);
		const version = `${mtimeMs} ${size}`;
		return version === known ? "same" : { version, json: await readFile(path, "utf8") };
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
		return { version: error.code === "ENOENT" ? "absent" : String(error.code), json: undefined };
	}
}
