import { type ChangeDeps, replaceUnchanged } from "../store/change-row.ts";
import type { Row } from "../store/table.ts";
import { type Attempt, attemptAddress, attemptValues, type BatchName, nextAttempt, readAttempt } from "../watch/attempt.ts";
import { isFault } from "../watch/fault.ts";

/** The row about the tries of one batch, as one try holds it. */
export interface AttemptNote {
	readonly attempt: () => Attempt;
	/** @throws unless it is written: a death must never be laid to the piece of an older note. */
	write(attempt: Attempt): Promise<void>;
	/** What the next write starts from. */
	keep(attempt: Attempt): void;
	refuse(): Promise<void>;
	remove(): Promise<void>;
}

/** @returns `undefined`: the table is away, or another reader has the batch too; then it is read as always. */
export async function openAttemptNote(deps: ChangeDeps, source: string, batch: BatchName): Promise<AttemptNote | undefined> {
	const address = attemptAddress(source);
	let row: Row | undefined;
	let attempt: Attempt;
	const put = async (next: Attempt): Promise<boolean> => {
		const written = await replaceUnchanged(deps, address, row, attemptValues(next));
		if (written === undefined) return false;
		row = written;
		attempt = next;
		return true;
	};
	try {
		row = await deps.table.get(address);
		attempt = nextAttempt(readAttempt(row), batch);
		if (!(await put(attempt))) return undefined;
	} catch (error) {
		if (isFault(error)) throw error;
		return undefined;
	}
	return {
		attempt: () => attempt,
		async write(next) {
			if (!(await put(next))) throw new Error(`another process reads the same batch of ${source}; the next try goes on with it`);
		},
		keep(next) {
			attempt = next;
		},
		async refuse() {
			await put({ ...attempt, state: "refused" }).catch(onlyRefusals);
		},
		async remove() {
			if (row !== undefined) await deps.table.remove(address, row.etag).catch(onlyRefusals);
		},
	};
}

/** At the end of a try no piece is being read: a note that stays as it was costs a try at the most, and must not fail what is recorded. */
function onlyRefusals(error: unknown): void {
	if (isFault(error)) throw error;
}
