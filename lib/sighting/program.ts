import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import { folderClass } from "./folder-class.ts";
import type { InTheMaking } from "./in-the-making.ts";
import { lastPart } from "./last-part.ts";
import type { Identified } from "./reading.ts";
import type { Program } from "./sighting.ts";
import type { ToolReader } from "./tool-reader.ts";

/** The program that a reading is about, as people see it: every text redacted. */
export function programOf(
	record: DefenderRecord,
	identified: Identified,
	{ folders, releases }: ToolReader,
	safe: (text: string) => Redacted,
): Program {
	const raw = rawOf(record, identified);
	const { reading, starter, launcher } = identified;
	const sha256 = hash(raw.sha256, 64);
	const release = sha256 === "" ? undefined : releases?.find(sha256);
	const program: InTheMaking<Program> = {
		fileName: safe(raw.fileName),
		path: safe(raw.path),
		folderClass: folderClass(raw.path, folders),
		commandLine: safe(identified.commandLine),
		sha256,
		sha1: hash(raw.sha1, 40),
		kind: reading.kind,
		renamed: reading.inner === "renamed",
		user: safe(raw.user),
		elevated: raw.elevated,
		chain: raw.chain.filter((name) => name !== "").map(safe),
	};
	if (reading.inner === "renamed" && !reading.certain) program.likely = true;
	if (release !== undefined) program.release = release;
	if (raw.signer !== "") program.signer = safe(raw.signer);
	if (starter !== "") program.starter = safe(starter);
	if (launcher !== "") program.launcher = safe(launcher);
	return program;
}

interface Raw {
	readonly fileName: string;
	readonly path: string;
	readonly sha256: string;
	readonly sha1: string;
	readonly user: string;
	readonly elevated: boolean;
	readonly chain: readonly string[];
	readonly signer: string;
}

function rawOf(record: DefenderRecord, { subject, image }: Identified): Raw {
	if (subject === "own") return ofSubject(record);
	const actor = ofActor(record);
	if (subject === "actor") return actor;
	const isPath = /[\\/]/.test(image);
	// Who wrote the command is known; of the program that it names there is only its path.
	return { ...actor, fileName: lastPart(image), path: isPath ? image : "", sha256: "", sha1: "", signer: "" };
}

function ofActor(record: DefenderRecord): Raw {
	const get = (column: Column): string => columnText(record, column);
	const fileName = get("InitiatingProcessFileName") || lastPart(get("InitiatingProcessFolderPath"));
	return {
		fileName,
		path: withName(get("InitiatingProcessFolderPath"), fileName),
		sha256: get("InitiatingProcessSHA256"),
		sha1: get("InitiatingProcessSHA1"),
		user: user(get("InitiatingProcessAccountDomain"), get("InitiatingProcessAccountName"), get("InitiatingProcessAccountUpn")),
		elevated: isElevated(
			get("InitiatingProcessTokenElevation"),
			get("InitiatingProcessIntegrityLevel"),
			get("InitiatingProcessAccountSid"),
			get("InitiatingProcessAccountName"),
		),
		chain: [lastPart(get("InitiatingProcessParentFileName")), fileName],
		signer: [get("InitiatingProcessSignerType"), get("InitiatingProcessSignatureStatus")].filter((part) => part !== "").join(", "),
	};
}

/** The process that was started, or the file that was written or loaded. */
function ofSubject(record: DefenderRecord): Raw {
	const get = (column: Column): string => columnText(record, column);
	const fileName = get("FileName") || lastPart(get("FolderPath"));
	const own = get("AccountName") !== "" || get("AccountUpn") !== "";
	const [domain, name, upn] = own
		? [get("AccountDomain"), get("AccountName"), get("AccountUpn")]
		: [get("InitiatingProcessAccountDomain"), get("InitiatingProcessAccountName"), get("InitiatingProcessAccountUpn")];
	return {
		fileName,
		path: withName(get("FolderPath"), fileName),
		sha256: get("SHA256"),
		sha1: get("SHA1"),
		user: user(domain, name, upn),
		elevated: isElevated(
			get("ProcessTokenElevation"),
			get("ProcessIntegrityLevel"),
			own ? get("AccountSid") : get("InitiatingProcessAccountSid"),
			name,
		),
		chain: [lastPart(get("InitiatingProcessParentFileName")), get("InitiatingProcessFileName"), fileName],
		// Defender names the signer of the acting process only.
		signer: "",
	};
}

function hash(text: string, length: number): string {
	if (text.length !== length) return "";
	if (lowerHex.test(text)) return text;
	return /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : "";
}

const lowerHex = /^[0-9a-f]+$/;

function user(domain: string, name: string, upn: string): string {
	if (name === "") return upn;
	return domain === "" ? name : `${domain}\\${name}`;
}

/** A full token, a high level, or an account that has all rights: SYSTEM, root. */
function isElevated(elevation: string, level: string, sid: string, name: string): boolean {
	return name === "root" || elevation === "TokenElevationTypeFull" || level === "High" || level === "System" || sid === "S-1-5-18";
}

/** Some rows hold the folder only. */
function withName(path: string, fileName: string): string {
	if (path === "" || fileName === "" || lastPart(path).toLowerCase() === fileName.toLowerCase()) return path;
	const separator = path.includes("/") ? "/" : "\\";
	return path.endsWith(separator) ? path + fileName : path + separator + fileName;
}
