import type { DefenderRecord } from "../../defender/record.ts";
import type { Column } from "../../defender/tables.ts";
import { columnText } from "../../sighting/column-text.ts";
import type { Contact, Identified, Reading } from "../../sighting/reading.ts";
import type { Mode } from "../../sighting/sighting.ts";
import { targetClass } from "../../sighting/targets.ts";
import { exposesAdministration } from "../../verdict/doubts.ts";
import { isAboutTunnels, ofFile } from "./about-tunnels.ts";
import { type Candidate, candidate, isNameless, startsTool } from "./candidate.ts";
import { isPrivate } from "./contacts.ts";
import { isSame } from "./credential.ts";
import { filePlace } from "./file-place.ts";
import { folderOf, isPublicFolder } from "./folders.ts";
import { type RecordNames, withoutCommand } from "./kind-without-command.ts";
import { laterStarts } from "./later-starts.ts";
import { launcherOf } from "./launchers.ts";
import { baseName, programName } from "./names.ts";
import { hasAnother, otherClaims } from "./other-claims.ts";
import { isHighUser, parentOf, serviceManagers, shells, unusualParents } from "./parents.ts";
import { pathWithBlank } from "./path-with-blank.ts";
import { opensTunnel, type StartReading } from "./read-start.ts";
import { contactOf } from "./record-contact.ts";
import { publishedReleases } from "./releases/published-releases.ts";
import { startOf } from "./start.ts";
import { type Expanded, expand, mayStartOthers } from "./starters.ts";
import { readTunnelId } from "./token.ts";
import type { Word } from "./words.ts";

/** What really runs in a record, and with which credential. Never throws; bounded, whatever the record holds. */
export function identify(record: DefenderRecord): Identified {
	const get = (column: Column): string => columnText(record, column);
	const actorName = get("InitiatingProcessFileName") || baseName(get("InitiatingProcessFolderPath"));
	const actorPath = withName(get("InitiatingProcessFolderPath"), actorName);
	const actorLine = get("InitiatingProcessCommandLine");
	const ownName = get("FileName") || baseName(get("FolderPath"));
	const ownPath = withName(get("FolderPath"), ownName);
	const contact = contactOf(record, actorName, actorPath);
	// Its words matter only where it is a shell or the like, or where the other process is not the tool.
	const actor = once(() => startOf(actorPath, actorLine, noVariables));
	const actorExpanded = once(() => expand(actor()));
	// Read one after the other: where the first one is the tool, which is nearly always, the others do not matter.
	let first: Candidate | undefined;
	const isTool = (one: Candidate): boolean => {
		first ??= one;
		return one.readings.some(startsTool);
	};
	const own = (): Candidate | undefined => {
		const line = get("ProcessCommandLine");
		if (record.table !== "DeviceProcessEvents" && (record.table !== "DeviceEvents" || line === "")) return undefined;
		const variables = actorPath === "" || mayStartOthers(actorPath) ? variablesOf(actorExpanded()) : noVariables;
		const start = startOf(ownPath, line, variables);
		const parent = parentOf(actorName, get("InitiatingProcessParentFileName"));
		const one = candidate("own", start, parent, line, { official: isOfficial(get("SHA256")), nameless: isNameless(record, ownPath) });
		return isTool(one) ? one : undefined;
	};
	const later = (): Candidate | undefined => {
		const all = laterStarts(record).map(({ start, text }) => candidate("text", start, programName(actorName), text, {}));
		return allOf(all.filter(isTool));
	};
	const acting = (): Candidate | undefined => {
		const official = isOfficial(get("InitiatingProcessSHA256"));
		const one = candidate("actor", actor(), programName(get("InitiatingProcessParentFileName")), actorLine, {
			contact,
			official,
			expanded: official ? undefined : actorExpanded(),
		});
		return isTool(one) ? one : undefined;
	};
	const chosen = own() ?? later() ?? acting() ?? first;
	return finish(record, chosen, contact, { ownName, ownPath, actorPath });
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
	return readings.reduce<StartReading | undefined>(
		(worst, one) => (worst === undefined || rank(one) > rank(worst) ? one : worst),
		undefined,
	);
}

function finish(record: DefenderRecord, chosen: Candidate | undefined, contact: Contact, names: RecordNames): Identified {
	const tools = chosen?.readings.filter(startsTool) ?? [];
	const worst = worstOf(tools) ?? chosen?.readings[0];
	const own = tools.flatMap(({ claims }) => claims);
	const others = otherClaims(record, chosen, tools.length > 0);
	const isWrapper = tools.length > 0 && (chosen?.isStarter === true || worst?.start.image === "?");
	const inner = worst === undefined || tools.length === 0 ? withoutCommand(record, names, contact) : worst.kind;
	const fallback = ofFile(record) || (names.ownName !== "" && record.table !== "DeviceNetworkEvents") ? "own" : "actor";
	const subject = tools.length > 0 ? (chosen?.subject ?? "actor") : fallback;
	const image = tools.length > 0 ? (worst?.start.image ?? "") : subject === "own" ? names.ownPath : names.actorPath;
	const parent = chosen?.parent ?? "";
	const launcher = launcherOf(image, parent);
	const exposes = distinct(tools.flatMap((one) => one.exposes));
	const trail = worst?.start.trail;
	const starter = isWrapper ? trail?.starter || baseName(chosen?.outer.image ?? "") : "";
	return {
		subject,
		commandLine:
			tools.length > 0
				? (chosen?.commandLine ?? "")
				: subject === "own"
					? columnText(record, "ProcessCommandLine")
					: columnText(record, "InitiatingProcessCommandLine"),
		image: image === "?" ? "" : image,
		starter: starter === "?" ? "" : starter,
		launcher: launcher?.name ?? "",
		tokenFile: worst === undefined ? "" : pathWithBlank(worst.tokenFile, "token-file", worst.start.args),
		tunnelId: readTunnelId(worst?.tunnelName ?? "") ?? "",
		hostname: worst?.hostname ?? "",
		exposes,
		flags: distinct(tools.flatMap(({ flags }) => flags)),
		reading: {
			kind: isWrapper ? "wrapper" : inner,
			inner,
			official: tools.length > 0 ? chosen?.official === true : ofFile(record) && isOfficial(columnText(record, "SHA256")),
			certain: worst?.certain === true || (tools.length === 0 && inner === "renamed"),
			folderClass: folderOf(image),
			publicFolder: isPublicFolder(image),
			pretends: tools.some(({ pretends }) => pretends),
			container: trail !== undefined && trail.container !== "none",
			remote: trail?.remote ?? false,
			later: trail?.later ?? false,
			variable: trail?.variable ?? false,
			startArguments: tools.some(({ start }) => start.trail.startArguments),
			launched: launcher?.ownParent === true && !isWrapper && exposes.length === 1 && localWeb.test(exposes[0] ?? ""),
			mode: tools.length > 0 ? modeIn(record, worst, contact) : asksForQuickTunnel(contact) ? "quick" : "unknown",
			decoding: worst?.decoding ?? "not-visible",
			tunnel: tools.length > 0 ? worst?.tunnel : undefined,
			claims: [...own, ...others.claims.filter(({ tunnel }) => !own.some((one) => isSame(one.tunnel, tunnel)))],
			secondCredential: tools.some((one) => one.secondCredential) || hasAnother(tools),
			detours: distinct(tools.flatMap(({ detours }) => detours)),
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
				serviceManagers.test(parent) ||
				(subject === "text" &&
					/^(?:imagepath|environment|appenvironment\w*|appparameters|application)$/i.test(columnText(record, "RegistryValueName"))),
			byShell: shells.test(parent),
			byUnusualParent: unusualParents.test(parent),
			highUser: isHighUser(record, subject),
			altered: tools.some(({ altered }) => altered),
			unread: others.unread || (tools.length > 0 ? tools : (chosen?.readings ?? [])).some(({ start }) => start.trail.unread),
		},
	};
}

/** What the work comes to, done when it is first asked for. */
function once<T>(work: () => T): () => T {
	let done: { readonly value: T } | undefined;
	return () => {
		done ??= { value: work() };
		return done.value;
	};
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

/** Some rows hold the folder only. */
function withName(path: string, fileName: string): string {
	if (path === "" || fileName === "" || baseName(path).toLowerCase() === baseName(fileName).toLowerCase())
		return path === "" ? fileName : path;
	const separator = path.includes("/") ? "/" : "\\";
	// The file's own name counts where its path ends in another one.
	if (/\.[a-z0-9]{1,4}$/i.test(path)) return path.slice(0, path.lastIndexOf(separator) + 1) + fileName;
	return path.endsWith(separator) ? path + fileName : path + separator + fileName;
}
