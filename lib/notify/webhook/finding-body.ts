import { findingId } from "../../findings/finding.ts";
import type { Notice, OperationsNotice, SingleNotice } from "../../outbox/delivery.ts";
import type { Device } from "../../sighting/sighting.ts";
import { onlyAnswers } from "../story/answer-story.ts";
import { findingLinks } from "../story/finding-story.ts";
import { findingTitle } from "../story/finding-title.ts";
import { attackIds, ruleTitle } from "../story/rule-words.ts";
import type { TellContext } from "../story/tell.ts";
import { knownTunnel } from "../story/tunnel-words.ts";
import { type AnswerType, answersData, answerType } from "./answer-body.ts";
import { opensFinding } from "./opens-finding.ts";

/** Grows by new fields only; a changed meaning takes the next number. Described in docs/finding.schema.json. */
const schema = 1;

export interface Event {
	readonly type: "finding.created" | "finding.updated" | AnswerType | "watch.problem";
	/** When it happened, not when it was sent. */
	readonly timestamp: Date;
	readonly data: object;
}

/** The documented body of the `finding` format. Text from devices is redacted and otherwise as it was. */
export function findingEvent(notice: SingleNotice, knowledge: TellContext): Event {
	switch (notice.type) {
		case "finding":
			return {
				type: answerType(notice) ?? (opensFinding(notice) ? "finding.created" : "finding.updated"),
				timestamp: onlyAnswers(notice)?.at(-1)?.at ?? notice.finding.lastSeen,
				data: findingData(notice, knowledge),
			};
		case "operations":
			return { type: "watch.problem", timestamp: notice.endedAt ?? notice.since, data: operationsData(notice) };
	}
}

function findingData(notice: Notice, knowledge: TellContext): object {
	const { finding } = notice;
	const { device, worst } = finding;
	const { tunnel, learnedAt } = knownTunnel(finding);
	const links = findingLinks(notice, knowledge.rules, knowledge.portal);
	return {
		schema,
		notice: notice.n,
		reasons: notice.kinds,
		id: findingId(finding),
		severity: finding.severity,
		title: findingTitle(finding),
		status: finding.status,
		ownership: {
			verdict: worst.ownership.verdict,
			reason: worst.ownership.reason,
			account: tunnel?.account ?? "",
			tunnel: tunnel?.tunnelId ?? "",
			secretFingerprint: tunnel?.fingerprint ?? "",
			learnedAt,
		},
		tenantId: device.tenantId,
		device: deviceData(device),
		count: finding.count,
		firstSeen: finding.firstSeen,
		lastSeen: finding.lastSeen,

		user: worst.program.user,
		process: {
			name: worst.program.fileName,
			path: worst.program.path,
			commandLine: worst.program.commandLine,
			sha256: worst.program.sha256,
			sha1: worst.program.sha1,
			signer: worst.program.signer,
			chain: worst.program.chain,
			elevated: worst.program.elevated,
			renamed: worst.program.renamed,
			release: worst.program.release,
			folder: worst.program.folderClass,
		},
		mode: worst.mode,
		tokenFile: worst.tokenFile,
		otherTunnels: worst.otherTunnels?.map(({ account, tunnelId }) => ({ account, tunnel: tunnelId })),
		severityReason: worst.severityReason,
		prevalence: worst.prevalence,
		exposes: worst.exposes.map(({ text, class: kind }) => ({ address: text, class: kind })),
		hostname: worst.hostname,
		rules: finding.rules.map((id) => ({ id, title: ruleTitle(id, knowledge.rules) })),
		evidence: worst.rules.flatMap(({ id, evidence }) => evidence.map((one) => ({ rule: id, ...one }))),
		attack: attackIds(finding, knowledge.rules),
		record: { table: worst.table, reportId: worst.reportId, timestamp: worst.timestamp, exportedAt: worst.exportedAt },
		...answersData(notice),
		changes: finding.changes.map(({ n, kind, text }) => ({ notice: n, reason: kind, text })),
		moreSinceLast: notice.moreSinceLast,
		nextNoticeAt: finding.nextNoticeAt,
		links: { device: links.device, hunt: links.hunt },
	};
}

function deviceData({ id, name, group, facts }: Device): object {
	const { kind, ...known } = facts ?? { kind: undefined };
	return { id, name, group, ...known, ...(kind === undefined || kind === "unknown" ? {} : { kind }) };
}

function operationsData({ id, incident, phase, code, subject, what, todo, since, endedAt }: OperationsNotice): object {
	return { schema, id, incident, phase, code, subject, what, todo, since, endedAt, runbook: `docs/alarms.md#${code}` };
}
