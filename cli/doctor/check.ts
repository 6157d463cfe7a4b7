/** What one check found. A finding that is not fine says why it matters and exactly what to do. */
export type Result = Fine | Trouble;

interface Fine {
	readonly check: string;
	/** `skipped`: it could not be checked, for a reason that another check reports. */
	readonly verdict: "ok" | "skipped";
	readonly says: string;
}

interface Trouble {
	readonly check: string;
	/** `unconfirmed`: only a person can say, and nobody was there to be asked. */
	readonly verdict: "warning" | "failure" | "unconfirmed";
	readonly says: string;
	readonly why: string;
	readonly fix: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One check; rejects only on unexpected errors. */
export interface Check {
	readonly name: string;
	run(): Promise<readonly Result[]>;
}

/** Words of another part, with one full stop. */
export function sentence(words: string): string {
	return words.endsWith(".") ? words : `${words}.`;
}

/** Runs all checks, one after another; one that breaks is a finding itself and stops no other. */
export async function* runChecks(checks: readonly Check[]): AsyncGenerator<Result> {
	for (const { name, run } of checks) {
		try {
			yield* await run();
		} catch (error) {
			yield {
				check: name,
				verdict: "failure",
				// Only the name: a message from somewhere else can hold an address or a key.
				says: `The check itself broke: ${error instanceof Error ? error.name : "unknown error"}.`,
				why: "What it looks at is unknown.",
				fix: "Run doctor again; if it stays, report it with this line.",
			};
		}
	}
}
