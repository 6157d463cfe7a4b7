import { isWorse, type Severity, severities as severityScale } from "../../detect/severity-scale.ts";
import { type Finding, findingId } from "../../findings/finding.ts";
import type { NoticeKind } from "../../findings/notice-kind.ts";
import { silenceNow } from "../../findings/silence.ts";
import type { AnyNotice } from "../../outbox/delivery.ts";
import { rowWords, type Story, summaryOf } from "../story/story.ts";
import { type TellContext, tell } from "../story/tell.ts";
import { clip, inert, inertText } from "../text.ts";

type PagerSeverity = "critical" | "error" | "warning" | "info";

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export interface PagerdutyEvent {
	readonly event_action: "trigger" | "acknowledge" | "resolve";
	/** At most 255 characters. Events of one key are one incident. */
	readonly dedup_key: string;
	readonly client: "Tunnelwatch";
	readonly client_url?: string;
	readonly links: readonly { readonly href: string; readonly text: string }[];
	readonly payload: {
		/** At most 1,024 characters. */
		readonly summary: string;
		readonly source: string;
		readonly severity: PagerSeverity;
		readonly timestamp: string;
		readonly component?: string;
		readonly group?: string;
		readonly custom_details: Readonly<Record<string, string | readonly string[]>>;
	};
}

const severities: Readonly<Record<Severity, PagerSeverity>> = {
	critical: "critical",
	high: "error",
	medium: "warning",
	low: "info",
	info: "info",
};

/**
 * What a notice means for incidents, in order: usually one event. What people say in Tunnelwatch acknowledges or resolves
 * every incident that the finding has opened; one that PagerDuty does not know is dropped there.
 */
export function pagerdutyEvents(notice: AnyNotice, knowledge: TellContext): readonly PagerdutyEvent[] {
	const event = pagerdutyEvent(notice, knowledge);
	if (notice.type !== "finding" || !notice.kinds.includes("answered")) return [event];
	const { finding, now } = notice;
	const triggers = notice.kinds.some((kind) => kind !== "answered") ? [event] : [];
	const isHandled = silenceNow(finding, now) !== undefined || (finding.ack !== undefined && finding.ack.until > now);
	const action = finding.status === "closed" ? "resolve" : isHandled ? "acknowledge" : undefined;
	// Nothing can be taken back there: an incident stays acknowledged.
	if (action === undefined) return triggers;
	return [...triggers, ...incidentKeys(finding).map((key) => ({ ...event, event_action: action, dedup_key: key }) as const)];
}

/** All keys under which a finding may have opened incidents. */
function incidentKeys(finding: Finding): readonly string[] {
	const id = findingId(finding);
	const { worse = 0, escalated = 0 } = finding.reasons;
	return worse + escalated === 0
		? [id]
		: [id, ...severityScale.filter((one) => !isWorse(one, finding.severity)).map((one) => `${id}:${one}`)];
}

/**
 * An event for PagerDuty's Events API v2: `resolve` for an operations notice that is over, else `trigger`. The summary
 * is cut at 1,000 characters.
 */
export function pagerdutyEvent(notice: AnyNotice, knowledge: TellContext): PagerdutyEvent {
	const story = tell(notice, knowledge);
	const { device, hunt, file, answers = [] } = story.links;
	const link = (href: string | undefined, text: string) => (href === undefined ? [] : [{ href, text }]);
	return {
		event_action: notice.type === "operations" && notice.phase === "over" ? "resolve" : "trigger",
		dedup_key: incidentKey(notice),
		client: "Tunnelwatch",
		...(device === undefined ? {} : { client_url: device }),
		links: [
			...link(device, "Open device"),
			...link(hunt, "Hunt"),
			...link(file, "File page"),
			...answers.flatMap(({ label, url }) => link(url, label)),
		],
		payload: {
			summary: clip(summaryOf(story), 1_000),
			severity: severities[story.severity],
			timestamp: story.moment.toISOString(),
			...origin(notice),
			custom_details: detailsOf(story),
		},
	};
}

/**
 * One incident a finding. While an incident is acknowledged, further events under its key page nobody, so what got
 * worse opens one of its own.
 */
function incidentKey(notice: AnyNotice): string {
	if (notice.type === "operations") return notice.incident;
	if (notice.type !== "finding") return notice.id;
	const id = findingId(notice.finding);
	return notice.kinds.some((kind) => escalates[kind]) ? `${id}:${notice.finding.severity}` : id;
}

const escalates: Readonly<Record<NoticeKind, boolean>> = {
	worse: true,
	escalated: true,
	new: false,
	back: false,
	changed: false,
	still: false,
	answered: false,
};

function origin(notice: AnyNotice): Pick<PagerdutyEvent["payload"], "source" | "component" | "group"> {
	if (notice.type !== "finding") return { source: "Tunnelwatch" };
	const { device, family } = notice.finding;
	const group = inert(device.group, 200);
	return {
		source: inert(device.name, 200) || inert(device.id, 200) || "an unnamed device",
		component: family,
		...(group === "" ? {} : { group }),
	};
}

/** What people read in the incident, in the order of the card. */
function detailsOf(story: Story): PagerdutyEvent["payload"]["custom_details"] {
	const rows = [...story.rows, ...story.details].map((row) => [row.label, rowWords(row)]);
	return {
		"What happened": story.happened,
		"Do this now": story.steps.map((step, index) => inertText`${index + 1}. ${step}`),
		"New since the last notice": story.news,
		"Command line": story.commandLine,
		...Object.fromEntries(rows),
		Notice: story.footer,
	};
}
