import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Claim, Contact, Identified, Reading } from "../../sighting/reading.ts";
import type { Mode } from "../../sighting/sighting.ts";
import { targetClass } from "../../sighting/targets.ts";
import { exposesAdministration } from "../../verdict/doubts.ts";
import { isAboutTunnels, ofFile } from "./about-tunnels.ts";
import { type Candidate, candidate, isNameless, nothingKnown, startsTool } from "./candidate.ts";
import { isClearlyOther } from "./clearly-other.ts";
import { isPrivate } from "./contacts.ts";
import { isSame } from "./credential.ts";
import { filePlace } from "./file-place.ts";
import { folderOf, isPublicFolder } from "./folders.ts";
import { withoutCommand } from "./kind-without-command.ts";
import { laterStarts } from "./later-starts.ts";
import { launcherOf } from "./launchers.ts";
import { baseName, programName } from "./names.ts";
import { hasAnother, otherClaims } from "./other-claims.ts";
import { isHighUser, kindOfParent, parentOf } from "./parents.ts";
import { pathWithBlank } from "./path-with-blank.ts";
import type { StartReading } from "./read-start.ts";
import { type Seen, seenIn } from "./record-columns.ts";
import { contactOf } from "./record-contact.ts";
import { publishedReleases } from "./releases/published-releases.ts";
import { type Start, startOf } from "./start.ts";
import { opensTunnel } from "./start-mode.ts";
import { type Expanded, expand, mayStartOthers } from "./starters.ts";
import { readTunnelId } from "./token.ts";
import type { Word } from "./words.ts";

/** What really runs in a record, and with which credential. Never throws; bounded, whatever the record holds. */
export function identify(record: DefenderRecord): Identified {
	const seen = seenIn(record.columns);
	const { actorName, actorPath, actorLine } = seen;
	const contact = contactOf(record, actorName, actorPath);
	// Read one after the other: where the first one is the tool, which is nearly always, the others do not matter.
	let actor: Start | undefined;
	let actorExpanded: Expanded | undefined;
	let own: (() => Candidate) | undefined;
	if (record.table === "DeviceProcessEvents" || (record.table === "DeviceEvents" && seen.ownLine !== "")) {
		let variables = noVariables;
		// Its words matter only where it is a shell or the like, or where the other process is not the tool.
		if (actorPath === "" || mayStartOthers(actorPath)) {
			actor = startOf(actorPath, actorLine, noVariables);
			actorExpanded = expand(actor);
			variables = variablesOf(actorExpanded);
		}
		const official = isOfficial(seen.ownHash);
		own = once(() => ownCandidate(record, seen, official, variables));
		const isOther = !official && variables.size === 0 && isClearlyOther(seen.ownPath, seen.ownLine);
		if (!isOther && own().readings.some(startsTool)) return finish(record, own(), contact, seen);
	}
	const texts = laterStarts(record).map(({ start, text }) => candidate("text", start, programName(actorName), text, nothingKnown));
	const later = allOf(texts.filter(({ readings }) => readings.some(startsTool)));
	if (later !== undefined) return finish(record, later, contact, seen);
	actor ??= startOf(actorPath, actorLine, noVariables);
	const official = isOfficial(seen.actorHash);
	const expanded = official ? undefined : (actorExpanded ?? expand(actor));
	const known = { contact, official, nameless: false, expanded };
	const acting = candidate("actor", actor, programName(seen.actorParent), actorLine, known);
	return finish(record, acting.readings.some(startsTool) ? acting : (own?.() ?? texts[0] ?? acting), contact, seen);
}

/** What the work comes to, done when it is first asked for. */
function once<T>(work: () => T): () => T {
	let done: { readonly value: T } | undefined;
	return () => {
		done ??= { value: work() };
		return done.value;
	};
}

/** The process that the row is about. */
function ownCandidate(record: DefenderRecord, seen: Seen, official: boolean, variables: ReadonlyMap<string, Word>): Candidate {
	const { ownPath, ownLine } = seen;
	const known = { contact: undefined, official, nameless: isNameless(record, ownPath), expanded: undefined };
	return candidate("own", startOf(ownPath, ownLine, variables), parentOf(seen.actorName, seen.actorParent), ownLine, known);
}

/** The commands of one script or task count together: the first one could be there to be seen. */
function allOf(candidates: readonly Candidate[]): Candidate | undefined {
	const [first, ...others] = candidates;
	if (first === undefined || others.length === 0) return first;
	return {
		...first,
		isStarter: candidates.some(({ isStarter }) => isStarter),
		readings: candidates.flatMap(({ readings }) => readings),
		commandLine: distinct(candidates.map(({ commandLine }) => commandLine)).join("\n"),
	};
}

/** Of several commands the worst counts: what lets people in, then what opens a tunnel, then the rest. */
function worstOf(readings: readonly StartReading[]): StartReading | undefined {
	const rank = ({ kind, mode, exposes }: StartReading): number => {
		if (kind === "other") return -1;
		if (exposesAdministration(exposes.map(targetClass))) return 5;
		if (mode === "quick" || mode === "adhoc-named") return 4;
		if (opensTunnel(mode) || mode === "service-install") return kind === "renamed" ? 4 : 3;
		if (mode === "would-fail") return 2;
		return mode === "service-mode" ? 0 : 1;
	};
	return readings.length < 2
		? readings[0]
		: readings.reduce<StartReading | undefined>((worst, one) => (worst === undefined || rank(one) > rank(worst) ? one : worst), undefined);
}

function finish(record: DefenderRecord, chosen: Candidate, contact: Contact, names: Seen): Identified {
	const tools = chosen.readings.filter(startsTool);
	const worst = worstOf(tools) ?? chosen.readings[0];
	const own = together(tools, ({ claims }) => claims);
	const others = otherClaims(record, chosen, tools.length > 0);
	const isWrapper = tools.length > 0 && (chosen.isStarter || worst?.start.image === "?");
	const inner = worst === undefined || tools.length === 0 ? withoutCommand(record, names, contact) : worst.kind;
	const fallback = ofFile(record) || (names.ownName !== "" && record.table !== "DeviceNetworkEvents") ? "own" : "actor";
	const subject = tools.length > 0 ? chosen.subject : fallback;
	const image = tools.length > 0 ? (worst?.start.image ?? "") : subject === "own" ? names.ownPath : names.actorPath;
	const { parent } = chosen;
	const { byServiceManager, byShell, byUnusualParent } = kindOfParent(parent);
	const launcher = launcherOf(image, parent);
	const exposes = distinct(together(tools, (one) => one.exposes));
	const trail = worst?.start.trail;
	const starter = isWrapper ? trail?.starter || baseName(chosen.outer.image) : "";
	return {
		subject,
		commandLine: tools.length > 0 ? chosen.commandLine : subject === "own" ? names.ownLine : names.actorLine,
		image: image === "?" ? "" : image,
		starter: starter === "?" ? "" : starter,
		launcher: launcher?.name ?? "",
		tokenFile: worst === undefined ? "" : pathWithBlank(worst.tokenFile, "token-file", worst.start.args),
		tunnelId: readTunnelId(worst?.tunnelName ?? "") ?? "",
		hostname: worst?.hostname ?? "",
		exposes,
		flags: distinct(together(tools, ({ flags }) => flags)),
		reading: {
			kind: isWrapper ? "wrapper" : inner,
			inner,
			official: tools.length > 0 ? chosen.official : ofFile(record) && isOfficial(names.ownHash),
			certain: worst?.certain === true || (tools.length === 0 && inner === "renamed"),
			folderClass: folderOf(image),
			publicFolder: isPublicFolder(image),
			pretends: tools.some(({ pretends }) => pretends),
			calledOtherwise: tools.some(({ calledOtherwise }) => calledOtherwise),
			container: trail !== undefined && trail.container !== "none",
			remote: trail?.remote ?? false,
			later: trail?.later ?? false,
			variable: trail?.variable ?? false,
			startArguments: tools.some(({ start }) => start.trail.startArguments),
			launched: launcher?.ownParent === true && !isWrapper && exposes.length === 1 && localWeb.test(exposes[0] ?? ""),
			mode: tools.length > 0 ? modeIn(record, worst, contact) : asksForQuickTunnel(contact) ? "quick" : "unknown",
			decoding: worst?.decoding ?? "not-visible",
			tunnel: tools.length > 0 ? worst?.tunnel : undefined,
			claims: allClaims(own, others.claims),
			secondCredential: tools.some((one) => one.secondCredential) || hasAnother(tools),
			detours: distinct(together(tools, ({ detours }) => detours)),
			tokenFile: filePlace(worst?.tokenFile ?? ""),
			credentialsFile: filePlace(worst?.credentialsFile ?? ""),
			config: filePlace(worst?.config ?? ""),
			exposes: distinct(exposes.map(targetClass)),
			reached: tools.length > 0 && subject === "actor" ? reachedIn(record) : nothing,
			opensInOldReleases: tools.some((one) => one.opensInOldReleases),
			contact,
			bystander: inner === "other" && !isAboutTunnels(record, contact),
			registry: record.table === "DeviceRegistryEvents",
			file: ofFile(record),
			byServiceManager:
				byServiceManager ||
				(subject === "text" &&
					/^(?:imagepath|environment|appenvironment\w*|appparameters|application)$/i.test(columnText(record, "RegistryValueName"))),
			byShell,
			byUnusualParent,
			highUser: isHighUser(record.columns, subject),
			altered: tools.some(({ altered }) => altered),
			unread: others.unread || (tools.length > 0 ? tools : chosen.readings).some(({ start }) => start.trail.unread),
		},
	};
}

/** What a start takes its credential from counts more than the same tunnel elsewhere. */
function allClaims(own: readonly Claim[], others: readonly Claim[]): readonly Claim[] {
	if (own.length === 0 || others.length === 0) return own.length === 0 ? others : own;
	return [...own, ...others.filter(({ tunnel }) => !own.some((one) => isSame(one.tunnel, tunnel)))];
}

/** What all of them have in one list; nearly always there is one of them at most. */
function together<T>(tools: readonly StartReading[], listOf: (tool: StartReading) => readonly T[]): readonly T[] {
	const [only, ...others] = tools;
	return only === undefined || others.length > 0 ? tools.flatMap(listOf) : listOf(only);
}

function distinct<T>(list: readonly T[]): readonly T[] {
	return list.length < 2 ? list : [...new Set(list)];
}

/** A web server on the device itself. */
const localWeb = /^(?:https?:\/\/)?(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:\/[^\s]{0,256})?$/i;

function isOfficial(sha256: string): boolean {
	return publishedReleases.find(sha256) !== undefined;
}

/** The variables that the parent's own text sets before it starts something. */
function variablesOf({ starts }: Expanded): ReadonlyMap<string, Word> {
	if (starts.every(({ environment }) => environment.size === 0)) return noVariables;
	return new Map(starts.flatMap(({ environment }) => [...environment]));
}

const noVariables: ReadonlyMap<string, Word> = new Map();

const nothing: Reading["reached"] = [];

/** Through the tunnel, which makes connections to what it serves alone. */
function reachedIn(record: DefenderRecord): Reading["reached"] {
	if (record.table !== "DeviceNetworkEvents" || /^Inbound|^Listening/.test(columnText(record, "ActionType"))) return nothing;
	const address = columnText(record, "RemoteIP");
	if (!isPrivate(address) || address === "") return nothing;
	return [targetClass(`tcp://${address.includes(":") ? `[${address}]` : address}:${columnText(record, "RemotePort")}`)];
}

/** A service manager keeps the program and its arguments in two values: the one without arguments says nothing about the start. */
function modeIn(record: DefenderRecord, reading: StartReading | undefined, contact: Contact): Mode {
	const bare = reading?.mode === "service-mode";
	const programOnly = bare && /^application$/i.test(columnText(record, "RegistryValueName"));
	// Without arguments it opens a tunnel only if its config file says so; a connection to the edge says that it does.
	const connected = bare && reading.kind === "renamed" && contact.host === "edge";
	return programOnly || connected ? "unknown" : (reading?.mode ?? "unknown");
}

/** Who asks for a quick tunnel gets one, under whatever name. */
function asksForQuickTunnel({ host, talker }: Contact): boolean {
	return host === "quick-tunnel-service" && talker === "other";
}
