import { redactedText } from "../secrets/redacted.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Sighting, TargetClass } from "../sighting/sighting.ts";
import type { Approval } from "./approvals.ts";
import type { Wording } from "./words.ts";

/** Why an approved tunnel is not simply ours. */
export type Doubt =
	| "renamed"
	| "called-otherwise"
	| "open-folder"
	| "user-folder"
	| "second-credential"
	| "foreign-beside"
	| "decoding"
	| "exposes"
	| "detour"
	| "config"
	| "foreign-edge"
	| "start-arguments"
	| "altered"
	| "unread";

/** The facts beside a tunnel's approval that may cast doubt on it. */
export interface Beside {
	/** The approval; its path vouches for the place. */
	readonly by: Approval;
	readonly foreignBeside: boolean;
	/** The service was started with arguments of its own before. */
	readonly otherArguments: boolean;
}

/** Every doubt about an approved tunnel, the gravest first. */
export function doubtsOf({ program }: Sighting, reading: Reading, { by, foreignBeside, otherArguments }: Beside): readonly Doubt[] {
	const vouched = by.path !== undefined && by.path.toLowerCase() === program.path.toLowerCase();
	const place = reading.folderClass;
	// What is written to the service takes the place of such arguments; a process may be the one that has them.
	const isProcess = !reading.registry && reading.mode !== "service-install";
	const open = reading.publicFolder || place === "temp" || place === "odd" || place === "network";
	const doubts: readonly (readonly [boolean, Doubt])[] = [
		[reading.inner === "renamed" || reading.pretends, "renamed"],
		[foreignBeside, "foreign-beside"],
		[reading.detours.length > 0, "detour"],
		[reading.contact.host === "foreign-edge", "foreign-edge"],
		[reading.startArguments || (otherArguments && isProcess), "start-arguments"],
		[exposesAdministration(reading.exposes), "exposes"],
		[reading.secondCredential, "second-credential"],
		[reading.calledOtherwise, "called-otherwise"],
		[reading.decoding !== "readable", "decoding"],
		[reading.altered, "altered"],
		[reading.unread, "unread"],
		[!vouched && open, "open-folder"],
		[!vouched && !open && (place === "user" || reading.inner === "variant"), "user-folder"],
		[reading.config === "open" || reading.config === "other", "config"],
	];
	return doubts.flatMap(([holds, doubt]) => (holds ? [doubt] : []));
}

const administration: ReadonlySet<TargetClass> = new Set<TargetClass>(["rdp", "ssh", "smb", "vnc", "winrm", "network"]);

/** True if a target is remote administration (RDP, SSH, SMB, VNC, WinRM) or a whole network. */
export function exposesAdministration(exposes: readonly TargetClass[]): boolean {
	return exposes.some((target) => administration.has(target));
}

/** Behind "The tunnel is approved, but …". */
export const doubtWords: Readonly<Record<Doubt, Wording>> = {
	renamed: ({ tool }) => redactedText`the program is not ${tool} by its name`,
	"called-otherwise": redactedText`its command line calls the program by another name`,
	"open-folder": redactedText`the program lies where anybody can write`,
	"user-folder": redactedText`the program lies in a user's folder or has a name of its own`,
	"second-credential": redactedText`the command names a second credential`,
	"foreign-beside": redactedText`a token of another account stands beside it`,
	decoding: redactedText`its token cannot be read without doubt`,
	exposes: redactedText`this command opens remote administration`,
	detour: redactedText`the command leads its connection to another server`,
	config: redactedText`its config file lies in an unusual folder`,
	"foreign-edge": ({ service }) => redactedText`it connected to an address that is not ${service}'s`,
	"start-arguments": redactedText`the service was started with other arguments`,
	altered: ({ tool }) => redactedText`what stands around the command can change which program runs or what ${tool} reads`,
	unread: redactedText`the record holds more than was read`,
};
