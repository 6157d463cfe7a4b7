/**
 * Every reason for a notice, strongest first: the order in which a message names them. `later` is not one: it is a
 * promised `changed`. `escalated`: a person has said that the tunnel is not ours; `answered`: a person has acknowledged,
 * silenced or closed the finding. A reason added here does not compile until every room has said what it means there.
 */
export const noticeKinds = ["escalated", "new", "back", "worse", "changed", "still", "answered"] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Reads a stored reason. A word from a newer version counts as *changed*, so its notice is still sent. */
export function readNoticeKind(word: string): NoticeKind {
	return noticeKinds.find((kind) => kind === word) ?? "changed";
}
