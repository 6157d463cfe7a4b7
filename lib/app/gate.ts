/** Lets many pass together, or one alone. */
export interface Gate {
	together<T>(work: () => Promise<T>): Promise<T>;
	/** Begins when nobody else is inside; nobody comes in until it ends. Goes before those who wait to pass together. */
	alone<T>(work: () => Promise<T>): Promise<T>;
}

/** An open gate with nobody inside. It orders the work of this process only, and a failed piece of work lets the next one in. */
export function createGate(): Gate {
	let inside = 0;
	let isAlone = false;
	let wantingAlone = 0;
	let waiting: (() => void)[] = [];
	const changed = () => new Promise<void>((resolve) => void waiting.push(resolve));
	const tell = () => {
		const woken = waiting;
		waiting = [];
		for (const wake of woken) wake();
	};
	return {
		async together(work) {
			while (isAlone || wantingAlone > 0) await changed();
			inside += 1;
			try {
				return await work();
			} finally {
				inside -= 1;
				tell();
			}
		},
		async alone(work) {
			wantingAlone += 1;
			while (isAlone || inside > 0) await changed();
			wantingAlone -= 1;
			isAlone = true;
			try {
				return await work();
			} finally {
				isAlone = false;
				tell();
			}
		},
	};
}
