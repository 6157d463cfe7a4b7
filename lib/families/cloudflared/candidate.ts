import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Contact, Identified } from "../../sighting/reading.ts";
import { behindUnknown, nothingBehind } from "./behind-unknown.ts";
import { foundIn } from "./claims.ts";
import { readCommand } from "./command.ts";
import { folderOf } from "./folders.ts";
import { programName } from "./names.ts";
import { readStart, type Signs, type StartReading } from "./read-start.ts";
import { type Start, withoutQuotes } from "./start.ts";
import { opensTunnel } from "./start-mode.ts";
import { type Expanded, expand } from "./starters.ts";
import { takesText } from "./takes-text.ts";

/** A process of a record, or a command in it, that may be cloudflared. */
export interface Candidate {
	readonly subject: Identified["subject"];
	readonly isStarter: boolean;
	readonly readings: readonly StartReading[];
	readonly outer: Start;
	readonly parent: string;
	readonly commandLine: string;
	/** Its program's hash is that of a published release. */
	readonly official: boolean;
}

/** What is known besides the command. */
interface Known {
	readonly contact: Contact | undefined;
	readonly official: boolean;
	readonly nameless: boolean;
	/** What the start comes to, where that was read already. */
	readonly expanded: Expanded | undefined;
}

export const nothingKnown: Known = { contact: undefined, official: false, nameless: false, expanded: undefined };

/** Reads every command that a process comes to, itself or what it starts, and sees through a starter's name on cloudflared. */
export function candidate(
	subject: Identified["subject"],
	outer: Start,
	parent: string,
	commandLine: string,
	{ contact, official, nameless, expanded }: Known,
): Candidate {
	// Called as a starter is, and it is none.
	const { starts, isStarter } = official ? { starts: [outer], isStarter: false } : (expanded ?? expand(outer));
	const talks = contact?.host === "edge" && contact.talker === "other";
	const readings = starts.map((start) => {
		const reading = readWhole(start, { official, suspicious: talks || (nameless && start === outer) });
		return hidesShownToken(reading, outer) ? readStart(start, { official, suspicious: true }) : reading;
	});
	// A starter's name on a program whose own arguments are cloudflared's: words for the starter among them are a disguise.
	const own = isStarter ? readStart(outer, { official, suspicious: talks }) : undefined;
	const strong = own !== undefined && own.kind === "renamed" && own.certain && own.mode !== "would-fail";
	// `sudo -n cloudflared tunnel run` reads as a flag of cloudflared's and its value; long names are not shared like that.
	const disguised = strong && !(readings.some(startsTool) && hasShortFlag(outer));
	const plain = isStarter || readings.some(isOpening) ? undefined : withoutQuotes(outer);
	const unquoted = plain === undefined ? undefined : readStart(plain, { official, suspicious: talks || nameless });
	const counts = unquoted !== undefined && startsTool(unquoted) && (isOpening(unquoted) || !readings.some(startsTool));
	const more = disguised || counts ? [...(disguised ? [own] : []), ...(counts ? [unquoted] : [])] : [];
	return {
		subject,
		isStarter: !disguised && (isStarter || readings.some(({ start }) => start.trail.starter !== "")),
		readings: more.length === 0 ? readings : [...more, ...readings],
		outer,
		parent,
		commandLine,
		official,
	};
}

/** One start, with what a program of unknown grammar hides. */
function readWhole(start: Start, signs: Signs): StartReading {
	const reading = readStart(start, signs);
	// A word of another program's, such as `login`, is one of cloudflared's commands too.
	const isRead =
		signs.official || isOpening(reading) || (startsTool(reading) && reading.kind !== "renamed" && reading.mode !== "would-fail");
	return isRead ? reading : (hiddenBehind(start) ?? reading);
}

const versionColumns = [
	"ProcessVersionInfoCompanyName",
	"ProcessVersionInfoProductName",
	"ProcessVersionInfoOriginalFileName",
	"ProcessVersionInfoFileDescription",
] as const;

/** A Windows program without a version resource, as cloudflared is, where any user can put one. Rows without the columns say nothing. */
export function isNameless(record: DefenderRecord, path: string): boolean {
	if (!/^(?:[a-z]:)?\\/i.test(path)) return false;
	// The place of a path is known already.
	const place = folderOf(path);
	if (place !== "user" && place !== "program-data") return false;
	return (
		versionColumns.every((column) => columnText(record, column) === "") &&
		versionColumns.some((column) => record.columns[column] !== undefined)
	);
}

/** A variable stands where `tunnel run` takes its token, and the text around it shows a tunnel's token: a sign of its own. */
function hidesShownToken({ kind, decoding, start }: StartReading, outer: Start): boolean {
	if (kind !== "other" || decoding !== "hidden" || takesText(programName(start.image))) return false;
	return foundIn(outer.command.text, false).claims.length > 0;
}

function hasShortFlag({ args }: Start): boolean {
	const [program] = readCommand(args.map(({ value }) => value)).levels;
	return [...(program?.spelling.values() ?? [])].some((name) => name.length === 1);
}

/** A start behind a program whose grammar is not known, if it is one without doubt. */
function hiddenBehind(start: Start): StartReading | undefined {
	const behind = behindUnknown(start);
	if (behind === nothingBehind) return undefined;
	const read = (one: Start): StartReading => readStart(one, { official: false, suspicious: false });
	const isStart = (one: StartReading): boolean => isOpening(one) && startsTool(one) && one.certain;
	// Monitoring looks for processes by such a text: it must name a credential or a target, too.
	return behind.words.map(read).find(isStart) ?? behind.text.map(read).find((one) => isStart(one) && one.mode !== "named-env");
}

/** It opens a tunnel, now or as a service. */
function isOpening({ mode }: StartReading): boolean {
	return opensTunnel(mode) || mode === "service-install";
}

/** It is cloudflared, under whatever name. */
export function startsTool({ kind }: StartReading): boolean {
	return kind !== "other";
}
