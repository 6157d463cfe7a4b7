import type { StepName } from "./walk.ts";

/** What the code does under one label of the model. */
export interface Label {
	/** The calls that it makes, in this order. A call that does not match has no label in the model. */
	readonly calls: RegExp;
	/** How many calls are let through; absent = all until the instance has nothing left to do. */
	readonly count?: number;
}

const commit = "(list open (list finding )?)?transact finding";
const end = "(transact settled|replace open)";
/** How the destination is doing is noted after each message; the model knows nothing of it. */
const noted = "( (create|replace) destination( sleep get destination replace destination)*)?( get destination)?";
/** More may have been wanted meanwhile, or the lease may be somebody else's by now. */
const ending = new RegExp(`^${end}( get open get settled ${end})*( get open get settled)?${noted}$`);
const nothing: Label = { calls: /^$/, count: 0 };
const post: Label = { calls: /^post$/, count: 1 };

export const labels: Readonly<Record<StepName, Label>> = {
	takes: { calls: /^list finding$/, count: 1 },
	// What was counted before is known from the reading. Who was overtaken reads again.
	commits: { calls: new RegExp(`^(${commit}( sleep list finding ${commit})*)?$`) },
	acknowledges: nothing,
	looks: { calls: /^get destination list open$/, count: 2 },
	looksInVain: { calls: /^get destination list open$/ },
	claims: { calls: /^replace open$/, count: 1 },
	misses: { calls: /^replace open$/, count: 1 },
	looksAgain: { calls: /^get open( get destination)?$/, count: 1 },
	composes: { calls: /^get finding$/, count: 1 },
	isTooLate: { calls: /^get finding( get destination)?$/ },
	stalls: nothing,
	isTaken: post,
	answerIsLost: post,
	isRefused: post,
	settles: { calls: ending },
	putsOff: { calls: ending },
	dies: nothing,
};
