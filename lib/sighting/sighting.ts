import type { DeviceClass } from "../defender/device.ts";
import type { Severity } from "../detect/severity-scale.ts";
import type { Redacted } from "../secrets/redacted.ts";
import type { ProcessIds } from "./process-ids.ts";
import type { ProgramKind, Reading } from "./reading.ts";
import type { Release } from "./release.ts";

/** Which test on which column decided, with what the column held. */
interface Evidence {
	readonly column: string;
	/** As in KQL: `has "tunnel"`, `has_all ("tunnel", "run", "--token")`, `!contains "…"`. */
	readonly test: string;
	readonly value: Redacted;
}

/** One rule that matched the record of a sighting. */
interface SightedRule {
	readonly id: string;
	readonly severity: Severity;
	readonly evidence: readonly Evidence[];
}

export interface Device {
	readonly tenantId: Redacted;
	/** 40 hex characters; `name:<lower-case name>` where the record has none. */
	readonly id: Redacted;
	readonly name: Redacted;
	/** Defender's `MachineGroup`; empty when unknown. */
	readonly group: Redacted;
	/** From DeviceInfo and DeviceNetworkInfo, where the export has them. */
	readonly facts?: DeviceFacts;
}

/** What Defender knows about a device; empty where it said nothing. */
export interface DeviceFacts {
	readonly os: Redacted;
	readonly kind: DeviceClass;
	readonly publicIp: Redacted;
	readonly addresses: readonly Redacted[];
	/** Logged on, `DOMAIN\name`. */
	readonly users: readonly Redacted[];
	/** `Low`, `Medium` or `High`, in Defender's words. */
	readonly exposure: Redacted;
	readonly internetFacing: boolean | undefined;
}

/** What a token or credentials JSON says about its tunnel. Never the secret. */
export interface Tunnel {
	/** Account tag, 32 hex, lower case: whose tunnel it is. Empty when it is not known. */
	readonly account: string;
	/** UUID, lower case. Empty when it is not known (a token cut short). */
	readonly tunnelId: string;
	/** `fed` for FedRAMP, else empty. */
	readonly endpoint: string;
	/** First 8 hex of SHA-256 of the secret, to correlate; empty when the secret was cut off. */
	readonly fingerprint: string;
}

/** How a tunnel tool was started; the ids are those of the modes in docs. */
export type Mode =
	| "named-token"
	| "named-token-file"
	| "named-env"
	| "named-credentials"
	| "adhoc-named"
	| "quick"
	| "service-install"
	| "service-uninstall"
	| "service-mode"
	| "access-client"
	| "maintenance"
	| "would-fail"
	| "unknown";

export type TargetClass = "rdp" | "ssh" | "smb" | "vnc" | "winrm" | "http" | "network" | "other";

/** What a tunnel lets in: `--url rdp://localhost:3389` is `{ text: "rdp://localhost:3389", class: "rdp" }`. */
export interface Target {
	readonly text: Redacted;
	readonly class: TargetClass;
}

/** Where the program lies, judged from its path. An annotation: rules test the literal path. */
export type FolderClass =
	| "network"
	| "temp"
	| "odd"
	| "package-manager"
	| "standard"
	| "program-data"
	| "user"
	| "admin-folder"
	| "container"
	| "unknown";

/** The process that the sighting is about: the tool itself, or what looks like it. */
export interface Program {
	readonly fileName: Redacted;
	/** Folder and file name, as Defender wrote it. */
	readonly path: Redacted;
	readonly folderClass: FolderClass;
	readonly commandLine: Redacted;
	readonly sha256: string;
	readonly sha1: string;
	/** What really runs, or why the row is here at all; absent in sightings of older versions. */
	readonly kind?: ProgramKind;
	/** What its hash says that it is, whatever its name; absent where no published release has it. */
	readonly release?: Release;
	/** Not called as the tool is, though it behaves like it. */
	readonly renamed: boolean;
	/** That it is the renamed tool is likely, and not certain. */
	readonly likely?: true;
	/** `DOMAIN\user`, or the UPN; empty when unknown. */
	readonly user: Redacted;
	readonly elevated: boolean;
	/** Program names from the oldest known ancestor to the program itself. */
	readonly chain: readonly Redacted[];
	/** `OsVendor, Valid`: who signed it and whether that holds, in Defender's words; absent when the record does not say. */
	readonly signer?: Redacted;
	/** What starts it: a shell, a container engine, a service manager; absent if nothing wraps it. */
	readonly starter?: Redacted;
	/** The developer's tool that brought its own copy. */
	readonly launcher?: Redacted;
}

/** On how many devices something was seen, and since when. */
export interface Spread {
	/** Counted up to 100. */
	readonly devices: number;
	readonly since: Date;
	/** Names of the first other devices, at most three, all of the same tenant; absent where none is known. */
	readonly others?: readonly Redacted[];
}

/** How common a sighting's facts are in its tenant, this device included. */
export interface Prevalence {
	readonly account?: Spread;
	readonly tunnel?: Spread;
	readonly binary?: Spread;
}

/** One Defender record that matched, enriched and redacted: everything later steps may know about it. */
export interface Sighting {
	/** First 12 hex of SHA-256 of `table|DeviceId|Timestamp|ReportId`: the same for a redelivered record. */
	readonly recordId: string;
	/** Id of the family of tools that it is about. */
	readonly family: string;
	readonly device: Device;
	readonly table: string;
	readonly actionType: Redacted;
	/** Text, because it can exceed 2^53. */
	readonly reportId: Redacted;
	/** The sensor's own text, 7 digits of fraction and all: it is part of the record's identity. */
	readonly timestamp: Redacted;
	/** `timestamp` for arithmetic; the export's time when the record has none. */
	readonly at: Date;
	/** When Defender exported it: the delay between the sensor and us. Absent when the envelope does not say. */
	readonly exportedAt?: Date;
	/** When it was judged, by our clock; absent before that. */
	readonly arrivedAt?: Date;
	/** Events that an aggregated row reports; 1 otherwise. */
	readonly times: number;
	readonly severity: Severity;
	/** What decided the severity; absent before it was judged. */
	readonly severityReason?: Redacted;
	readonly rules: readonly SightedRule[];
	readonly program: Program;
	readonly mode: Mode;
	/** It is started on another machine, as `ssh host` does; absent where it runs on the device. */
	readonly elsewhere?: true;
	readonly tunnel: Tunnel | undefined;
	/** Further tunnels that the same record shows. A decoy beside the real one must not count as ours. */
	readonly otherTunnels?: readonly Tunnel[];
	/** File that the token is read from; absent when none is named. */
	readonly tokenFile?: Redacted;
	readonly exposes: readonly Target[];
	/** Flags of the command line that tell a responder something, by name. */
	readonly flags?: readonly string[];
	/** Public name given on the command line; empty when none was. */
	readonly hostname: Redacted;
	/** Far end of a connection: "db.example.com (10.1.2.3:5432)"; absent where the record is about none. */
	readonly remote?: Redacted;
	/** The registry value that a record is about. */
	readonly registry?: { readonly key: Redacted; readonly name: Redacted; readonly value: Redacted };
	/** What a renamed file was called before. */
	readonly formerName?: Redacted;
	readonly ownership: Ownership;
	/** Absent if nothing was counted. */
	readonly prevalence?: Prevalence;
	/** Nothing was started yet: a start was set up for later, or a variable that later starts read. Absent where it runs. */
	readonly later?: "start" | "variable";
	/** What was done to the tool's service; absent when nothing was. */
	readonly serviceDeed?: "started-with-arguments" | "written";
	/** Counted, and told to nobody: an approved tunnel or connector, or a bystander. Absent when it speaks. */
	readonly quiet?: "approved" | "connector" | "bystander";
	/** Which process it is about, and which one started that; only of a start, and absent in stored samples. */
	readonly process?: ProcessIds;
	/** What judging rests on; absent once judged, and where no family read the record. */
	readonly reading?: Reading;
}

/** Whose tunnel is it? A missing token is never approval. */
export interface Ownership {
	readonly verdict: "ours" | "not-ours" | "cannot-tell";
	/** One sentence for people. */
	readonly reason: Redacted;
}
