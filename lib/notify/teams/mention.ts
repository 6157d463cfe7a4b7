import { isWorse } from "../../detect/severity-scale.ts";
import type { NoticeKind } from "../../findings/notice-kind.ts";
import type { AnyNotice } from "../../outbox/delivery.ts";
import type { Inert } from "../text.ts";

/** Somebody on call, from the settings and never from data. */
export interface OnCall {
	/** User principal name or object id. */
	readonly id: string;
	readonly name: Inert;
}

const most = 3;

/** `kim@contoso.example=Kim Lee`, at most three, separated by commas; `undefined` if it is anything else. */
export function readPeople(text: string): readonly OnCall[] | undefined {
	const parts = text.split(",").filter((part) => part.trim() !== "");
	const people = parts.flatMap((part) => {
		const [, id, name] =
			/^\s*([\w.'#+-]{1,64}@[a-z0-9.-]{1,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*=\s*(.+?)\s*$/i.exec(part) ?? [];
		// Letters, and what stands between them in names: nothing that Markdown or a mention reads.
		if (id === undefined || name === undefined || !/^\p{L}[\p{L}\p{M}\p{N} .'’-]{0,59}$/u.test(name)) return [];
		return [{ id, name: name as Inert }];
	});
	return people.length === parts.length && people.length <= most ? people : undefined;
}

const worthIt: readonly NoticeKind[] = ["new", "worse", "back", "escalated"];

/** Is this worth a person's attention now? Severe, and not merely more of the same. */
export function isWorthMention(notice: AnyNotice): boolean {
	return notice.type === "finding" && isWorse(notice.finding.severity, "medium") && notice.kinds.some((kind) => worthIt.includes(kind));
}
