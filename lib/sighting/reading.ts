import type { DefenderRecord } from "../defender/record.ts";
import type { FolderClass, Mode, TargetClass, Tunnel } from "./sighting.ts";

/**
 * What actually runs. `named`: the tool under its own name · `release`: under its published file name · `variant`:
 * under a variation of its name · `renamed`: under another name · `wrapper`: a program that starts it · `other`: an
 * unrelated program · `mention`: only the name appears somewhere.
 */
export type ProgramKind = "named" | "release" | "variant" | "renamed" | "wrapper" | "other" | "mention";

/** How well the credential that counts could be read. Only `readable` can ever approve. */
export type Decoding =
	| "readable"
	/** The tool reads it, but a name in it stands twice or is disguised. */
	| "ambiguous"
	/** The text ends inside it. */
	| "cut"
	/** A variable stands in its place. */
	| "hidden"
	/** The tool would refuse it. */
	| "broken"
	/** It names no account, or no tunnel. */
	| "incomplete"
	/** Nothing on the command line holds it. */
	| "not-visible";

/** A tunnel that the record shows, and where. `given`: in a place where a start can take its credential from. */
export interface Claim {
	readonly tunnel: Tunnel;
	readonly place: "effective" | "given" | "elsewhere";
}

/** Who talked to one of the tunnel's servers, and which. */
export interface Contact {
	readonly host: ContactHost;
	readonly talker: "tool" | "browser" | "launcher" | "checker" | "host-process" | "nobody" | "other";
}

export type ContactHost =
	/** Where the tunnel itself runs. */
	| "edge"
	/** The tunnel's port, at an address that is not one of its servers. */
	| "foreign-edge"
	| "discovery"
	| "quick-tunnel-service"
	| "quick-tunnel"
	| "everyday"
	| "none";

/** Where a file lies that decides about the tunnel: where installers put it, where anybody can write, elsewhere. */
export type FilePlace = "none" | "default" | "open" | "other";

/**
 * What a family reads from a record about the program and its credential. It holds no text of the record, so it needs no
 * redaction; judging takes it away again.
 */
export interface Reading {
	readonly kind: ProgramKind;
	/** Of a wrapper: the program inside it. */
	readonly inner: ProgramKind;
	/** The program's hash is that of a published release: what it is, is certain, whatever its name. */
	readonly official: boolean;
	/** It is certain that the tool runs under another name; otherwise likely. */
	readonly certain: boolean;
	readonly folderClass: FolderClass;
	/** The folder of all users, where anybody can write. */
	readonly publicFolder: boolean;
	/** The command line calls itself by the tool's name, the file is another. */
	readonly pretends: boolean;
	/** The other way round: the file has the tool's name, the command line calls itself by another. */
	readonly calledOtherwise: boolean;
	/** It runs in a container. */
	readonly container: boolean;
	/** It runs on another machine. */
	readonly remote: boolean;
	/** It is what a service, a task or a Run key starts later, again and again. */
	readonly later: boolean;
	/** A variable that such later starts read; which program they start is not said. */
	readonly variable: boolean;
	/** Arguments handed to the start of a service, in place of those it was installed with. */
	readonly startArguments: boolean;
	/** The developer's tool that brought it is known, and its parent, path and target fit. */
	readonly launched: boolean;
	readonly mode: Mode;
	readonly decoding: Decoding;
	/** The tunnel that counts: nothing outside the record can overrule it. */
	readonly tunnel: Tunnel | undefined;
	readonly claims: readonly Claim[];
	/** Something beside the effective credential names another one. */
	readonly secondCredential: boolean;
	/** Flags that lead the connection elsewhere: `edge`, `cacert`, `api-url`, `quick-service`. */
	readonly detours: readonly string[];
	readonly tokenFile: FilePlace;
	readonly credentialsFile: FilePlace;
	readonly config: FilePlace;
	readonly exposes: readonly TargetClass[];
	/** What it connected to on this device or inside the network: somebody came in. */
	readonly reached: readonly TargetClass[];
	/** The whole network is asked for by a command that starts nothing in today's releases, and did in older ones. */
	readonly opensInOldReleases: boolean;
	readonly contact: Contact;
	/** Nothing in the record is about the tool: a bystander's words, or an everyday connection. */
	readonly bystander: boolean;
	/** A registry row: it holds no hash of the program, only its path and arguments. */
	readonly registry: boolean;
	/** A file that was written, renamed or downloaded. */
	readonly file: boolean;
	/** The service manager started it, or will. */
	readonly byServiceManager: boolean;
	/** Started by a shell that a person or a script drives. */
	readonly byShell: boolean;
	/** Office, browser, script host, web server, remote management, WMI: no usual parent of a tunnel. */
	readonly byUnusualParent: boolean;
	/** SYSTEM, root or a service account. */
	readonly highUser: boolean;
	/** What stands around the start can change which program runs, or what it reads besides its arguments. */
	readonly altered: boolean;
	/** More stands there than was read: nothing about it can approve. */
	readonly unread: boolean;
}

/** A reading with the texts of the record that belong to it; raw, to be redacted where they are shown. */
export interface Identified {
	/** Which process of the record it is about; `text`: a command that stands in it as text. */
	readonly subject: "own" | "actor" | "text";
	readonly commandLine: string;
	/** The path of the program that runs, as far as the record names it. */
	readonly image: string;
	/** What starts it: `docker`, `cmd`. Empty if nothing wraps it. */
	readonly starter: string;
	/** The developer's tool that brought it; empty when none is known. */
	readonly launcher: string;
	readonly tokenFile: string;
	/** Name or UUID of the tunnel, as the command gives it. */
	readonly tunnelId: string;
	readonly hostname: string;
	readonly exposes: readonly string[];
	/** Names of the flags given that tell a responder something. */
	readonly flags: readonly string[];
	readonly reading: Reading;
}

/** A family's reader of records. Never throws; bounded, whatever the record holds. */
export type Identify = (record: DefenderRecord) => Identified;
