import { severities } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { DigestNotice, HeartbeatNotice, StormNotice } from "../../outbox/delivery.ts";
import { huntingQuery } from "../hunting-query.ts";
import type { Portal } from "../portal.ts";
import { type Inert, idText, joined, plainName, say } from "../text.ts";
import { isTold, type Links, note, plain, type Row, row, type Story, severityWord, strong } from "./story.ts";
import { counted, duration, utc } from "./time.ts";
import { shortId } from "./tunnel-row.ts";
import { modeWords, titleWords, tunnelsWords, verdictWords } from "./tunnel-words.ts";

const noLinks: Links = { device: undefined, hunt: undefined, file: undefined };

/** Many findings at once: how many, how bad, the worst of them by name. */
export function stormStory(notice: StormNotice, portal: Portal): Story {
	const highest = severities.findLast((severity) => notice.bySeverity[severity] > 0) ?? "info";
	const [first] = notice.worst;
	const earliest = notice.worst.reduce((moment, { firstSeen }) => (firstSeen < moment ? firstSeen : moment), notice.since);
	const query = huntingQuery(
		notice.worst.map(({ device }) => device.id),
		earliest,
		[...new Set(notice.worst.flatMap(({ family }) => findFamily(family)?.hunting ?? []))],
	);
	return {
		...bare(notice),
		severity: highest,
		kind: say`Many findings at once`,
		title: say`${tunnelsWords(notice.worst)} on ${counted(notice.count, say`device`, say`devices`)}`,
		verdict: {
			word: say`Told together, so that nothing is buried.`,
			reason: say`Since ${utc(notice.since)}: ${severityCounts(notice)}.`,
		},
		rows: notice.worst.map(deviceRow).filter(isTold),
		why: say`Several devices started to reach out in a short time. That is a roll-out of your own, or somebody moving through the network.`,
		steps: [
			say`Start with the first of the list, the worst; Open device leads to it.`,
			say`Compare accounts and users: one account on many devices is one cause.`,
			say`Ask who rolls out software right now. No good answer: treat all of them as hostile.`,
		],
		links: {
			...noLinks,
			device: first === undefined ? undefined : portal.device(first.device, first.firstSeen, first.lastSeen),
			hunt: query === undefined || first === undefined ? undefined : portal.hunt(query, first.device.tenantId, earliest, notice.now),
		},
		footer: say`${idText(notice.id)} · the ${notice.worst.length} worst of ${notice.count} are listed; each device speaks again by itself`,
	};
}

/** What was counted and deliberately not told, once a day. */
export function digestStory(notice: DigestNotice): Story {
	return {
		...bare(notice),
		kind: say`Daily digest`,
		title: say`${counted(notice.heldCount, say`device`, say`devices`)} seen again, nothing new on them`,
		verdict: { word: say`Nothing to do now.`, reason: say`From ${utc(notice.from)} to ${utc(notice.to)}.` },
		rows: [
			...notice.held.map(({ finding, more }) => row(say`+${more}`, strong(shortName(finding)), note(titleWords(finding.worst)))),
			row(say`Approved`, strong(counted(notice.approvedCount, say`device`, say`devices`)), note(say`with approved tunnels only`)),
			row(
				say`Given up`,
				strong(counted(notice.deadCount, say`notice`, say`notices`)),
				note(notice.deadCount === 0 ? say`` : say`could not be delivered for 72 h; look at the health page`),
			),
			row(
				say`Silent rules`,
				strong(counted(notice.idleRules.length, say`rule`, say`rules`)),
				note(notice.idleRules.length === 0 ? say`` : joined(notice.idleRules.slice(0, 5).map(idText), say`, `)),
			),
		].filter(isTold),
		footer: idText(notice.id),
	};
}

/** A sign of life: silence must mean that nothing happened, not that nobody watches. */
export function heartbeatStory(notice: HeartbeatNotice): Story {
	const { lastMessageAt, newestEventAt, openCount, now } = notice;
	return {
		...bare(notice),
		kind: say`Sign of life`,
		title: say`Still watching`,
		verdict: {
			word: say`Nothing to do.`,
			reason:
				lastMessageAt === undefined
					? say`This is the first message here.`
					: say`No message was needed for ${duration(now.getTime() - lastMessageAt.getTime())}.`,
		},
		rows: [
			row(say`Open`, strong(counted(openCount, say`finding`, say`findings`))),
			row(
				say`Stream`,
				newestEventAt === undefined
					? plain(say`no event was read yet`)
					: strong(say`newest event ${duration(now.getTime() - newestEventAt.getTime())} old`),
				note(newestEventAt === undefined ? say`` : utc(newestEventAt)),
			),
		].filter(isTold),
		footer: say`${idText(notice.id)} · comes after a quiet week, so that silence means silence`,
	};
}

function bare(notice: StormNotice | DigestNotice | HeartbeatNotice): Omit<Story, "kind" | "title" | "verdict" | "footer"> {
	return {
		id: notice.id,
		severity: "info",
		when: utc(notice.now),
		news: [],
		rows: [],
		commandLine: say``,
		why: say``,
		steps: [],
		details: [],
		links: noLinks,
	};
}

function deviceRow(finding: Finding): Row | undefined {
	const { worst } = finding;
	const account = shortId(worst.tunnel?.account ?? "");
	const how = account === "" ? modeWords(worst) : say`Account ${account}`;
	const whose = verdictWords[worst.ownership.verdict];
	return row(severityWord(finding.severity), strong(shortName(finding)), note(how === "" ? whose : say`${whose} ${how}.`));
}

function shortName({ device }: Finding): Inert {
	return plainName(device.name, device.id, 24);
}

/** "2 critical, 10 high" */
function severityCounts({ bySeverity }: StormNotice): Inert {
	const present = severities.toReversed().filter((severity) => bySeverity[severity] > 0);
	return joined(
		present.map((severity) => say`${bySeverity[severity]} ${idText(severity)}`),
		say`, `,
	);
}
