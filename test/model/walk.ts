/** What one instance does next, or what happens to it: the words of the model. */
const names = [
	"takes",
	"commits",
	"acknowledges",
	"looks",
	"looksInVain",
	"claims",
	"misses",
	"looksAgain",
	"composes",
	"isTooLate",
	"stalls",
	"isTaken",
	"answerIsLost",
	"isRefused",
	"settles",
	"putsOff",
	"dies",
] as const;

export type StepName = (typeof names)[number];

export interface Step {
	readonly name: StepName;
	readonly instance: 1 | 2;
	/** The batch that it takes; only with `takes`. */
	readonly batch: 0 | 1;
	/** How the row stands afterwards. */
	readonly state: State;
}

/** What the model and the stored rows have in common. */
export interface State {
	readonly state: "absent" | "due" | "leased" | "done";
	readonly want: number;
	readonly sent: number;
	/** Whose lease it is; 0 = nobody's. */
	readonly holder: number;
	readonly leaseRuns: boolean;
	/** Which of the two batches are counted. */
	readonly counted: readonly [boolean, boolean];
	/** How often the receiver took notices 1 and 2. */
	readonly taken: readonly [number, number];
}

export interface Walk {
	readonly seed: number;
	readonly steps: readonly Step[];
}

/** Each walk is headed by `# <seed>`. */
export function readWalks(text: string): readonly Walk[] {
	return text
		.split("# ")
		.slice(1)
		.map((one) => {
			const [seed, ...lines] = one.trim().split("\n");
			return { seed: Number(seed), steps: lines.map(readStep) };
		});
}

const line = /^(\w+) ([12]) ([01]) (absent|due|leased|done) (\d) (\d) ([012]) ([01]) ([01])([01]) (\d) (\d)$/;

function readStep(text: string): Step {
	const [, word, instance, batch, state, want, sent, holder, leaseRuns, first, second, one, two] = line.exec(text) ?? [];
	const name = names.find((one) => one === word);
	if (name === undefined) throw new Error(`not a line of a walk: ${text}`);
	return {
		name,
		instance: instance === "1" ? 1 : 2,
		batch: batch === "0" ? 0 : 1,
		state: {
			// The pattern knows these four words.
			state: state as State["state"],
			want: Number(want),
			sent: Number(sent),
			holder: Number(holder),
			leaseRuns: leaseRuns === "1",
			counted: [first === "1", second === "1"],
			taken: [Number(one), Number(two)],
		},
	};
}
