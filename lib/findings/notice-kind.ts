/**
 * Every reason for a notice, strongest first: the order in which a message names them. `later` is not one: it is a
 * promised `changed`. A reason added here does not compile until every room has said what it means there.
 */
export const noticeKinds = ["new", "back", "worse", "changed", "still"] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** What reason a stored word stands for. A word that only a newer version knows reads as *changed*, so it is still told. */
export function readNoticeKind(word: string): NoticeKind {
	return noticeKinds.find((kind) => kind === word) ?? "changed";
}
