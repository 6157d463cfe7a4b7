import type { Finding } from "../findings/finding.ts";
import { inParallel } from "../store/parallel.ts";
import type { Destination } from "./delivery.ts";
import type { Pass } from "./delivery-report.ts";
import type { DestinationSession } from "./destination-session.ts";
import { isPaused, isUnwell } from "./destination-state.ts";
import type { OpenOwed } from "./lease.ts";
import { expire, isTooOld, type Receiver, type SendDeps, sendOne } from "./send.ts";
import { sendStorm, stormAbove } from "./storm.ts";
import { isGathered } from "./urgency.ts";
import { sendWave, waves } from "./wave.ts";

export interface ServiceDeps extends SendDeps {
	/** All that are set: a card for many says where else each of them is told. */
	readonly destinations: readonly Destination[];
	/** Name of the one that hears only what another has not taken. */
	readonly fallback?: string | undefined;
}

interface Limits {
	readonly ends: Date;
	readonly sends: number;
	readonly mayGather: boolean;
}

/** A shorter wait than this is worth it; a longer one is left to the next pass. */
const patienceMs = 2_000;

/** A destination without a pace takes so many messages at the same time. */
const parallelSends = 16;

/** One destination in one pass. */
export function createDestinationService(
	deps: ServiceDeps,
	destination: Destination,
	session: DestinationSession,
	{ serverClock, findings }: { readonly serverClock: () => Date; readonly findings: ReadonlyMap<string, Finding> },
	limits: Limits,
	pass: Pass,
) {
	// There each finding has a notice of its own, whatever comes.
	const singly = deps.destinations
		.filter((one) => one.unlimited === true && one.inOrder !== true && one.name !== deps.fallback)
		.map(({ name }) => name);
	const receiver: Receiver = { destination, state: session.state, serverClock };
	const isOver = () => deps.clock() >= limits.ends;
	const endsByServer = () => new Date(limits.ends.getTime() + serverClock().getTime() - deps.clock().getTime());

	const waitFor = async (place: Date): Promise<void> => {
		const waitMs = place.getTime() - serverClock().getTime();
		if (waitMs > 0) await deps.sleep(waitMs);
	};
	/** `true`: it arrived. */
	const single = async (row: OpenOwed): Promise<boolean> => {
		const startedAt = serverClock();
		const sent = await sendOne(deps, receiver, row, findings.get(row.key));
		if (sent !== undefined) await session.note(sent.delivery, sent.notice.id, startedAt);
		pass.single(row, sent);
		return sent?.delivery.ok === true;
	};
	/** Nothing goes out for now, but a notice that has waited for three days must not stay unseen. */
	const giveUpOld = async (rows: readonly OpenOwed[]): Promise<void> => {
		for (const row of rows.filter(({ owed }) => isTooOld(owed, deps.clock()))) {
			if (await expire(deps.table, row, session.state(), deps.clock())) pass.gaveUp(row);
		}
	};
	/** One message finds out whether it works again; the others are not tried in vain. */
	const probe = async (rows: readonly OpenOwed[]): Promise<boolean> => {
		const row = probeOf(rows);
		if (row === undefined) return false;
		const [place] = isOver() ? [] : await session.reserve([row.owed.urgency], patienceMs, endsByServer());
		const delivered = place !== undefined && (await single(row));
		if (!delivered) await giveUpOld(rows);
		return delivered;
	};
	/** One after the other, each at its place. @returns those without a place soon enough. */
	const inTurn = async (rows: readonly OpenOwed[]): Promise<readonly OpenOwed[]> => {
		const asking = rows.slice(0, limits.sends);
		if (asking.length === 0 || isOver()) return [];
		const places = await session.reserve(
			asking.map(({ owed }) => owed.urgency),
			patienceMs,
			endsByServer(),
		);
		for (const [index, row] of asking.entries()) {
			const place = places[index];
			if (place === undefined) continue;
			if (isPaused(session.state(), serverClock())) break;
			await waitFor(place);
			if (isOver() || (await session.paused())) break;
			await single(row);
		}
		return asking.filter((_, index) => places[index] === undefined);
	};
	/** As many at a time as it takes. */
	const sideBySide = (rows: readonly OpenOwed[]): Promise<unknown> =>
		inParallel(rows, destination.inOrder === true ? 1 : parallelSends, async (row) => {
			if (!isOver() && !(await session.paused())) await single(row);
		});
	/** What has waited for too long: card after card, each at its place. @returns those that are not told yet. */
	const inWaves = async (rows: readonly OpenOwed[]): Promise<readonly OpenOwed[]> => {
		const groups = limits.mayGather ? waves(rows, session.state().slots, deps.clock()) : [];
		if (groups.length === 0 || isOver()) return rows;
		const places = await session.reserve(
			groups.map(() => "wave"),
			patienceMs,
			endsByServer(),
		);
		const gathered = new Set<OpenOwed>();
		for (const [index, group] of groups.entries()) {
			const place = places[index];
			// Those of a card without a place are not tried one by one either: the next card tells them.
			for (const row of group) gathered.add(row);
			if (place === undefined || isPaused(session.state(), serverClock())) continue;
			await waitFor(place);
			if (isOver() || (await session.paused())) continue;
			const wave = await sendWave(deps, receiver, group, singly);
			if (wave === undefined) continue;
			await session.note(wave.delivery, wave.notice.id);
			pass.gathered(destination.name, wave);
		}
		return rows.filter((row) => !gathered.has(row));
	};
	const together = async (rows: readonly OpenOwed[]): Promise<void> => {
		const [place] = isOver() ? [] : await session.reserve(["storm"], patienceMs, endsByServer());
		if (place === undefined) return;
		await waitFor(place);
		const storm = await sendStorm(deps, receiver, rows);
		if (storm === undefined) return;
		await session.note(storm.delivery, storm.notice.id);
		pass.gathered(destination.name, storm);
	};
	return {
		/** `true`: the destination has taken a message again after it had not. */
		async serve(rows: readonly OpenOwed[]): Promise<boolean> {
			if (isUnwell(session.state())) return probe(rows);
			if (destination.unlimited === true) await sideBySide(rows);
			else {
				const others = await inWaves(rows);
				const gathers = (row: OpenOwed) => row.owed.urgency === "ordinary" && !wasRefused(row);
				const ordinary = others.filter(gathers);
				const isStorm = ordinary.length > stormAbove;
				const unplaced = await inTurn(isStorm ? others.filter((row) => !gathers(row)) : others);
				// Severe ones keep waiting for their place; the others do not have to.
				const crowd = [...(isStorm ? ordinary : []), ...unplaced.filter((row) => isGathered(row.owed.urgency) && !wasRefused(row))];
				if (limits.mayGather && crowd.length > 1 && !(await session.paused())) await together(crowd);
			}
			if (await session.paused()) await giveUpOld(rows);
			return false;
		},
	};
}

/** Then it goes alone: a message that stands for many must not be refused because of one. */
function wasRefused({ owed }: OpenOwed): boolean {
	return owed.lastError === "rejected";
}

/** Not the one that was refused last: it may be at fault itself. */
function probeOf(rows: readonly OpenOwed[]): OpenOwed | undefined {
	return rows.toSorted((a, b) => (a.owed.refusedAt?.getTime() ?? 0) - (b.owed.refusedAt?.getTime() ?? 0))[0];
}
