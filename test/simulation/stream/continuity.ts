import { type Coverage, nothingCovered, withRecorded } from "../../../lib/watch/coverage.ts";
import { type Intervals, sizeOf, union } from "../../../lib/watch/intervals.ts";
import { type HubFacts, lookAtStream, type StreamNote } from "../../../lib/watch/stream-look.ts";
import { createRandom, type Random } from "../../bench/random.ts";

/** Ways in which the account of what was read can be kept wrongly; each must be noticed. */
export const mutants = ["no-etag", "noted-before-recording", "closes-small-gaps", "no-checkpoint"] as const;
export type Mutant = (typeof mutants)[number];

/** What one history came to, in messages unless it says otherwise. */
export interface Continuity {
	/** Passed over by the host. */
	readonly planted: number;
	/** Of these, neither read again nor told lost in the end. */
	readonly missed: number;
	/** From the moment at which it was passed over to its end, in seconds, for the slowest. */
	readonly slowestS: number;
	/** Noted in the table, and called missing or lost later. */
	readonly falseGaps: number;
	/** Told lost though recorded: noted only in a memory that died, and expired within minutes. */
	readonly lostThoughRecorded: number;
	/** Minutes in which people would have been told that a gap cannot be read. */
	readonly gapAlarms: number;
	readonly reread: number;
	readonly handedOut: number;
	readonly mostRanges: number;
}

const tickS = 5;
const storyTicks = 25 * 12;
/** No message, and nothing goes wrong any more: everything must come out. */
const tailTicks = 8 * 12;
const noteTicks = 3;
const lookTicks = 12;
const batchSize = 16;
const rereadAtOnce = 256;
const readers = 3;
const created = new Date(0);

interface Reader {
	/** Recorded, and not in the table yet. */
	pending: Intervals;
	/** A write under way: what it writes, and the row that it read. */
	writing: { readonly what: Intervals; readonly base: Coverage; readonly version: number } | undefined;
	batch: { readonly from: number; readonly to: number; ends: number } | undefined;
	position: number;
}

const size = 2_048;
// One of each for all histories, by number of the message: a million of each would be work for the collector only.
const recorded = new Uint8Array(size);
const noted = new Uint8Array(size);
const arrivedAt = new Int32Array(size);
const plantedAt = new Int32Array(size);
const endedAt = new Int32Array(size);

/**
 * One partition of a hub, read by a host that crashes, steals, repeats and passes over, with the product's own account of it
 * and its timer. Everything but the account is a model: numbers, no messages.
 */
export function playContinuity(seed: number, mutant?: Mutant): Continuity {
	const random = createRandom(seed);
	const retentionTicks = random.chance(0.3) ? 120 : Number.POSITIVE_INFINITY;
	const arrivals = random.pick([0.3, 1, 3]);
	const trouble = random.pick([0.5, 1, 2]);
	const start = random.below(3) * 1_000_000;
	for (const one of [recorded, noted, arrivedAt]) one.fill(0);
	for (const one of [plantedAt, endedAt]) one.fill(-1);
	const all: Reader[] = Array.from({ length: readers }, fresh);
	const sum = { planted: 0, falseGaps: 0, lostThoughRecorded: 0, gapAlarms: 0, reread: 0, handedOut: 0, mostRanges: 0 };
	let begin = start;
	let last = start - 1;
	let checkpoint = start - 1;
	let owner = 0;
	let row: Coverage | undefined;
	let version = 0;
	let note: StreamNote | undefined;

	function fresh(): Reader {
		return { pending: [], writing: undefined, batch: undefined, position: start - 1 };
	}
	const write = (next: Coverage) => {
		row = next;
		version += 1;
		sum.mostRanges = Math.max(sum.mostRanges, next.ranges.length);
	};
	const marked = (numbers: Intervals, change: (index: number) => void) => {
		for (const { from, to } of numbers) for (let n = from; n <= to; n++) change(n - start);
	};
	const takeOver = (next: number) => {
		owner = next;
		const reader = all[owner];
		if (reader === undefined) return;
		reader.position = Math.max(checkpoint, begin - 1);
		reader.batch = undefined;
	};

	function work(reader: Reader, index: number, tick: number, calm: boolean): void {
		const { batch } = reader;
		if (batch === undefined) {
			if (index !== owner || reader.position >= last) return;
			const from = Math.max(begin, reader.position + 1);
			if (from > last) return;
			reader.batch = { from, to: Math.min(last, from + random.below(batchSize)), ends: tick + 1 + random.below(3) };
			sum.handedOut += reader.batch.to - from + 1;
			if (mutant === "noted-before-recording") reader.pending = union(reader.pending, [reader.batch]);
			return;
		}
		if (tick < batch.ends) return;
		reader.batch = undefined;
		const luck = calm ? 1 : random.below(1_000) / 1_000 / trouble;
		const record = () =>
			marked([batch], (one) => {
				recorded[one] = 1;
			});
		if (luck < 0.02) {
			// The process dies, half of the time after it has recorded.
			if (random.chance(0.5)) record();
			all[index] = fresh();
			if (index === owner) takeOver(random.below(readers));
		} else if (luck < 0.04 && index === owner) {
			// The host passes over: it moves its checkpoint, and nothing was recorded.
			for (let n = batch.from; n <= batch.to; n++) {
				if (recorded[n - start] === 1 || plantedAt[n - start] !== -1) continue;
				plantedAt[n - start] = tick;
				sum.planted += 1;
			}
			checkpoint = batch.to;
			reader.position = batch.to;
		} else if (luck < 0.08) {
			// The table refuses; the same batch comes again.
			reader.batch = { ...batch, ends: tick + 1 + random.below(6) };
		} else {
			record();
			if (mutant !== "noted-before-recording") reader.pending = union(reader.pending, [batch]);
			// A reader that has lost its partition can still set the checkpoint back.
			if (index === owner || random.chance(0.3)) checkpoint = batch.to;
			reader.position = batch.to;
			if (calm || index !== owner) return;
			if (luck < 0.1) takeOver((owner + 1) % readers);
			else if (luck < 0.12) reader.position = Math.max(begin - 1, reader.position - random.below(64));
		}
	}

	/** Reads the row at one tick and writes it at the next, on condition that nobody else wrote meanwhile. */
	function noteDown(reader: Reader, tick: number, phase: number): void {
		if (reader.writing !== undefined) {
			const { what, base, version: before } = reader.writing;
			reader.writing = undefined;
			if (before !== version && mutant !== "no-etag") {
				reader.writing = { what, base: row ?? nothingCovered, version };
				return;
			}
			const known = mutant === "no-etag" ? base : (row ?? nothingCovered);
			const next = withRecorded(known, mutant === "closes-small-gaps" ? closed(known.ranges, what) : what);
			if (next === undefined) throw new Error("too many ranges");
			write(next);
			marked(what, (one) => {
				noted[one] = 1;
			});
		} else if (tick % noteTicks === phase && reader.pending.length > 0) {
			reader.writing = { what: reader.pending, base: row ?? nothingCovered, version };
			reader.pending = [];
		}
	}

	function look(tick: number): void {
		const checkpoints = mutant === "no-checkpoint" ? new Map<string, number>() : new Map([["0", checkpoint]]);
		const facts: HubFacts = {
			name: "h",
			createdAt: created,
			partitions: [{ id: "0", begin, last }],
			...(checkpoint < start ? { checkpoints: new Map() } : { checkpoints }),
		};
		const seen = lookAtStream(note, facts, new Map(row === undefined ? [] : [["0", row]]), new Date(tick * tickS * 1_000));
		note = seen.note;
		const settled = seen.settled.get("0");
		if (settled !== undefined) write(settled);
		const gaps = seen.gaps.get("0") ?? [];
		const lost = seen.lost.get("0") ?? [];
		marked([...gaps, ...lost], (one) => {
			sum.falseGaps += noted[one] === 1 ? 1 : 0;
		});
		marked(lost, (one) => {
			if (recorded[one] === 1) sum.lostThoughRecorded += 1;
			else if (plantedAt[one] !== -1 && endedAt[one] === -1) endedAt[one] = tick;
		});
		if (seen.gapsMs >= 600_000) sum.gapAlarms += 1;
		let left = rereadAtOnce;
		for (const { from, to } of gaps) {
			const end = Math.min(to, from + left - 1);
			if (end < from) return;
			const chunk = [{ from, to: end }];
			left -= end - from + 1;
			marked(chunk, (one) => {
				recorded[one] = 1;
				noted[one] = 1;
				if (plantedAt[one] !== -1 && endedAt[one] === -1) endedAt[one] = tick;
			});
			sum.reread += sizeOf(chunk);
			const next = withRecorded(row ?? nothingCovered, chunk);
			if (next !== undefined) write(next);
		}
	}

	const lookPhase = random.below(lookTicks);
	const notePhases = all.map(() => random.below(noteTicks));
	for (let tick = 0; tick < storyTicks + tailTicks; tick++) {
		const calm = tick >= storyTicks;
		if (!calm) {
			const before = last;
			last = arrive(random, arrivals, last, start + size - batchSize);
			arrivedAt.fill(tick, before + 1 - start, last + 1 - start);
		}
		if (retentionTicks < tick) while (begin <= last && tick - (arrivedAt[begin - start] ?? 0) > retentionTicks) begin += 1;
		for (const [index, reader] of all.entries()) {
			work(reader, index, tick, calm);
			const current = all[index];
			if (current !== undefined) noteDown(current, tick, notePhases[index] ?? 0);
		}
		// The watch begins with the story. Now and then a minute of the timer falls out.
		if (tick === 0) look(tick);
		else if (tick % lookTicks === lookPhase && (calm || !random.chance(0.02))) look(tick);
	}
	let missed = 0;
	let slowest = 0;
	for (let one = 0; one <= last - start; one++) {
		const planted = plantedAt[one] ?? -1;
		if (planted === -1) continue;
		const ended = endedAt[one] ?? -1;
		// A batch that came again, from another reader, may have brought it.
		if (ended === -1 && recorded[one] === 0) missed += 1;
		else if (ended !== -1) slowest = Math.max(slowest, ended - planted);
	}
	return { ...sum, missed, slowestS: slowest * tickS };
}

/** As an account would that keeps few ranges by forgetting the gaps between them. */
function closed(ranges: Intervals, what: Intervals): Intervals {
	const all = union(ranges, what);
	return union(
		all,
		all.flatMap(({ to }, index) => {
			const next = all[index + 1];
			return next !== undefined && next.from - to <= batchSize ? [{ from: to, to: next.from }] : [];
		}),
	);
}

/** The newest number after this tick. */
function arrive(random: Random, rate: number, last: number, end: number): number {
	const count = random.chance(0.05) ? random.below(12) : random.chance(rate / 3) ? 1 + random.below(3) : 0;
	return Math.min(end, last + count);
}
