import { type Finding, noticeId } from "../findings/finding.ts";
import type { Notice } from "./delivery.ts";
import { kindsOwed, type Owed } from "./owed.ts";

/** `undefined`: nothing is owed, or no longer. */
export function render(
	finding: Finding,
	owed: Pick<Owed, "sent" | "countSent" | "mention"> & Partial<Pick<Owed, "wantedAt">>,
	now: Date,
): Notice | undefined {
	const due = kindsOwed(finding, owed.sent);
	if (due.length === 0) return undefined;
	const answers = finding.history?.filter(({ n }) => n > owed.sent) ?? [];
	// Closed because it was quiet: nobody said anything, and beside other news it is none.
	const kinds = answers.length === 0 && due.length > 1 ? due.filter((kind) => kind !== "answered") : due;
	return {
		type: "finding",
		id: noticeId(finding, finding.want),
		n: finding.want,
		finding,
		kinds,
		moreSinceLast: finding.count - owed.countSent,
		...(answers.length === 0 ? {} : { answers }),
		wantedAt: owed.wantedAt ?? now,
		...(owed.mention === undefined ? {} : { mention: owed.mention }),
		now,
	};
}
