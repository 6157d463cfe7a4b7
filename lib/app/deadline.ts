import type { Table } from "../store/table.ts";

/** The awaited work missed its deadline and may still be running. */
export function isOverdue(error: unknown): boolean {
	return error instanceof Error && error.name === overdue;
}

const overdue = "OverdueError";

/**
 * Waits no longer than `ms`, whatever the thing awaited does: its own time limit may be the part that hangs.
 *
 * @throws an error for which {@link isOverdue} holds, with `what` in its message.
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => {
			const error = new Error(`${what}: no end within ${ms / 1_000} s`);
			error.name = overdue;
			reject(error);
		}, ms);
	});
	try {
		return await Promise.race([work, limit]);
	} finally {
		clearTimeout(timer);
	}
}

/** A table of which every answer comes within `ms`, or an error does. */
export function withDeadline(table: Table, ms: number): Table {
	const limited = <T>(doing: string, work: Promise<T>) => within(ms, `Table Storage failed while ${doing}`, work);
	return {
		get: (key) => limited("reading", table.get(key)),
		create: (row) => limited("writing", table.create(row)),
		replace: (row, etag) => limited("writing", table.replace(row, etag)),
		remove: (key, etag) => limited("deleting", table.remove(key, etag)),
		transact: (writes) => limited("writing", table.transact(writes)),
		page: (range, options) => limited("listing", table.page(range, options)),
		ensure: () => limited("creating the table", table.ensure()),
	};
}
