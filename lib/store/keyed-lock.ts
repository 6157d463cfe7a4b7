/**
 * Work about one key, one after the other: two changes of one row in the same process would only make each other try
 * again. A failure is the caller's own; the next turn comes all the same.
 */
export function createTurns() {
	const last = new Map<string, Promise<unknown>>();
	return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
		const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
		last.set(key, turn);
		try {
			return await turn;
		} finally {
			if (last.get(key) === turn) last.delete(key);
		}
	};
}
