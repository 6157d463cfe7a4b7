import type { Delivered } from "../lib/outbox/delivery-report.ts";

export interface DestinationTally {
	readonly destination: string;
	readonly sent: number;
	/** Given up for good in this run. */
	readonly dead: number;
	/** Why the last attempt failed and what to do, if no later one succeeded. Ours: no address in it. */
	readonly trouble: string | undefined;
}

/** Adds up what went out in a run, by destination. */
export function createDeliveryTally() {
	const tallies = new Map<string, { sent: number; dead: number; trouble: string | undefined }>();
	const of = (destination: string) => {
		const tally = tallies.get(destination) ?? { sent: 0, dead: 0, trouble: undefined };
		tallies.set(destination, tally);
		return tally;
	};
	return {
		add({ posts, storms }: Pick<Delivered, "posts" | "storms">) {
			for (const { destination, outcome, detail, count } of [...posts.map((post) => ({ ...post, count: 1 })), ...storms]) {
				const tally = of(destination);
				if (outcome === "sent") tally.sent += count;
				if (outcome === "dead") tally.dead += count;
				tally.trouble = outcome === "sent" ? undefined : detail;
			}
		},
		tallies: (): readonly DestinationTally[] => [...tallies].map(([destination, tally]) => ({ destination, ...tally })),
	};
}
