import type { OperationsNotice } from "../../outbox/delivery.ts";
import type { ProblemCode } from "../../outbox/problem-code.ts";
import { type Inert, idText, inert, inertText, shortWords } from "../text.ts";
import { isTold, plain, row, type Story, strong } from "./story.ts";
import { duration, utc } from "./time.ts";
import { bare } from "./watch-story.ts";

/** What is wrong with the watch itself, or that it is over: on-call staff learn in the same chat that it may be blind. */
export function operationsStory(notice: OperationsNotice): Story {
	const { code, subject, since, phase } = notice;
	const title = titles[code];
	const rows = [
		row(inertText`Where`, strong(shortWords(inert(subject, 100), 40))),
		row(inertText`Since`, plain(utc(since))),
		row(inertText`Code`, plain(idText(code))),
	].filter(isTold);
	const footer = inertText`${idText(notice.id)} · runbook: docs/alarms.md#${idText(code)}`;
	if (phase === "over") {
		const lastedMs = (notice.endedAt ?? notice.now).getTime() - since.getTime();
		return {
			...bare(notice),
			kind: inertText`Operations, resolved`,
			title: title.words,
			verdict: { word: inertText`Back to normal.`, reason: inertText`It lasted ${duration(lastedMs)}.` },
			rows,
			footer,
		};
	}
	return {
		...bare(notice),
		severity: title.isUrgent ? "high" : "medium",
		kind: inertText`Operations`,
		title: title.words,
		verdict: {
			word: title.isUrgent ? inertText`Alerts may be missing.` : inertText`Alerts may be late.`,
			reason: shortWords(inert(notice.what, 400), 60),
		},
		rows,
		steps: [shortWords(inert(notice.todo, 400), 60)],
		footer,
	};
}

const titles: Readonly<Record<ProblemCode, { readonly words: Inert; readonly isUrgent: boolean }>> = {
	"settings-wrong": { words: inertText`Settings are wrong`, isUrgent: true },
	"table-down": { words: inertText`The table does not answer`, isUrgent: true },
	"hub-unreachable": { words: inertText`The Event Hub does not answer`, isUrgent: true },
	"events-unread": { words: inertText`Events wait unread`, isUrgent: true },
	"events-late": { words: inertText`Reading is behind`, isUrgent: false },
	"events-lost": { words: inertText`Events expired unread`, isUrgent: true },
	"gap-open": { words: inertText`Events were skipped`, isUrgent: true },
	"stream-silent": { words: inertText`No events from Defender`, isUrgent: true },
	"drill-missing": { words: inertText`The weekly drill did not arrive`, isUrgent: true },
	"destination-down": { words: inertText`A destination refuses messages`, isUrgent: true },
	"notice-late": { words: inertText`Notices are late`, isUrgent: false },
	"notice-dead": { words: inertText`Notices failed for good`, isUrgent: true },
	"row-unreadable": { words: inertText`Stored rows cannot be read`, isUrgent: true },
	quarantine: { words: inertText`Unreadable events`, isUrgent: false },
};
