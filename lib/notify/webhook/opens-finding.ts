import type { NoticeKind } from "../../findings/notice-kind.ts";
import type { Notice } from "../../outbox/delivery.ts";

const opens: Readonly<Record<NoticeKind, boolean>> = {
	new: true,
	escalated: false,
	back: false,
	worse: false,
	changed: false,
	still: false,
	answered: false,
};

/** Does a receiver hear of this finding for the first time? Otherwise the message updates what it knows. */
export function opensFinding({ kinds }: Pick<Notice, "kinds">): boolean {
	return kinds.some((kind) => opens[kind]);
}
