import { severities } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { WaveNotice } from "../../outbox/delivery.ts";
import { huntingQuery } from "../hunting-query.ts";
import type { Portal } from "../portal.ts";
import { type Inert, idText, inertText, joined } from "../text.ts";
import { commonCause } from "./common-cause.ts";
import { isTold, plain, type Room, rooms, row, type Story, type StoryRow } from "./story.ts";
import { counted, utc } from "./time.ts";
import { manyWords } from "./tunnel-words.ts";
import { areTunnels, bare, deviceRow, severityCounts, shortName, stormSteps } from "./watch-story.ts";

/** At most this many devices get a line with a link; the others are only named. */
const linked = { full: 16, tight: 12, small: 8, least: 5 } as const;
const namesInARow = 10;

/** Severe findings that found no place of their own: every device by name, the most urgent first. */
export function waveStory(notice: WaveNotice, portal: Portal, room: Room): Story {
	const { findings, singly, count } = notice;
	const [first] = findings;
	const shown =
		room === rooms.full ? linked.full : room === rooms.tight ? linked.tight : room === rooms.small ? linked.small : linked.least;
	const earliest = findings.reduce((moment, { firstSeen }) => (firstSeen < moment ? firstSeen : moment), notice.since);
	const cause = commonCause(findings, count);
	const query = huntingQuery(
		findings.slice(0, shown).map(({ device }) => device.id),
		earliest,
		[...new Set(findings.flatMap(({ family }) => findFamily(family)?.hunting ?? []))],
	);
	const devices = counted(count, inertText`device`, inertText`devices`);
	return {
		...bare(notice),
		severity: severities.findLast((severity) => notice.bySeverity[severity] > 0) ?? "high",
		kind: inertText`Many severe findings at once`,
		title: inertText`${manyWords(findings)} on ${devices}`,
		verdict: {
			word: inertText`${devices}, too many for a message each.`,
			reason: inertText`${severityCounts(notice)} since ${utc(notice.since)}.`,
		},
		happened:
			cause === undefined
				? inertText`No account, user or program is common to most of the devices listed.`
				: inertText`${cause.words}: probably one cause.`,
		rows: [...findings.slice(0, shown).map((finding) => deviceRow(finding, portal)), ...others(findings.slice(shown))].filter(isTold),
		why: areTunnels(findings)
			? inertText`Each of these is severe on its own: a way into the device from outside that nobody has approved.`
			: inertText`Each of these is severe on its own.`,
		steps: stormSteps(findings, cause),
		links: {
			device: first === undefined ? undefined : portal.device(first.device, first.firstSeen, first.lastSeen),
			hunt: query === undefined || first === undefined ? undefined : portal.hunt(query, first.device.tenantId, earliest, notice.now),
			file: undefined,
		},
		footer: inertText`${idText(notice.id)} · ${whereSingly(singly)}`,
	};
}

function others(findings: readonly Finding[]): readonly (StoryRow | undefined)[] {
	return Array.from({ length: Math.ceil(findings.length / namesInARow) }, (_, n) =>
		row(inertText`Also`, plain(joined(findings.slice(n * namesInARow, (n + 1) * namesInARow).map(shortName), inertText`, `))),
	);
}

function whereSingly(singly: readonly string[]): Inert {
	if (singly.length === 0) return inertText`"tunnelwatch findings" lists each with its details`;
	return inertText`each has its own notice in ${joined(singly.map(idText), inertText` and `)}`;
}
