import type { Severity } from "../detect/severity-scale.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import type { Redacted } from "../secrets/redacted.ts";

/** One notice that went out, or did not, for logs and reports. */
export interface Post {
	readonly destination: string;
	readonly noticeId: string;
	/** Of the finding. */
	readonly key: string;
	readonly deviceId: Redacted;
	readonly deviceName: Redacted;
	readonly kinds: readonly NoticeKind[];
	readonly severity: Severity;
	readonly outcome: "sent" | "retried" | "dead";
	/** It may have arrived although it counts as not sent. */
	readonly ambiguous: boolean;
	readonly status: number | undefined;
	/** Ours: holds no URL and nothing of an answer's text. */
	readonly detail: string;
}

/** One message that stood for many findings. */
export interface StormPost {
	readonly destination: string;
	readonly noticeId: string;
	/** Findings it stands for; each counts as a notice. */
	readonly count: number;
	readonly outcome: Post["outcome"];
	readonly ambiguous: boolean;
	readonly status: number | undefined;
	readonly detail: string;
}
