import { redactError } from "../families/redact.ts";
import type { Notice, StormNotice, WaveNotice } from "./delivery.ts";
import type { OpenOwed } from "./lease.ts";
import { type Post, postOf, type StormPost, stormPostOf } from "./post.ts";
import type { Sent } from "./send.ts";

/** Result of one pass over owed notices. A notice in a storm message counts like any other. */
export interface Delivered {
	readonly posts: readonly Post[];
	readonly storms: readonly StormPost[];
	readonly sent: number;
	readonly retried: number;
	readonly dead: number;
	/** The lease was lost before a send could be marked. */
	readonly possibleDuplicates: number;
	/** Due, and not tried in this pass. */
	readonly left: number;
	/** Age of the oldest notice still owed, among those this pass saw. */
	readonly oldestOwedMs: number | undefined;
	/** Why the pass ended early, if it did; what was owed stays owed. */
	readonly interrupted: string | undefined;
}

export const nothingDelivered: Delivered = {
	posts: [],
	storms: [],
	sent: 0,
	retried: 0,
	dead: 0,
	possibleDuplicates: 0,
	left: 0,
	oldestOwedMs: undefined,
	interrupted: undefined,
};

export type Pass = ReturnType<typeof startPass>;

/** Keeps the books of one pass. */
export function startPass(clock: () => Date) {
	const owing = new Map<string, OpenOwed>();
	const untried = new Set<string>();
	const posts: Post[] = [];
	const storms: StormPost[] = [];
	let possibleDuplicates = 0;
	let expired = 0;
	let why: string | undefined;
	const name = ({ key, destination }: OpenOwed) => `${key}|${destination}`;
	const tried = (row: OpenOwed, isOwedStill: boolean) => {
		untried.delete(name(row));
		if (!isOwedStill) owing.delete(name(row));
	};
	return {
		owes(row: OpenOwed) {
			owing.set(name(row), row);
			untried.add(name(row));
		},
		/** Nothing was sent: another instance had it, or nothing was owed by then. */
		single(row: OpenOwed, sent: Sent<Notice> | undefined) {
			const post = sent === undefined ? undefined : postOf(row.destination, sent);
			tried(row, post?.outcome === "retried");
			if (post !== undefined) posts.push(post);
			possibleDuplicates += sent?.lost.length ?? 0;
		},
		/** A storm or a wave. */
		gathered(destination: string, sent: Sent<StormNotice | WaveNotice>) {
			for (const [row, outcome] of sent.outcomes) tried(row, outcome === "retried");
			storms.push(...stormPostOf(destination, sent));
			possibleDuplicates += sent.lost.length;
		},
		gaveUp(row: OpenOwed) {
			tried(row, false);
			expired += 1;
		},
		interrupted(error: unknown) {
			why = redactError(error);
		},
		sum(): Delivered {
			const count = (outcome: Post["outcome"]) =>
				posts.filter((post) => post.outcome === outcome).length +
				storms.reduce((sum, storm) => sum + (storm.outcome === outcome ? storm.count : 0), 0);
			const ages = [...owing.values()].map(({ owed }) => clock().getTime() - owed.wantedAt.getTime());
			return {
				posts,
				storms,
				sent: count("sent"),
				retried: count("retried"),
				dead: count("dead") + expired,
				possibleDuplicates,
				left: untried.size,
				oldestOwedMs: ages.length === 0 ? undefined : ages.reduce((oldest, age) => Math.max(oldest, age)),
				interrupted: why,
			};
		},
	};
}
