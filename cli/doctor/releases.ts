import { families } from "../../lib/families/index.ts";
import type { Result } from "./check.ts";

const oldAfterDays = 120;
const dayMs = 86_400_000;

/** How old the lists of published hashes are: programs that are newer are not recognised by their hash. */
export function checkReleases(now: Date): readonly Result[] {
	return families.flatMap(({ words, reader: { releases } }): readonly Result[] => {
		if (releases === undefined) return [];
		const days = Math.floor((now.getTime() - releases.asOf.getTime()) / dayMs);
		const says = `Published hashes of ${words.tool} are as of ${releases.asOf.toISOString().slice(0, 10)}, ${days} days ago.`;
		if (days <= oldAfterDays) return [{ check: "hashes", verdict: "ok", says }];
		return [
			{
				check: "hashes",
				verdict: "warning",
				says,
				why: `A newer ${words.tool} under another name is recognised by its arguments and connections only, not by its hash.`,
				fix: "Deploy a newer release of Tunnelwatch.",
			},
		];
	});
}
