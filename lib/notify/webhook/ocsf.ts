import { isServer } from "../../defender/device.ts";
import type { Severity } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import { type Finding, findingId } from "../../findings/finding.ts";
import { silenceNow } from "../../findings/silence.ts";
import type { Notice, OperationsNotice, SingleNotice } from "../../outbox/delivery.ts";
import type { Device } from "../../sighting/sighting.ts";
import { findingLinks } from "../story/finding-story.ts";
import { findingTitle } from "../story/finding-title.ts";
import { attackIds, mainRule } from "../story/rule-words.ts";
import { stepWords } from "../story/steps.ts";
import { summaryOf } from "../story/story.ts";
import { type TellContext, tell } from "../story/tell.ts";
import { knownTunnel, toolWords } from "../story/tunnel-words.ts";
import { answerData } from "./answer-body.ts";
import { opensFinding } from "./opens-finding.ts";

const detectionFinding = 2004;

/** OCSF 1.8.0, class Detection Finding. All times are integer milliseconds; what OCSF has no place for is `unmapped`. */
export function ocsfEvent(notice: SingleNotice, knowledge: TellContext): object {
	return notice.type === "finding" ? findingEvent(notice, knowledge) : problemEvent(notice, knowledge);
}

function findingEvent(notice: Notice, knowledge: TellContext): object {
	const { finding, kinds, n } = notice;
	const { device, worst } = finding;
	return {
		...head(activityOf(notice), finding.severity, notice.now),
		start_time: finding.firstSeen.getTime(),
		end_time: finding.lastSeen.getTime(),
		count: finding.count,
		...statusOf(notice),
		is_alert: true,
		message: findingTitle(finding),
		metadata: {
			...metadata(notice.id),
			correlation_uid: findingId(finding),
			tenant_uid: device.tenantId,
			profiles: ["host"],
			log_name: `AdvancedHunting-${worst.table}`,
			log_provider: "Microsoft Defender XDR",
			original_event_uid: `${worst.table}|${device.id}|${worst.timestamp}|${worst.reportId}`,
			original_time: worst.timestamp,
			...(worst.exportedAt === undefined ? {} : { logged_time: worst.exportedAt.getTime() }),
		},
		finding_info: findingInfo(notice, knowledge),
		device: ocsfDevice(device),
		evidences: [evidence(notice)],
		...enrichments(notice),
		...remediation(finding),
		unmapped: {
			notice: n,
			reasons: kinds,
			rules: finding.rules,
			more_since_last: notice.moreSinceLast,
			...(notice.answers === undefined ? {} : { answers: notice.answers.map((one) => JSON.stringify(answerData(one))) }),
			...(worst.program.signer === undefined ? {} : { signer: worst.program.signer }),
			...(device.group === "" ? {} : { device_group: device.group }),
			...(finding.nextNoticeAt === undefined ? {} : { next_notice_at: finding.nextNoticeAt.getTime() }),
		},
	};
}

/** What is wrong with the watch concerns no single device, so it is told as text. */
function problemEvent(notice: OperationsNotice, knowledge: TellContext): object {
	const story = tell(notice, knowledge);
	return {
		...head(activities.other, story.severity, notice.now),
		is_alert: notice.phase === "begun",
		message: summaryOf(story),
		metadata: metadata(notice.id),
		finding_info: { uid: notice.id, title: story.title, desc: `${story.verdict.word} ${story.verdict.reason}` },
		unmapped: { kind: notice.type, rows: story.rows.map(({ label, spans }) => `${label}: ${spans.map(({ text }) => text).join(" ")}`) },
	};
}

function activityOf(notice: Notice): (typeof activities)[keyof typeof activities] {
	if (opensFinding(notice)) return activities.create;
	return notice.finding.status === "closed" ? activities.close : activities.update;
}

/** Where people are with it. */
function statusOf({ finding, now }: Notice): object {
	if (finding.status === "closed") return { status_id: 4, status: "Resolved" };
	if (silenceNow(finding, now) !== undefined) return { status_id: 3, status: "Suppressed" };
	const isAcknowledged = finding.ack !== undefined && finding.ack.until > now;
	return isAcknowledged ? { status_id: 2, status: "In Progress" } : { status_id: 1, status: "New" };
}

const activities = {
	create: { id: 1, name: "Create" },
	update: { id: 2, name: "Update" },
	close: { id: 3, name: "Close" },
	other: { id: 99, name: "Other" },
};

const severities: Readonly<Record<Severity, { readonly id: number; readonly name: string }>> = {
	info: { id: 1, name: "Informational" },
	low: { id: 2, name: "Low" },
	medium: { id: 3, name: "Medium" },
	high: { id: 4, name: "High" },
	critical: { id: 5, name: "Critical" },
};

function head(activity: (typeof activities)[keyof typeof activities], severity: Severity, now: Date): object {
	return {
		class_uid: detectionFinding,
		class_name: "Detection Finding",
		category_uid: 2,
		category_name: "Findings",
		activity_id: activity.id,
		activity_name: activity.name,
		type_uid: detectionFinding * 100 + activity.id,
		type_name: `Detection Finding: ${activity.name}`,
		time: now.getTime(),
		severity_id: severities[severity].id,
		severity: severities[severity].name,
	};
}

function metadata(uid: string): object {
	return { version: "1.8.0", uid, product: { name: "Tunnelwatch", vendor_name: "Tunnelwatch" } };
}

function findingInfo(notice: Notice, knowledge: TellContext): object {
	const { finding } = notice;
	const main = mainRule(finding, knowledge.rules)?.id ?? finding.rules[0];
	const others = finding.rules.filter((id) => id !== main);
	const { device } = findingLinks(notice, knowledge.rules, knowledge.portal);
	const analytic = (id: string): object => ({ uid: id, name: knowledge.rules(id)?.title ?? id, type_id: 1, type: "Rule" });
	return {
		uid: findingId(finding),
		title: findingTitle(finding),
		desc: mainRule(finding, knowledge.rules)?.meaning ?? `${toolWords(finding.worst)} was seen on the device.`,
		types: ["Command and Control"],
		created_time: finding.firstSeen.getTime(),
		first_seen_time: finding.firstSeen.getTime(),
		last_seen_time: finding.lastSeen.getTime(),
		related_events_count: finding.count,
		data_sources: [finding.worst.table],
		...(device === undefined ? {} : { src_url: device }),
		...(main === undefined ? {} : { analytic: analytic(main) }),
		...(others.length === 0 ? {} : { related_analytics: others.map(analytic) }),
		attacks: attackIds(finding, knowledge.rules).map(technique),
	};
}

function ocsfDevice({ id, name, facts }: Device): object {
	const type = facts !== undefined && isServer(facts.kind) ? { type_id: 1, type: "Server" } : { type_id: 0, type: "Unknown" };
	if (facts === undefined || facts.os === "") return { uid: id, hostname: name, ...type };
	return { uid: id, hostname: name, ...type, os: { name: facts.os, ...osType(facts.os) } };
}

function osType(os: string): object {
	if (/^windows/i.test(os)) return { type_id: 100, type: "Windows" };
	if (/^mac ?os/i.test(os)) return { type_id: 300, type: "macOS" };
	return { type_id: 0, type: "Unknown" };
}

/** T1090.001 is a sub-technique of T1090. */
function technique(id: string): object {
	const [parent = id] = id.split(".");
	return { technique: { uid: parent }, ...(parent === id ? {} : { sub_technique: { uid: id } }) };
}

function evidence({ finding }: Notice): object {
	const { device, program, recordId } = finding.worst;
	const parent = program.chain.at(-2);
	const hashes = [
		...(program.sha256 === "" ? [] : [{ algorithm_id: 3, algorithm: "SHA-256", value: program.sha256 }]),
		...(program.sha1 === "" ? [] : [{ algorithm_id: 2, algorithm: "SHA-1", value: program.sha1 }]),
	];
	return {
		uid: recordId,
		process: {
			// Process ids are reused and not kept; the record names this start of the program for good.
			uid: `${device.id}:${recordId}`,
			name: program.fileName,
			cmd_line: program.commandLine,
			file: {
				name: program.fileName,
				path: program.path,
				type_id: 1,
				type: "Regular File",
				...(hashes.length === 0 ? {} : { hashes }),
			},
			...(parent === undefined ? {} : { parent_process: { uid: `${device.id}:${recordId}:parent`, name: parent } }),
			...(program.user === "" ? {} : { user: { name: program.user } }),
		},
	};
}

function enrichments({ finding }: Notice): object {
	const { worst } = finding;
	const { tunnel } = knownTunnel(finding);
	const data = {
		ownership: worst.ownership.verdict,
		reason: worst.ownership.reason,
		mode: worst.mode,
		exposes: worst.exposes.map(({ text }) => text),
		...(tunnel === undefined ? {} : { account_tag: tunnel.account, tunnel_id: tunnel.tunnelId, secret_fingerprint: tunnel.fingerprint }),
	};
	const value = worst.ownership.verdict;
	return {
		enrichments: [
			{
				name: "evidences[0].process.cmd_line",
				value,
				type: findFamily(worst.family)?.words.ocsfType ?? "tunnel",
				provider: "Tunnelwatch",
				data,
			},
		],
	};
}

/** The steps of the card, with names in full. */
function remediation(finding: Finding): object {
	return { remediation: { desc: stepWords(finding, 200).join(" ") } };
}
