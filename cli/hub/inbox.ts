/** Hands things from callbacks to one reader, one at a time. */
export interface Inbox<T> {
	/** Resolves when the reader has finished with the item: the producer waits, so nothing piles up. */
	put(item: T): Promise<void>;
	/** Makes the reader's next call reject. */
	fail(error: unknown): void;
	/** The next item; the one before counts as done. `undefined` after a stop. */
	next(stop: AbortSignal): Promise<T | undefined>;
}

/** An empty inbox for one reader. Only the first `fail` counts, and it comes before items still waiting. */
export function createInbox<T>(): Inbox<T> {
	const waiting: { readonly item: T; readonly done: () => void }[] = [];
	let failure: { readonly error: unknown } | undefined;
	let doneWithLast = () => {};
	let wake = () => {};
	return {
		put(item) {
			return new Promise((resolve) => {
				waiting.push({ item, done: resolve });
				wake();
			});
		},
		fail(error) {
			failure ??= { error };
			wake();
		},
		async next(stop) {
			doneWithLast();
			const onStop = () => wake();
			stop.addEventListener("abort", onStop);
			try {
				for (;;) {
					if (stop.aborted) return undefined;
					if (failure !== undefined) throw failure.error;
					const first = waiting.shift();
					if (first !== undefined) {
						doneWithLast = first.done;
						return first.item;
					}
					await new Promise<void>((resolve) => {
						wake = resolve;
					});
				}
			} finally {
				stop.removeEventListener("abort", onStop);
			}
		},
	};
}
