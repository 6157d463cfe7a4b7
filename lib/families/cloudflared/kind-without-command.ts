import { additionalText } from "../../defender/additional-fields.ts";
import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import { normalised } from "../../sighting/folder-class.ts";
import type { Contact, ProgramKind } from "../../sighting/reading.ts";
import { isAboutTunnels, ofFile } from "./about-tunnels.ts";
import { nameKind } from "./names.ts";
import { publishedReleases } from "./releases/published-releases.ts";
import { mayStartOthers } from "./starters.ts";

/** The files of a row: the one that it is about, and the one that acted. */
export interface RecordNames {
	readonly ownName: string;
	readonly ownPath: string;
	readonly actorPath: string;
}

/** What a row without a command of the tool is about. */
export function withoutCommand(
	record: DefenderRecord,
	{ ownName, actorPath }: RecordNames,
	contact: Contact,
): Exclude<ProgramKind, "wrapper"> {
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
	if (isTaskOfAnother(record)) return "mention";
	const texts = [ownName, columnText(record, "ProcessCommandLine"), columnText(record, "InitiatingProcessCommandLine"), actorPath];
	// The name makes a bystander's row one about cloudflared; a row that is about tunnels anyway is not made less by it.
	return texts.some((text) => /cloudflared/i.test(text)) && !isAboutTunnels(record, contact) ? "mention" : "other";
}

/** A task that starts other programs, which are given no more of it than its folder. */
function isTaskOfAnother(record: DefenderRecord): boolean {
	if (record.table !== "DeviceEvents" || !/^ScheduledTask/.test(columnText(record, "ActionType"))) return false;
	const task = additionalText(record, "TaskContent");
	const programs = [...task.matchAll(/<Command>\s{0,16}"?([^<"]{0,1024})/gi)].map(([, program = ""]) => program.trim());
	return programs.length > 0 && !mayRunIt.test(task) && !programs.some((one) => mayStartOthers(one) || /cloudflared/i.test(one));
}

/** Its command, plain or as numbers, its configuration, or a file that runs. */
const mayRunIt = /tunnel|&#|-config\b|cloudflared[^\s"<]{0,256}\.(?:exe|com|cmd|bat|ps1|vb[se]|jse?|ws[fh]|hta|py|lnk|dll)\b/i;

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
