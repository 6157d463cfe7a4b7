/**
 * Every reason for a notice, strongest first; a message names them in this order. `later` is not one of them: it is a
 * `changed` that was put off. `escalated`: a person said that the tunnel is not ours. `answered`: a person
 * acknowledged, silenced or closed the finding. A reason added here does not compile until every room says what it
 * means there.
 */
export const noticeKinds = ["escalated", "new", "back", "worse", "changed", "still", "answered"] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Reads a stored reason. A word from a newer version counts as *changed*, so its notice is still sent. */
export function readNoticeKind(word: string): NoticeKind {
	return noticeKinds.find((kind) => kind === word) ?? "changed";
}
