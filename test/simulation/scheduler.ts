/** Virtual time: nothing happens but what was planned, in an order that one number decides. */
export interface Scheduler {
	readonly now: () => number;
	readonly random: () => number;
	/** Resolves when virtual time has moved on by so much. */
	after(ms: number): Promise<void>;
	/** Runs everything planned up to this moment, and what follows from it. */
	run(until: number): Promise<void>;
}

interface Waiting {
	readonly time: number;
	/** Decides between things planned for the same moment. */
	readonly tie: number;
	readonly resume: () => void;
}

export function createScheduler(seed: number, start: number): Scheduler {
	const random = createRandom(seed);
	const heap: Waiting[] = [];
	let now = start;
	return {
		now: () => now,
		random,
		after: (ms) =>
			new Promise((resume) => {
				push(heap, { time: now + Math.max(0, ms), tie: random(), resume });
			}),
		async run(until) {
			await microtasks();
			for (;;) {
				const next = heap[0];
				if (next === undefined || next.time > until) break;
				pop(heap);
				now = next.time;
				next.resume();
				await microtasks();
			}
			now = Math.max(now, until);
		},
	};
}

/** Until every promise that can go on has gone on: Node takes its next tick when no microtask is left. */
function microtasks(): Promise<void> {
	return new Promise((resolve) => {
		process.nextTick(resolve);
	});
}

/** The same numbers for the same seed (mulberry32, public domain). */
export function createRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

function isBefore(a: Waiting, b: Waiting): boolean {
	return a.time < b.time || (a.time === b.time && a.tie < b.tie);
}

function push(heap: Waiting[], item: Waiting): void {
	let index = heap.length;
	heap.push(item);
	while (index > 0) {
		const above = (index - 1) >> 1;
		const parent = heap[above];
		if (parent === undefined || !isBefore(item, parent)) break;
		heap[index] = parent;
		index = above;
	}
	heap[index] = item;
}

function pop(heap: Waiting[]): void {
	const last = heap.pop();
	if (last === undefined || heap.length === 0) return;
	let index = 0;
	for (;;) {
		let below = 2 * index + 1;
		const right = heap[below + 1];
		let child = heap[below];
		if (child === undefined) break;
		if (right !== undefined && isBefore(right, child)) {
			below += 1;
			child = right;
		}
		if (!isBefore(child, last)) break;
		heap[index] = child;
		index = below;
	}
	heap[index] = last;
}
