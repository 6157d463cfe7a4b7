import { readFile, stat } from "node:fs/promises";
import { type Approval, approvalWarnings, readApprovals } from "../verdict/approvals.ts";

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

/** @param wanted the path that a setting names; without one, `approvals.json` counts if it is there. */
export function createApprovalsFile(wanted: string | undefined, resolve: (path: string) => string = (path) => path): ApprovalsFile {
	const path = resolve(wanted ?? "approvals.json");
	let approvals: readonly Approval[] = [];
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
			const text = await readIfChanged(path, version);
			if (text === "same") return;
			version = text.version;
			if (text.json === undefined) {
				mistakes = wanted === undefined && text.version === "absent" ? [] : [`APPROVALS_FILE: the file cannot be read (${text.version})`];
				return;
			}
			const read = readApprovals(text.json, now);
			mistakes = read.ok ? [] : read.mistakes.map((mistake) => `APPROVALS_FILE: ${mistake}`);
			if (read.ok) approvals = read.approvals;
		},
	};
}

async function readIfChanged(
	path: string,
	known: string,
): Promise<"same" | { readonly version: string; readonly json: string | undefined }> {
	try {
		const { mtimeMs, size } = await stat(path);
		const version = `${mtimeMs} ${size}`;
		return version === known ? "same" : { version, json: await readFile(path, "utf8") };
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
		return { version: error.code === "ENOENT" ? "absent" : String(error.code), json: undefined };
	}
}
