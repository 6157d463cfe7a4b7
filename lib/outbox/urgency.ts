import { isWorse } from "../detect/severity-scale.ts";
import type { Owed } from "./owed.ts";
import type { Tier } from "./rate-limits.ts";

/** Never folded into a storm notice. */
export function isSevere({ severity }: Pick<Owed, "severity">): boolean {
	return isWorse(severity, "medium");
}

export function tierOf(owed: Owed): Tier {
	if (owed.severity === "critical") return "critical";
	if (isSevere(owed)) return owed.rank > 0 ? "foremost" : "severe";
	return owed.lane === "first" ? "urgent" : "ordinary";
}

interface OwedOf {
	/** Of the finding. */
	readonly key: string;
	readonly owed: Owed;
}

/** For sorting: what must be told first comes first. */
export function byUrgency(a: OwedOf, b: OwedOf): number {
	if (isWorse(a.owed.severity, b.owed.severity)) return -1;
	if (isWorse(b.owed.severity, a.owed.severity)) return 1;
	return (
		b.owed.rank - a.owed.rank ||
		Number(tierOf(a.owed) === "ordinary") - Number(tierOf(b.owed) === "ordinary") ||
		a.owed.wantedAt.getTime() - b.owed.wantedAt.getTime() ||
		(a.key < b.key ? -1 : 1)
	);
}
