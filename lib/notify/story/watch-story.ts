import { severities } from "../../detect/severity-scale.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { AnyNotice, DigestNotice, DrillResult, HeartbeatNotice, StormNotice } from "../../outbox/delivery.ts";
import { huntingQuery } from "../hunting-query.ts";
import type { Portal } from "../portal.ts";
import { type Inert, idText, inertText, joined, plainName, sealed } from "../text.ts";
import { didWords, whoWords } from "./answer-words.ts";
import { type Cause, commonCause } from "./common-cause.ts";
import { isTold, type Links, note, plain, row, type Story, type StoryRow, severityWord, strong } from "./story.ts";
import { clock, counted, duration, utc } from "./time.ts";
import { shortId } from "./tunnel-row.ts";
import { manyWords, modeWords, sceneOf, titleWords, verdictWords } from "./tunnel-words.ts";

const noLinks: Links = { device: undefined, hunt: undefined, file: undefined };

/** Many devices at once: how many, how bad, the worst of them by name. */
export function stormStory(notice: StormNotice, portal: Portal): Story {
	const highest = severities.findLast((severity) => notice.bySeverity[severity] > 0) ?? "info";
	const [first] = notice.worst;
	const earliest = notice.worst.reduce((moment, { firstSeen }) => (firstSeen < moment ? firstSeen : moment), notice.since);
	const cause = commonCause(notice.worst, notice.count);
	const query = huntingQuery(
		notice.worst.map(({ device }) => device.id),
		earliest,
		[...new Set(notice.worst.flatMap(({ family }) => findFamily(family)?.hunting ?? []))],
	);
	return {
		...bare(notice),
		severity: highest,
		kind: inertText`Many devices at once`,
		title: inertText`${manyWords(notice.worst)} on ${counted(notice.count, inertText`device`, inertText`devices`)}`,
		verdict: {
			word: inertText`${counted(notice.count, inertText`device`, inertText`devices`)}, grouped so nothing gets lost.`,
			reason: inertText`${severityCounts(notice)} since ${utc(notice.since)}.`,
		},
		happened:
			cause === undefined
				? inertText`No account, user or program is common to most of the devices listed.`
				: inertText`${cause.words}: probably one cause.`,
		rows: notice.worst.map((finding) => deviceRow(finding, portal)).filter(isTold),
		why: manyWhy(notice.worst),
		steps: stormSteps(notice.worst, cause),
		links: {
			...noLinks,
			device: first === undefined ? undefined : portal.device(first.device, first.firstSeen, first.lastSeen),
			hunt: query === undefined || first === undefined ? undefined : portal.hunt(query, first.device.tenantId, earliest, notice.now),
		},
		footer: inertText`${idText(notice.id)} · the ${notice.worst.length} worst of ${notice.count} are listed; each device will alert again on its own`,
	};
}

/** Once a day: what was counted without a notice, on purpose. */
export function digestStory(notice: DigestNotice): Story {
	return {
		...bare(notice),
		kind: inertText`Daily digest`,
		title: inertText`${counted(notice.heldCount, inertText`device`, inertText`devices`)} seen again with nothing new`,
		verdict: {
			word:
				notice.deadCount === 0
					? notice.keptCount === undefined
						? inertText`Nothing to do.`
						: inertText`${counted(notice.keptCount, inertText`device was`, inertText`devices were`)} not sent here one by one.`
					: inertText`${counted(notice.deadCount, inertText`notice`, inertText`notices`)} failed for good.`,
			reason: inertText`From ${utc(notice.from)} to ${utc(notice.to)}.`,
		},
		steps:
			notice.deadCount === 0
				? []
				: [
						inertText`Run "tunnelwatch findings --dead" to see which notices failed and why.`,
						inertText`Fix the destination, then run "tunnelwatch findings retry".`,
					],
		rows: [
			...notice.held.map(({ finding, more }) => row(inertText`+${more}`, strong(shortName(finding)), note(titleWords(finding.worst)))),
			...(notice.kept ?? []).map(({ finding }) =>
				row(inertText`Not sent`, strong(shortName(finding)), note(inertText`${idText(finding.severity)}: ${titleWords(finding.worst)}`)),
			),
			row(
				inertText`Not sent`,
				plain(unlistedKept(notice) === 0 ? inertText`` : counted(unlistedKept(notice), inertText`more device`, inertText`more devices`)),
			),
			...notice.approvedFirsts.map(({ finding, account, tunnelId }) =>
				row(inertText`First time`, strong(shortName(finding)), note(firstWords(account, tunnelId))),
			),
			row(
				inertText`First time`,
				plain(
					unlisted(notice) === 0
						? inertText``
						: counted(unlisted(notice), inertText`more approved tunnel`, inertText`more approved tunnels`),
				),
			),
			row(
				inertText`Approved`,
				strong(counted(notice.approvedCount, inertText`device`, inertText`devices`)),
				note(inertText`with approved tunnels only`),
			),
			notice.silencedCount === undefined
				? undefined
				: row(
						inertText`Silenced`,
						strong(counted(notice.silencedCount, inertText`device`, inertText`devices`)),
						note(inertText`seen again while silenced`),
					),
			...(notice.answers ?? []).map(({ finding, line }) =>
				row(clock(line.at), strong(shortName(finding)), note(inertText`${didWords(line)} by ${whoWords(line)}`)),
			),
			row(
				inertText`Failed`,
				notice.deadCount === 0 ? plain(inertText``) : strong(counted(notice.deadCount, inertText`notice`, inertText`notices`)),
				note(notice.deadCount === 0 ? inertText`` : inertText`failed for good`),
			),
			row(
				inertText`Read again`,
				notice.rereadCount === 0 ? plain(inertText``) : strong(counted(notice.rereadCount, inertText`message`, inertText`messages`)),
				note(notice.rereadCount === 0 ? inertText`` : inertText`the host had skipped them`),
			),
			row(
				inertText`Never fired`,
				strong(counted(notice.idleRules.length, inertText`rule`, inertText`rules`)),
				note(notice.idleRules.length === 0 ? inertText`` : joined(notice.idleRules.slice(0, 5).map(idText), inertText`, `)),
			),
			drillRow(notice.drill),
		].filter(isTold),
		footer: idText(notice.id),
	};
}

function firstWords(account: string, tunnelId: string): Inert {
	return inertText`approved tunnel ${shortId(tunnelId)} of account ${shortId(account)}, for the first time on this device`;
}

function unlistedKept({ kept = [], keptCount = 0 }: DigestNotice): number {
	return keptCount - kept.length;
}

function unlisted({ approvedFirsts, approvedFirstCount }: DigestNotice): number {
	return approvedFirstCount - approvedFirsts.length;
}

function drillRow(drill: DrillResult | undefined): StoryRow | undefined {
	if (drill === undefined) return undefined;
	const { hubs, arrived, slowestMs } = drill;
	const through = counted(hubs, inertText`hub`, inertText`hubs`);
	return arrived === hubs
		? row(
				inertText`Weekly drill`,
				strong(inertText`arrived`),
				note(inertText`through ${through}, within ${Math.max(1, Math.ceil(slowestMs / 1_000))} s`),
			)
		: row(inertText`Weekly drill`, strong(inertText`missing`), note(inertText`arrived through ${arrived} of ${through}`));
}

/** Sent after a quiet week, so that people know the channel works. */
export function heartbeatStory(notice: HeartbeatNotice): Story {
	const { lastMessageAt, newestEventAt, openCount, now } = notice;
	return {
		...bare(notice),
		kind: inertText`Weekly check-in`,
		title: inertText`Still watching`,
		verdict: {
			// Open findings are not nothing, though none of them is news.
			word: openCount === 0 ? inertText`Nothing to do.` : inertText`No news.`,
			reason:
				lastMessageAt === undefined
					? inertText`This is the first message in this channel.`
					: inertText`No alert for ${duration(now.getTime() - lastMessageAt.getTime())}.`,
		},
		rows: [
			row(inertText`Open`, strong(counted(openCount, inertText`finding`, inertText`findings`))),
			row(
				inertText`Stream`,
				newestEventAt === undefined
					? plain(inertText`no event read yet`)
					: strong(inertText`newest event ${duration(now.getTime() - newestEventAt.getTime())} old`),
				note(newestEventAt === undefined ? inertText`` : utc(newestEventAt)),
			),
		].filter(isTold),
		footer: inertText`${idText(notice.id)} · sent after a quiet week so you know the channel works`,
	};
}

/** The common base of stories that are not about one finding. */
export function bare(notice: Pick<AnyNotice, "id" | "now">): Omit<Story, "kind" | "title" | "verdict" | "footer"> {
	return {
		id: notice.id,
		severity: "info",
		when: utc(notice.now),
		moment: notice.now,
		age: inertText``,
		happened: inertText``,
		news: [],
		rows: [],
		commandLine: inertText``,
		why: inertText``,
		steps: [],
		details: [],
		links: noLinks,
	};
}

/** One device of a storm: severity, name, verdict and account or mode, linked to its portal page. */
export function deviceRow(finding: Finding, portal: Portal): StoryRow | undefined {
	const { worst } = finding;
	const account = shortId(worst.tunnel?.account ?? "");
	const how = account === "" ? modeWords(worst) : inertText`Account ${account}`;
	const whose = verdictWords[worst.ownership.verdict];
	const shown = row(severityWord(finding.severity), strong(shortName(finding)), note(how === "" ? whose : inertText`${whose} ${how}.`));
	const link = portal.device(finding.device, finding.firstSeen, finding.lastSeen);
	return shown === undefined || link === undefined ? shown : { ...shown, link };
}

/** Why many at once matter. Tunnels are spoken of only where all of them are some. */
function manyWhy(findings: readonly Finding[]): Inert {
	return areTunnels(findings)
		? inertText`Several devices opened tunnels within a short time. Either your own team is rolling this out, or an intruder is moving through the network.`
		: inertText`Several devices showed the same within a short time. Either your own team is rolling something out, or an intruder is moving through the network.`;
}

/** Does each of them open a tunnel, rather than go out through one or only name a tool? */
export function areTunnels(findings: readonly Finding[]): boolean {
	return findings.every(({ worst }) => sceneOf(worst) === "tunnel");
}

/** What to do in a storm, starting with the first of the list, the worst first. `cause`: what several of them share, if anything. */
export function stormSteps(findings: readonly Finding[], cause: Cause | undefined): readonly Inert[] {
	const [first, second] = findings;
	const name = first === undefined ? inertText`the first device of the list` : shortName(first);
	const drops = areTunnels(findings) ? inertText`The tunnels drop;` : inertText`Their connections drop;`;
	const isWorst = first !== undefined && first.severity !== second?.severity;
	const start = isWorst ? inertText`Start with ${name}, the worst of them` : inertText`Start with ${name}`;
	return [
		cause === undefined
			? inertText`${start}.`
			: inertText`${start}; ${counted(cause.devices, inertText`other shares`, inertText`others share`)} its ${cause.kind}.`,
		inertText`Ask your software team whether they are rolling out ${areTunnels(findings) ? inertText`tunnels` : inertText`anything like this`} right now.`,
		inertText`If nobody can explain it, isolate the devices (select one below, then Isolate). ${drops} Defender stays connected.`,
	].map(sealed);
}

/** The device's host name without its domain, cut at 24 characters; the start of its id if it has no name. */
export function shortName({ device }: Finding): Inert {
	return plainName(device.name, device.id, 24);
}

/** "2 critical, 10 high" */
export function severityCounts({ bySeverity }: Pick<StormNotice, "bySeverity">): Inert {
	const present = severities.toReversed().filter((severity) => bySeverity[severity] > 0);
	return joined(
		present.map((severity) => inertText`${bySeverity[severity]} ${idText(severity)}`),
		inertText`, `,
	);
}
