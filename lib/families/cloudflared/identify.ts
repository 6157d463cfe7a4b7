import { additionalText } from "../../defender/additional-fields.ts";
import type { DefenderRecord } from "../../defender/record.ts";
import type { Column } from "../../defender/tables.ts";
import { columnText } from "../../sighting/column-text.ts";
import { normalised } from "../../sighting/folder-class.ts";
import type { Claim, Contact, FilePlace, Identified, ProgramKind } from "../../sighting/reading.ts";
import type { Mode } from "../../sighting/sighting.ts";
import { targetClass } from "../../sighting/targets.ts";
import { exposesAdministration } from "../../verdict/doubts.ts";
import { foundIn } from "./claims.ts";
import { readCommand } from "./command.ts";
import { contactHost, talkerOf } from "./contacts.ts";
import { folderOf, isPublicFolder } from "./folders.ts";
import { laterStarts } from "./later-starts.ts";
import { launcherOf } from "./launchers.ts";
import { baseName, nameKind, programName } from "./names.ts";
import { isSame, opensTunnel, readStart, type StartReading } from "./read-start.ts";
import { publishedReleases } from "./releases/published-releases.ts";
import { type Start, startOf, withoutQuotes } from "./start.ts";
import { expand } from "./starters.ts";
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
	const actor = startOf(actorPath, actorLine, new Map());
	// Read one after the other: where the first one is the tool, which is nearly always, the others do not matter.
	function* candidates(): Generator<Candidate> {
		if (record.table === "DeviceProcessEvents" || (record.table === "DeviceEvents" && get("ProcessCommandLine") !== "")) {
			yield candidate(
				"own",
				startOf(ownPath, get("ProcessCommandLine"), variablesOf(actor)),
				parentOf(actorName, get("InitiatingProcessParentFileName")),
				get("ProcessCommandLine"),
				{ official: isOfficial(get("SHA256")), nameless: isNameless(record, ownPath) },
			);
		}
		for (const { start, text } of laterStarts(record)) yield candidate("text", start, programName(actorName), text, {});
		yield candidate("actor", actor, programName(get("InitiatingProcessParentFileName")), actorLine, {
			contact,
			official: isOfficial(get("InitiatingProcessSHA256")),
		});
	}
	let first: Candidate | undefined;
	let tool: Candidate | undefined;
	for (const one of candidates()) {
		first ??= one;
		tool = one.readings.some(isTool) ? one : undefined;
		if (tool !== undefined) break;
	}
	const chosen = tool ?? first;
	return finish(record, chosen, contact, { ownName, ownPath, actorPath });
}

interface Names {
	readonly ownName: string;
	readonly ownPath: string;
	readonly actorPath: string;
}

interface Candidate {
	readonly subject: Identified["subject"];
	readonly isStarter: boolean;
	readonly readings: readonly StartReading[];
	readonly outer: Start;
	readonly parent: string;
	readonly commandLine: string;
	/** Its program's hash is that of a published release. */
	readonly official: boolean;
}

function candidate(
	subject: Identified["subject"],
	outer: Start,
	parent: string,
	commandLine: string,
	{ contact, official = false, nameless = false }: { readonly contact?: Contact; readonly official?: boolean; readonly nameless?: boolean },
): Candidate {
	// Called as a starter is, and it is none.
	const { starts, isStarter } = official ? { starts: [outer], isStarter: false } : expand(outer);
	const talks = contact?.host === "edge" && contact.talker === "other";
	const readings = starts.map((start) => readStart(start, { official, suspicious: talks || (nameless && start === outer) }));
	// A starter's name on a program whose own arguments are cloudflared's: words for the starter among them are a disguise.
	const own = isStarter ? readStart(outer, { official, suspicious: talks }) : undefined;
	const strong = own !== undefined && own.kind === "renamed" && own.certain && isOpening(own);
	// `sudo -n cloudflared tunnel run` reads as a flag of cloudflared's and its value; long names are not shared like that.
	const disguised = strong && !(readings.some(isTool) && hasShortFlag(outer));
	const plain = isStarter || readings.some(isOpening) ? undefined : withoutQuotes(outer);
	const unquoted = plain === undefined ? undefined : readStart(plain, { official, suspicious: talks || nameless });
	const more = [...(disguised ? [own] : []), ...(unquoted !== undefined && isTool(unquoted) && isOpening(unquoted) ? [unquoted] : [])];
	return {
		subject,
		isStarter: isStarter && !disguised,
		readings: [...more, ...readings],
		outer,
		parent,
		commandLine,
		official,
	};
}

const versionColumns = [
	"ProcessVersionInfoCompanyName",
	"ProcessVersionInfoProductName",
	"ProcessVersionInfoOriginalFileName",
	"ProcessVersionInfoFileDescription",
] as const;

/** A Windows program without a version resource, as cloudflared is, where any user can put one. Rows without the columns say nothing. */
function isNameless(record: DefenderRecord, path: string): boolean {
	if (!/^(?:[a-z]:)?\\/i.test(path) || !versionColumns.some((column) => record.columns[column] !== undefined)) return false;
	const place = folderOf(path);
	return versionColumns.every((column) => columnText(record, column) === "") && (place === "user" || place === "program-data");
}

function hasShortFlag({ args }: Start): boolean {
	const [program] = readCommand(args.map(({ value }) => value)).levels;
	return [...(program?.spelling.values() ?? [])].some((name) => name.length === 1);
}

/** It opens a tunnel, now or as a service. */
function isOpening({ mode }: StartReading): boolean {
	return opensTunnel(mode) || mode === "service-install";
}

function isTool({ kind }: StartReading): boolean {
	return kind !== "other";
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

function finish(record: DefenderRecord, chosen: Candidate | undefined, contact: Contact, names: Names): Identified {
	const tools = chosen?.readings.filter(isTool) ?? [];
	const worst = worstOf(tools) ?? chosen?.readings[0];
	const own = tools.flatMap(({ claims }) => claims);
	const seen = new Set(own.map(({ tunnel }) => `${tunnel.account} ${tunnel.tunnelId}`));
	const others = otherClaims(record, chosen, tools.length > 0).filter(({ tunnel }) => !seen.has(`${tunnel.account} ${tunnel.tunnelId}`));
	const isWrapper = tools.length > 0 && (chosen?.isStarter === true || worst?.start.image === "?");
	const inner = worst === undefined || tools.length === 0 ? withoutCommand(record, names, contact) : worst.kind;
	const fallback = ofFile(record) || (names.ownName !== "" && record.table !== "DeviceNetworkEvents") ? "own" : "actor";
	const subject = tools.length > 0 ? (chosen?.subject ?? "actor") : fallback;
	const image = tools.length > 0 ? (worst?.start.image ?? "") : subject === "own" ? names.ownPath : names.actorPath;
	const parent = chosen?.parent ?? "";
	const launcher = launcherOf(image, parent);
	const exposes = [...new Set(tools.flatMap((one) => one.exposes))];
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
		tokenFile: worst?.tokenFile ?? "",
		tunnelId: readTunnelId(worst?.tunnelName ?? "") ?? "",
		hostname: worst?.hostname ?? "",
		exposes,
		flags: [...new Set(tools.flatMap(({ flags }) => flags))],
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
			startArguments: tools.some(({ start }) => start.trail.startArguments),
			launched: launcher?.ownParent === true && !isWrapper && exposes.length === 1 && localWeb.test(exposes[0] ?? ""),
			mode: tools.length > 0 ? modeIn(record, worst, contact) : asksForQuickTunnel(contact) ? "quick" : "unknown",
			decoding: worst?.decoding ?? "not-visible",
			tunnel: tools.length > 0 ? worst?.tunnel : undefined,
			claims: [...own, ...others],
			secondCredential: tools.some((one) => one.secondCredential) || hasAnother(tools),
			detours: [...new Set(tools.flatMap(({ detours }) => detours))],
			tokenFile: filePlace(worst?.tokenFile ?? ""),
			credentialsFile: filePlace(worst?.credentialsFile ?? ""),
			config: filePlace(worst?.config ?? ""),
			exposes: [...new Set(exposes.map(targetClass))],
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
			unread: tools.some(({ start }) => start.trail.unread),
		},
	};
}

/** A web server on the device itself. */
const localWeb = /^(?:https?:\/\/)?(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:\/[^\s]{0,256})?$/i;

function isOfficial(sha256: string): boolean {
	return publishedReleases.find(sha256) !== undefined;
}

function ofFile({ table }: DefenderRecord): boolean {
	return table === "DeviceFileEvents" || table === "DeviceImageLoadEvents";
}

/** Where installers and the program itself keep their files; `open` where anybody can write. */
function filePlace(path: string): FilePlace {
	if (path === "") return "none";
	const plain = path.slice(0, 4_096).toLowerCase().replaceAll("\\", "/");
	if (
		/^c:\/programdata\/cloudflared\/token$|^\/etc\/cloudflared\/token$|\/library\/application support\/com\.cloudflare\.cloudflared\/token$/.test(
			plain,
		)
	)
		return "default";
	if (
		/\/(?:\.cloudflared|\.cloudflare-warp|cloudflare-warp)\/[^/]+$|^(?:\/usr\/local)?\/etc\/cloudflared\/[^/]+$/.test(plain) &&
		!/\/(?:temp|tmp)\//.test(plain)
	)
		return "default";
	const place = folderOf(path);
	return place === "temp" || place === "user" || place === "network" || place === "odd" ? "open" : "other";
}

/** Bystanders say nothing; what reaches for quick tunnels, releases, state or services of the tool does, whoever does it. */
function isAboutTunnels(record: DefenderRecord, contact: Contact): boolean {
	if (record.table !== "DeviceProcessEvents" && record.table !== "DeviceNetworkEvents" && record.table !== "DeviceEvents") return true;
	if (contact.host !== "none") return contact.host !== "everyday" || contact.talker === "other";
	if (columnText(record, "ActionType") === "ServiceInstalled") return true;
	const texts = (
		["ProcessCommandLine", "FolderPath", "RemoteUrl", "FileOriginUrl", "AdditionalFields", "InitiatingProcessCommandLine"] as const
	).map((column) => columnText(record, column));
	return record.table !== "DeviceProcessEvents"
		? !texts.every((text) => !/trycloudflare|cloudflare/i.test(text))
		: texts.some((text) => /trycloudflare\.com|cloudflare\/cloudflared\/releases/i.test(text));
}

/** Two starts in one text with different credentials. */
function hasAnother(tools: readonly StartReading[]): boolean {
	const tunnels = tools.flatMap(({ tunnel }) => (tunnel === undefined ? [] : [tunnel]));
	const [first] = tunnels;
	const opening = tools.filter(({ mode }) => opensTunnel(mode) || mode === "service-install");
	return (
		tunnels.some((one) => !isSame(one, first)) ||
		(opening.length > 1 && opening.some(({ tunnel }) => tunnel === undefined || !isSame(tunnel, first)))
	);
}

/** Tokens anywhere else in the record. In the text of what starts it they count as given. */
function otherClaims(record: DefenderRecord, chosen: Candidate | undefined, runs: boolean): readonly Claim[] {
	const texts = (["ProcessCommandLine", "InitiatingProcessCommandLine", "RegistryValueData", "AdditionalFields"] as const).map(
		(column) => ({
			text: columnText(record, column),
			gives: runs,
		}),
	);
	const previous = { text: columnText(record, "PreviousRegistryValueData"), gives: false };
	const decoded = chosen?.readings.map(({ start }) => ({ text: start.command.text, gives: runs })) ?? [];
	const distinct = new Map<string, Claim>();
	const read = new Map<string, boolean>();
	for (const { text, gives } of [...decoded, ...texts, previous]) {
		// A command often stands in two columns, or is the column.
		if (text.length < 24 || distinct.size >= 16 || read.get(text) === gives) continue;
		read.set(text, gives);
		for (const claim of foundIn(text, gives)) {
			const key = `${claim.tunnel.account} ${claim.tunnel.tunnelId}`;
			const before = distinct.get(key);
			if (before === undefined || (before.place === "elsewhere" && claim.place === "given")) distinct.set(key, claim);
		}
	}
	return [...distinct.values()];
}

/** The variables that the parent's own text sets before it starts something. */
function variablesOf(parent: Start): ReadonlyMap<string, Word> {
	const { starts } = expand(parent);
	return new Map(starts.flatMap(({ environment }) => [...environment]));
}

/** What a row without a command of the tool is about. */
function withoutCommand(record: DefenderRecord, { ownName, actorPath }: Names, contact: Contact): Exclude<ProgramKind, "wrapper"> {
	const published = ofFile(record) ? publishedReleases.find(columnText(record, "SHA256")) : undefined;
	if (published !== undefined) return nameKind(ownName) ?? (keepsItsName(record, ownName) ? "release" : "renamed");
	if (isDocument(record, ownName) || isQuarantined(record, ownName, actorPath)) return "mention";
	const downloaded = downloadName(record, ownName);
	if (downloaded !== undefined) return nameKind(ownName) ?? downloaded;
	const named = record.table === "DeviceNetworkEvents" ? undefined : nameKind(ownName);
	if (named !== undefined) return named;
	if (nameKind(columnText(record, "PreviousFileName")) !== undefined || additionalText(record, "ServiceName") === "Cloudflared")
		return "renamed";
	if (ownsConstants(record) && actorPath !== "") return "renamed";
	if (connects(contact)) return "renamed";
	const texts = [ownName, columnText(record, "ProcessCommandLine"), columnText(record, "InitiatingProcessCommandLine"), actorPath];
	// The name makes a bystander's row one about cloudflared; a row that is about tunnels anyway is not made less by it.
	return texts.some((text) => /cloudflared/i.test(text)) && !isAboutTunnels(record, contact) ? "mention" : "other";
}

/** The event source that only the program itself registers, under whatever name it runs. */
function ownsConstants(record: DefenderRecord): boolean {
	return /\\EventLog\\Application\\Cloudflared$/i.test(columnText(record, "RegistryKey"));
}

/** A file that is no program, though its name, or the one before, is made of cloudflared's. */
function isDocument(record: DefenderRecord, fileName: string): boolean {
	if (record.table !== "DeviceFileEvents") return false;
	const previous = columnText(record, "PreviousFileName");
	if (previous !== "" && /cloudflared/i.test(previous)) return nameKind(previous) === undefined;
	return nameKind(fileName) === undefined && /cloudflared/i.test(fileName);
}

/** Locked away by an installed security product: under that name nothing starts. */
function isQuarantined(record: DefenderRecord, fileName: string, actorPath: string): boolean {
	if (record.table !== "DeviceFileEvents" || !/\.(?:quarantine|quar|qtn|vir|infected)$/i.test(fileName)) return false;
	return /^[a-z]:\\(?:program files(?: \(x86\))?|programdata\\microsoft\\windows defender)\\/.test(normalised(actorPath));
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

/** A published file that was saved: under another name, or a browser's while it is on its way. */
function downloadName(record: DefenderRecord, fileName: string): "release" | "renamed" | "mention" | undefined {
	if (record.table !== "DeviceFileEvents" || !/github\.com\/cloudflare\/cloudflared\/releases\//i.test(columnText(record, "FileOriginUrl")))
		return undefined;
	if (isOnItsWay(record, fileName)) return "release";
	return /\.(?:txt|json|md|html?|sig|asc|pem|sha256|yml|yaml|zip)$/i.test(fileName) ? "mention" : "renamed";
}

/** A published file whose name says so, or that an installer or a browser names for a while. */
function keepsItsName(record: DefenderRecord, fileName: string): boolean {
	const cached = /^[a-z]:\\windows\\installer\\[^\\]{1,64}\.(?:msi|tmp)$/i.test(columnText(record, "FolderPath").slice(0, 1_024));
	return /cloudflared/i.test(fileName) || isOnItsWay(record, fileName) || cached;
}

/** A browser still writes it. */
function isOnItsWay({ table }: DefenderRecord, fileName: string): boolean {
	return table === "DeviceFileEvents" && /\.(?:crdownload|part|partial|tmp|temp|download|opdownload)$|^Unconfirmed /i.test(fileName);
}

function connects({ host, talker }: Contact): boolean {
	return (host === "edge" || host === "quick-tunnel-service") && talker === "other";
}

function contactOf(record: DefenderRecord, actorName: string, actorPath: string): Contact {
	const none: Contact = { host: "none", talker: "nobody" };
	if (record.table !== "DeviceNetworkEvents" && record.table !== "DeviceEvents") return none;
	const inspected = ["DnsQueryString", "query", "server_name", "host"]
		.map((name) => additionalText(record, name))
		.find((one) => one !== "");
	const name = columnText(record, "RemoteUrl") || (inspected ?? "");
	const port = Number(columnText(record, "RemotePort") || 0);
	const host = contactHost(name, columnText(record, "RemoteIP"), record.table === "DeviceNetworkEvents" ? port : 0);
	if (host === "none") return none;
	return { host, talker: talkerOf(actorName, actorPath, false) };
}

function parentOf(actorName: string, grandparent: string): string {
	return programName(actorName === "" ? grandparent : actorName);
}

const serviceManagers = /^(?:services|systemd|init|launchd|openrc-run|runit|s6-supervise|svscan|supervise-daemon)$/;
const shells = /^(?:cmd|powershell|pwsh|bash|sh|zsh|dash|ash|fish|ksh|explorer|windowsterminal|conhost|sudo|su|login|sshd|tmux.*|screen)$/;
const unusualParents =
	/^(?:winword|excel|powerpnt|outlook|onenote|msaccess|mspub|visio|acrord32|acrobat|chrome|msedge|firefox|opera|brave|wscript|cscript|mshta|rundll32|regsvr32|w3wp|httpd|nginx|tomcat\d*|java|php(?:-cgi|-fpm)?|sqlservr|wmiprvse|psexesvc|winrshost|wsmprovhost|screenconnect\.\w+|teamviewer\w*|anydesk|ateraagent|splashtop\w*|ninjarmmagent|meshagent|kaseya\w*|agentmon|dwagent|rustdesk|supremo|remotepc\w*|tacticalrmm|action1_agent|logmein\w*|simplehelp\w*)$/;

function isHighUser(record: DefenderRecord, subject: Identified["subject"]): boolean {
	const own = subject === "own" && columnText(record, "AccountName") !== "";
	const name = columnText(record, own ? "AccountName" : "InitiatingProcessAccountName").toLowerCase();
	const sid = columnText(record, own ? "AccountSid" : "InitiatingProcessAccountSid");
	return /^(?:system|root|local service|network service)$/.test(name) || name.endsWith("$") || /^S-1-5-(?:18|19|20)$/.test(sid);
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
