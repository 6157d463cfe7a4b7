import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message } from "../../lib/defender/message.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { findingId } from "../../lib/findings/finding.ts";
import { inspect } from "../../lib/inspect.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import type { Notice } from "../../lib/outbox/delivery.ts";
import { createSink, createWorld } from "../outbox/world.ts";
import { sight } from "../sighting/sight-one.ts";

const lines = readFileSync("test/fixtures/corpus/messages.ndjson", "utf8").trim().split("\n");
const corpus = lines.map((line, index): Message => ({ at: { source: "corpus", message: index + 1 }, body: Buffer.from(line) }));
const steps = { sieve: undefined, match: createMatcher(allRules), sight, accepts: () => true };
const oneByOne = corpus.map((message) => inspect([message], steps).sightings);

/** What people are told in the end: one message per device, without the numbers that say how often we had to start. */
async function told(batches: readonly (readonly number[])[]): Promise<unknown> {
	const sink = { ...createSink("console"), unlimited: true } as const;
	const world = createWorld([sink]);
	for (const batch of batches) {
		await world.recorder.record(
			batch.flatMap((index) => oneByOne[index] ?? []),
			world.clock.now,
		);
	}
	// Promised for later counts too.
	world.clock.now = new Date(world.clock.now.getTime() + 48 * 3_600_000);
	await world.dispatcher.deliverDue(eachMinute);
	return sink.got
		.filter((notice): notice is Notice => notice.type === "finding")
		.map(({ finding, kinds, moreSinceLast }) => ({
			id: findingId(finding),
			isNew: kinds.includes("new"),
			moreSinceLast,
			severity: finding.severity,
			count: finding.count,
			firstSeen: finding.firstSeen,
			lastSeen: finding.lastSeen,
			sigs: [...finding.sigs].sort(),
			rules: finding.rules,
			tunnels: finding.tunnels,
			newest: finding.newest,
			worst: finding.worst,
		}))
		.sort((a, b) => (a.id < b.id ? -1 : 1));
}

test("one corpus in its order, shuffled, cut otherwise and twice gives the same messages", async () => {
	const all = corpus.map((_, index) => index);
	const once = await told([all]);
	expect(once).not.toEqual([]);
	await fc.assert(
		fc.asyncProperty(
			fc.shuffledSubarray(all, { minLength: all.length }),
			fc.array(fc.nat(all.length), { maxLength: 6 }),
			fc.subarray(all),
			async (shuffled, cuts, again) => {
				const edges = [0, ...cuts.toSorted((a, b) => a - b), all.length];
				const batches = edges.slice(1).map((to, n) => shuffled.slice(edges[n], to));
				expect(await told([...batches, again])).toEqual(once);
			},
		),
		{ numRuns: 60 },
	);
});
