import { additionalText } from "../defender/additional-fields.ts";
import type { DefenderRecord } from "../defender/record.ts";
import type { Column } from "../defender/tables.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { columnText } from "./column-text.ts";
import { folderClass } from "./folder-class.ts";
import type { Invocation } from "./invocation.ts";
import type { Program } from "./sighting.ts";
import type { ToolReader } from "./tool-reader.ts";

/** The program a record is about, with its command line as it was read: raw, so it stays inside this folder. */
export interface SeenProgram {
	readonly program: Program;
	readonly rawCommandLine: string;
	readonly invocation: Invocation | undefined;
}

/** What reads a record: the tool that is looked for, and what makes a text fit to be shown. */
export interface Reading {
	readonly family: string;
	readonly tool: ToolReader;
	readonly safe: (text: string) => Redacted;
}

/**
 * Which process of the record is the tool: its own, the one that acted, or the one that a service entry or a script
 * names. The one that carries a command of the tool goes first, then the one with its name.
 */
export function seenProgram(record: DefenderRecord, reading: Reading): SeenProgram {
	const isNamed = (candidate: SeenProgram): boolean => hasName(reading.tool, candidate.program.fileName);
	const actor = fromActor(record, reading);
	if (record.table === "DeviceProcessEvents" || record.table === "DeviceEvents") {
		const own = fromSubject(record, columnText(record, "ProcessCommandLine"), reading);
		const script = fromText(actor, scriptText(record), reading);
		return [own, actor, script].find(behaves) ?? [own, actor].find(isNamed) ?? (own.program.fileName === "" ? actor : own);
	}
	if (record.table === "DeviceFileEvents" || record.table === "DeviceImageLoadEvents") {
		return behaves(actor) || isNamed(actor) ? actor : fromSubject(record, "", reading);
	}
	if (record.table === "DeviceRegistryEvents") {
		const entries = [columnText(record, "RegistryValueData"), columnText(record, "PreviousRegistryValueData")];
		return [...entries.map((entry) => fromText(actor, entry, reading)), actor].find(behaves) ?? actor;
	}
	return actor;
}

/** What a script block or a scheduled command says, whichever member holds it. */
function scriptText(record: DefenderRecord): string {
	return additionalText(record, "Command") || additionalText(record, "ScriptContent") || additionalText(record, "ProcessCommandLine");
}

function behaves(candidate: SeenProgram): boolean {
	return candidate.invocation !== undefined;
}

/** Anything may stand around the tool's name. */
export function hasName({ name }: ToolReader, fileName: string): boolean {
	return fileName.toLowerCase().includes(name);
}

function fromActor(record: DefenderRecord, reading: Reading): SeenProgram {
	const get = (column: Column): string => columnText(record, column);
	const fileName = get("InitiatingProcessFileName") || baseName(get("InitiatingProcessFolderPath"));
	const commandLine = get("InitiatingProcessCommandLine");
	return seen(reading, commandLine, {
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
		chain: [baseName(get("InitiatingProcessParentFileName")), fileName],
		signer: [get("InitiatingProcessSignerType"), get("InitiatingProcessSignatureStatus")].filter((part) => part !== "").join(", "),
		otherName: "",
	});
}

/** The process that was started, or the file that was written or loaded. */
function fromSubject(record: DefenderRecord, commandLine: string, reading: Reading): SeenProgram {
	const get = (column: Column): string => columnText(record, column);
	const fileName = get("FileName") || baseName(get("FolderPath"));
	const own = get("AccountName") !== "" || get("AccountUpn") !== "";
	const [domain, name, upn] = own
		? [get("AccountDomain"), get("AccountName"), get("AccountUpn")]
		: [get("InitiatingProcessAccountDomain"), get("InitiatingProcessAccountName"), get("InitiatingProcessAccountUpn")];
	return seen(reading, commandLine, {
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
		chain: [baseName(get("InitiatingProcessParentFileName")), get("InitiatingProcessFileName"), fileName],
		// Defender names the signer of the acting process only.
		signer: "",
		// A renamed tool may still install its service under its own name.
		otherName: get("PreviousFileName") || additionalText(record, "ServiceName"),
	});
}

/** A command that stands in a registry value or a script: the program it names, run by who wrote it. */
function fromText(actor: SeenProgram, commandLine: string, reading: Reading): SeenProgram {
	const path = /^\s*"([^"]{1,1024})"/.exec(commandLine)?.[1] ?? /^\s*(\S{1,1024})/.exec(commandLine)?.[1] ?? "";
	const isPath = /^(?:[a-z]:\\|\\\\|\/)/i.test(path);
	const invocation = commandLine === "" ? undefined : reading.tool.readInvocation(commandLine);
	const named = invocation?.nested === true ? nameIn(commandLine, reading.tool) : baseName(path);
	const program = seen(reading, commandLine, {
		fileName: named,
		path: isPath ? path : "",
		sha256: "",
		sha1: "",
		user: "",
		elevated: false,
		chain: [],
		signer: "",
		otherName: "",
	}).program;
	return {
		invocation,
		rawCommandLine: commandLine,
		program: { ...program, user: actor.program.user, elevated: actor.program.elevated, chain: actor.program.chain },
	};
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
	readonly otherName: string;
}

function seen({ tool, safe }: Reading, commandLine: string, raw: Raw): SeenProgram {
	const invocation = commandLine === "" ? undefined : tool.readInvocation(commandLine);
	const named = hasName(tool, raw.fileName);
	const behaving = invocation !== undefined && !invocation.nested;
	return {
		rawCommandLine: commandLine,
		invocation,
		program: {
			fileName: safe(raw.fileName),
			path: safe(raw.path),
			folderClass: folderClass(raw.path, tool.folders),
			commandLine: safe(commandLine),
			sha256: hash(raw.sha256, 64),
			sha1: hash(raw.sha1, 40),
			renamed: raw.fileName !== "" && !named && (behaving || hasName(tool, raw.otherName)),
			user: safe(raw.user),
			elevated: raw.elevated,
			chain: raw.chain.filter((name) => name !== "").map(safe),
			...(raw.signer === "" ? {} : { signer: safe(raw.signer) }),
		},
	};
}

/** The first part of a path with the tool's name in it; empty when there is none. */
function nameIn(commandLine: string, tool: ToolReader): string {
	return commandLine.split(/[\s"'\\/]+/).find((part) => hasName(tool, part)) ?? "";
}

function hash(text: string, length: number): string {
	return text.length === length && /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : "";
}

function user(domain: string, name: string, upn: string): string {
	if (name === "") return upn;
	return domain === "" ? name : `${domain}\\${name}`;
}

/** A full token, a high level, or an account that has all rights: SYSTEM, root. */
function isElevated(elevation: string, level: string, sid: string, name: string): boolean {
	return name === "root" || elevation === "TokenElevationTypeFull" || level === "High" || level === "System" || sid === "S-1-5-18";
}

/** The last part of a path; parents come as a name or as a whole path. */
function baseName(path: string): string {
	return path.split(/[\\/]/).at(-1) ?? "";
}

/** Some rows hold the folder only. */
function withName(path: string, fileName: string): string {
	if (path === "" || fileName === "" || baseName(path).toLowerCase() === fileName.toLowerCase()) return path;
	const separator = path.includes("/") ? "/" : "\\";
	return path.endsWith(separator) ? path + fileName : path + separator + fileName;
}
