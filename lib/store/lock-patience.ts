/** How processes that share one file take turns. Injected, so that tests wait for nothing. */
export interface LockPatience {
	/** Longest wait for the lock, ms. The pauses asked for count, not the time on the clock: a slow machine gets longer. */
	readonly longestMs: number;
	sleep(ms: number): Promise<unknown>;
	/** 0 ≤ n < 1 */
	random(): number;
	/** Ms since any moment. */
	now(): number;
}

/** Shortest and longest pause between two tries, ms. */
const pauses = { first: 2, last: 50 };

/** A writer that has held the lock for this long in total leaves it free for `gapMs`, so that a waiting process gets its turn. */
const [heldMs, gapMs] = [25, 2];

export interface SharedLock {
	/** Does `work`, again and again while it throws a busy error and nothing is written. */
	take<T>(work: () => T): Promise<T>;
	/** The same for work that takes the write lock. */
	takeToWrite<T>(work: () => T): Promise<T>;
}

/**
 * SQLite's own wait is not fair: it looks ten times a second while a busy writer takes the lock again at once, and it
 * blocks the event loop. Here everyone looks often and at random times, and a busy writer leaves gaps.
 */
export function shareLock(isBusy: (error: unknown) => boolean, patience: LockPatience): SharedLock {
	const take = async <T>(work: () => T): Promise<T> => {
		let [waited, longest] = [0, pauses.first];
		for (;;) {
			try {
				return work();
			} catch (error) {
				if (!isBusy(error) || waited >= patience.longestMs) throw error;
			}
			const pause = longest * (0.5 + patience.random() / 2);
			await patience.sleep(pause);
			waited += pause;
			longest = Math.min(longest * 1.5, pauses.last);
		}
	};
	let held = 0;
	return {
		take,
		takeToWrite: async (work) => {
			const result = await take(() => {
				const startedAt = patience.now();
				try {
					return work();
				} finally {
					held += patience.now() - startedAt;
				}
			});
			if (held >= heldMs) {
				held = 0;
				await patience.sleep(gapMs);
			}
			return result;
		},
	};
}
