import { findFamily } from "../../families/find-family.ts";
import { findingId } from "../../findings/finding.ts";
import type { NoticeKind } from "../../findings/notice-kind.ts";
import type { Notice } from "../../outbox/delivery.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import { huntingQuery } from "../hunting-query.ts";
import type { Portal } from "../portal.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, idText, inert, inertText, joined, shortWords } from "../text.ts";
import { answerLine, answerStory, onlyAnswers } from "./answer-story.ts";
import { whoWords } from "./answer-words.ts";
import { findingDetails } from "./finding-details.ts";
import { findingRows } from "./finding-rows.ts";
import { findingTitle } from "./finding-title.ts";
import { happenedWords } from "./happened.ts";
import { mainRule, whyWords } from "./rule-words.ts";
import { stepWords } from "./steps.ts";
import type { Links, Room, Story } from "./story.ts";
import { counted, duration, shortDuration, utc } from "./time.ts";
import { verdictWords } from "./tunnel-words.ts";

interface Knowledge {
	readonly rules: FindRule;
	readonly portal: Portal;
	readonly isReplay?: boolean;
}

/** The story of one finding. The head is about its worst sighting: a weaker one that came later never hides it. */
export function findingStory(notice: Notice, room: Room, { rules, portal, isReplay = false }: Knowledge): Story {
	const answers = onlyAnswers(notice);
	if (answers !== undefined) return answerStory(notice, answers, portal);
	const { finding } = notice;
	const { worst } = finding;
	return {
		id: notice.id,
		severity: finding.severity,
		kind: kindWords(notice),
		when: utc(finding.lastSeen),
		moment: finding.lastSeen,
		age: ageWords(notice, isReplay),
		title: findingTitle(finding),
		verdict: confirmedWords(notice) ?? {
			word: verdictWords[worst.ownership.verdict],
			reason: shortWords(inert(worst.ownership.reason, room.sentence), room.word),
		},
		happened: room.rows === "few" ? inertText`` : happenedWords(finding, room.word),
		news: [
			...(notice.answers ?? []).filter(({ kind }) => kind !== "ended").map((one) => answerLine(one, finding.lastSeen)),
			...news(notice, rules).map((text) => shortWords(inert(text, room.sentence), room.word)),
		].slice(0, room.news),
		rows: findingRows(notice, room, rules),
		commandLine: room.commandLine === 0 ? inertText`` : shortWords(inert(worst.program.commandLine, room.commandLine), room.word + 8),
		why: whyWords(finding, rules),
		steps: stepWords(finding, room.word),
		details: findingDetails(finding, room, rules),
		links: findingLinks(notice, rules, portal),
		footer: footer(notice),
	};
}

/** Portal links of a finding. Each is `undefined` if its id is missing or, for the hunt, if no query fits a link. */
export function findingLinks(notice: Notice, rules: FindRule, portal: Portal): Links {
	const { device, firstSeen, lastSeen, worst } = notice.finding;
	const hunt = (source: string | undefined): string | undefined => {
		const query = source === undefined ? undefined : huntingQuery([device.id], firstSeen, [source]);
		return query === undefined ? undefined : portal.hunt(query, device.tenantId, firstSeen, notice.now);
	};
	return {
		device: portal.device(device, firstSeen, lastSeen),
		// If the rule no longer exists, or its query is too long for a link, the family's own query is used.
		hunt: hunt(mainRule(notice.finding, rules)?.kql) ?? hunt(findFamily(worst.family)?.hunting),
		file: portal.file(worst.program.sha1, device.tenantId),
	};
}

/** `reminds`: the message has no news, so it counts the events since the last one. */
const kinds: Readonly<Record<NoticeKind, { readonly words: Inert; readonly reminds: boolean }>> = {
	escalated: { words: inertText`Confirmed not ours`, reminds: false },
	answered: { words: inertText`Answered`, reminds: false },
	new: { words: inertText`New finding`, reminds: false },
	worse: { words: inertText`Escalated`, reminds: false },
	changed: { words: inertText`New evidence`, reminds: false },
	still: { words: inertText`Reminder`, reminds: true },
	back: { words: inertText`Seen again after 30 quiet days`, reminds: false },
};

function endsSilence(answers: Notice["answers"]): boolean {
	return answers?.some(({ kind }) => kind === "ended") === true;
}

function kindWords({ kinds: told, n, finding, answers }: Notice): Inert {
	const wasClosed = told[0] === "back" && finding.history?.at(-1)?.kind === "close";
	const kind = wasClosed
		? inertText`Seen again after it was closed`
		: told[0] === "still" && endsSilence(answers)
			? inertText`Silence ended`
			: kinds[told[0] ?? "new"].words;
	return n > 1 ? inertText`${kind}, notice ${n}` : kind;
}

/** News since the last message: the changes of this notice and of those that were never sent. */
function news({ finding, kinds: told, n }: Notice, rules: FindRule): readonly Redacted[] {
	return finding.changes
		.filter(
			(change) => change.kind !== "new" && (change.n === n || (told.includes(change.kind) && change.n === finding.reasons[change.kind])),
		)
		.map(({ text }) => withTitle(text, rules));
}

/** People know a rule by its title. */
function withTitle(text: Redacted, rules: FindRule): Redacted {
	const id = /^another rule: ([a-z0-9-]{1,100})$/.exec(text)?.[1];
	const title = id === undefined ? undefined : rules(id)?.title;
	// Our own words.
	return title === undefined ? text : (`another rule: ${title}` as Redacted);
}

/** What a person has confirmed stands in the head, with the name. */
function confirmedWords({ finding, kinds: told }: Notice): Story["verdict"] | undefined {
	const said = finding.history?.findLast(({ kind }) => kind === "not-ours");
	if (!told.includes("escalated") || finding.confirmedAt === undefined || said === undefined) return undefined;
	return { word: inertText`Not ours.`, reason: inertText`Confirmed by ${whoWords(said)}.` };
}

/** How long ago it happened, and how soon after we read it people are told: a backlog shows in the age. A replay is read late on purpose. */
function ageWords({ finding, kinds: told, answers, now }: Notice, isReplay: boolean): Inert {
	const happenedMs = now.getTime() - finding.lastSeen.getTime();
	const readMs = now.getTime() - finding.touchedAt.getTime();
	// Where a person or the end of a silence is the news, the event has been told long before.
	const isAnswer = told.includes("escalated") || endsSilence(answers);
	const soon = readMs < 0 || isAnswer || isReplay ? inertText`` : inertText`told ${shortDuration(readMs)} after it was read`;
	// A device's clock can run ahead of ours.
	return joined([happenedMs < 0 ? inertText`` : inertText`${duration(happenedMs)} ago`, soon], inertText`, `);
}

function footer({ finding, kinds: told, n, moreSinceLast }: Notice): Inert {
	const head = inertText`Finding ${idText(findingId(finding))} · notice ${n}`;
	const quiet = duration(finding.quietMs);
	if (finding.nextNoticeAt === undefined) return head;
	if (!kinds[told[0] ?? "new"].reminds) return inertText`${head} · muted for ${quiet} unless something changes`;
	return inertText`${head} · ${counted(moreSinceLast, inertText`more event`, inertText`more events`)} since the last notice; next reminder in ${quiet}`;
}
