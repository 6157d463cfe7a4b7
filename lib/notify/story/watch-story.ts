import { severities } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { DigestNotice, HeartbeatNotice, StormNotice } from "../../outbox/delivery.ts";
import { huntingQuery } from "../hunting-query.ts";
import type { Portal } from "../portal.ts";
import { type Inert, idText, joined, plainName, say, sealed } from "../text.ts";
import { type Cause, commonCause } from "./common-cause.ts";
import { isTold, type Links, note, plain, type Row, row, type Story, severityWord, strong } from "./story.ts";
import { counted, duration, utc } from "./time.ts";
import { shortId } from "./tunnel-row.ts";
import { modeWords, titleWords, tunnelsWords, verdictWords } from "./tunnel-words.ts";

const noLinks: Links = { device: undefined, hunt: undefined, file: undefined };

/** Many devices at once: how many, how bad, the worst of them by name. */
export function stormStory(notice: StormNotice, portal: Portal): Story {
	const highest = severities.findLast((severity) => notice.bySeverity[severity] > 0) ?? "info";
	const [first] = notice.worst;
	const earliest = notice.worst.reduce((moment, { firstSeen }) => (firstSeen < moment ? firstSeen : moment), notice.since);
	const cause = commonCause(notice.worst);
	const query = huntingQuery(
		notice.worst.map(({ device }) => device.id),
		earliest,
		[...new Set(notice.worst.flatMap(({ family }) => findFamily(family)?.hunting ?? []))],
	);
	return {
		...bare(notice),
		severity: highest,
		kind: say`Many devices at once`,
		title: say`${tunnelsWords(notice.worst)} on ${counted(notice.count, say`device`, say`devices`)}`,
		verdict: {
			word: say`${counted(notice.count, say`device`, say`devices`)}, grouped so nothing gets lost.`,
			reason: say`${severityCounts(notice)} since ${utc(notice.since)}.`,
		},
		happened:
			cause === undefined
				? say`No account, user or program is common to most of the devices listed.`
				: say`${cause.words}: probably one cause.`,
		rows: notice.worst.map((finding) => deviceRow(finding, portal)).filter(isTold),
		why: say`Several devices opened tunnels within a short time. Either your own team is rolling this out, or an intruder is moving through the network.`,
		steps: stormSteps(first, cause),
		links: {
			...noLinks,
			device: first === undefined ? undefined : portal.device(first.device, first.firstSeen, first.lastSeen),
			hunt: query === undefined || first === undefined ? undefined : portal.hunt(query, first.device.tenantId, earliest, notice.now),
		},
		footer: say`${idText(notice.id)} · the ${notice.worst.length} worst of ${notice.count} are listed; each device will alert again on its own`,
	};
}

/** Once a day: what was counted without a notice, on purpose. */
export function digestStory(notice: DigestNotice): Story {
	return {
		...bare(notice),
		kind: say`Daily digest`,
		title: say`${counted(notice.heldCount, say`device`, say`devices`)} seen again with nothing new`,
		verdict: {
			word: notice.deadCount === 0 ? say`Nothing to do.` : say`${counted(notice.deadCount, say`notice`, say`notices`)} failed for good.`,
			reason: say`From ${utc(notice.from)} to ${utc(notice.to)}.`,
		},
		steps:
			notice.deadCount === 0
				? []
				: [
						say`Run "tunnelwatch findings --dead" to see which notices failed and why.`,
						say`Fix the destination, then run "tunnelwatch findings retry".`,
					],
		rows: [
			...notice.held.map(({ finding, more }) => row(say`+${more}`, strong(shortName(finding)), note(titleWords(finding.worst)))),
			row(say`Approved`, strong(counted(notice.approvedCount, say`device`, say`devices`)), note(say`with approved tunnels only`)),
			row(
				say`Failed`,
				strong(counted(notice.deadCount, say`notice`, say`notices`)),
				note(notice.deadCount === 0 ? say`` : say`failed for good`),
			),
			row(
				say`Never fired`,
				strong(counted(notice.idleRules.length, say`rule`, say`rules`)),
				note(notice.idleRules.length === 0 ? say`` : joined(notice.idleRules.slice(0, 5).map(idText), say`, `)),
			),
		].filter(isTold),
		footer: idText(notice.id),
	};
}

/** Sent after a quiet week, so that people know the channel works. */
export function heartbeatStory(notice: HeartbeatNotice): Story {
	const { lastMessageAt, newestEventAt, openCount, now } = notice;
	return {
		...bare(notice),
		kind: say`Weekly check-in`,
		title: say`Still watching`,
		verdict: {
			word: say`Nothing to do.`,
			reason:
				lastMessageAt === undefined
					? say`This is the first message in this channel.`
					: say`No alert for ${duration(now.getTime() - lastMessageAt.getTime())}.`,
		},
		rows: [
			row(say`Open`, strong(counted(openCount, say`finding`, say`findings`))),
			row(
				say`Stream`,
				newestEventAt === undefined
					? plain(say`no event read yet`)
					: strong(say`newest event ${duration(now.getTime() - newestEventAt.getTime())} old`),
				note(newestEventAt === undefined ? say`` : utc(newestEventAt)),
			),
		].filter(isTold),
		footer: say`${idText(notice.id)} · sent after a quiet week so you know the channel works`,
	};
}

function bare(notice: StormNotice | DigestNotice | HeartbeatNotice): Omit<Story, "kind" | "title" | "verdict" | "footer"> {
	return {
		id: notice.id,
		severity: "info",
		when: utc(notice.now),
		moment: notice.now,
		age: say``,
		happened: say``,
		news: [],
		rows: [],
		commandLine: say``,
		why: say``,
		steps: [],
		details: [],
		links: noLinks,
	};
}

function deviceRow(finding: Finding, portal: Portal): Row | undefined {
	const { worst } = finding;
	const account = shortId(worst.tunnel?.account ?? "");
	const how = account === "" ? modeWords(worst) : say`Account ${account}`;
	const whose = verdictWords[worst.ownership.verdict];
	const shown = row(severityWord(finding.severity), strong(shortName(finding)), note(how === "" ? whose : say`${whose} ${how}.`));
	const link = portal.device(finding.device, finding.firstSeen, finding.lastSeen);
	return shown === undefined || link === undefined ? shown : { ...shown, link };
}

function stormSteps(first: Finding | undefined, cause: Cause | undefined): readonly Inert[] {
	const worst = first === undefined ? say`the first device of the list` : shortName(first);
	return [
		cause === undefined
			? say`Start with ${worst}, the worst of them.`
			: say`Start with ${worst}, the worst of them; ${cause.devices} others share its ${cause.kind}.`,
		say`Ask your software team whether they are rolling out tunnels right now.`,
		say`If nobody can explain it, isolate the devices (select one below, then Isolate). The tunnels drop; Defender stays connected.`,
	].map(sealed);
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
