import type { Severity } from "../detect/severity-scale.ts";
import type { NoticeKind } from "../findings/notice-kind.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { AnyNotice, Delivery, Notice, StormNotice, WaveNotice } from "./delivery.ts";
import type { Sent } from "./send.ts";

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

/** The report of one attempt to send a notice about one finding. */
export function postOf(destination: string, { notice, delivery, outcomes }: Sent<Notice>): Post {
	const { finding, kinds } = notice;
	return {
		...told(destination, notice, delivery),
		key: finding.key,
		deviceId: finding.device.id,
		deviceName: finding.device.name,
		kinds,
		severity: finding.severity,
		outcome: outcomes.values().next().value ?? "retried",
	};
}

/** One for each outcome: of those that were to be tried again, some may have waited for too long. */
export function stormPostOf(destination: string, { notice, delivery, outcomes }: Sent<StormNotice | WaveNotice>): readonly StormPost[] {
	const counts = Map.groupBy(outcomes.values(), (outcome) => outcome);
	return [...counts].map(([outcome, { length }]) => ({ ...told(destination, notice, delivery), count: length, outcome }));
}

function told(destination: string, { id }: AnyNotice, delivery: Delivery) {
	return {
		destination,
		noticeId: id,
		ambiguous: !delivery.ok && delivery.ambiguous,
		status: delivery.ok ? undefined : delivery.status,
		detail: delivery.ok ? delivery.proof : delivery.detail,
	};
}
