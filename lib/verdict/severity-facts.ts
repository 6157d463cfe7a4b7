import { type DeviceClass, isServer } from "../defender/device.ts";
import type { Severity } from "../detect/severity-scale.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Mode, Ownership } from "../sighting/sighting.ts";
import { type Doubt, exposesAdministration } from "./doubts.ts";
import type { FleetFit } from "./fleet.ts";
import type { MemoryFit } from "./memory.ts";
import type { Standing } from "./standing.ts";

/** What the severity of one sighting depends on. */
export interface Facts {
	/** The worst of the rules that matched. */
	readonly rules: Severity;
	readonly reading: Reading;
	readonly verdict: Ownership["verdict"];
	readonly standing: Standing["kind"] | undefined;
	readonly doubts: readonly Doubt[];
	/** A foreign token stands in the record, and another one counts. */
	readonly foreignBeside: boolean;
	/** A token that no approval covers stands somewhere in the record, or may stand where it was not read. */
	readonly unapprovedToken: boolean;
	readonly listsAccounts: boolean;
	readonly fleet: FleetFit["fit"];
	readonly memory: MemoryFit["fit"];
	/** An approval without an account holds: hash, path, device, user. */
	readonly weakApproval: boolean;
	readonly device: DeviceClass;
	/** The account was never seen in this tenant before; `undefined` when nobody counts. */
	readonly firstInTenant: boolean | undefined;
}

/** Modes in which nobody can come in through the device. */
export const clientSide: ReadonlySet<Mode> = new Set<Mode>(["access-client", "service-mode", "maintenance", "service-uninstall"]);

/** Counted, and told to nobody: a bystander, or an everyday connection of one. */
export function isQuiet({ reading, unapprovedToken }: Pick<Facts, "reading" | "unapprovedToken">): boolean {
	const { host, talker } = reading.contact;
	// Anyone who reads a token can run its tunnel: a variable set for all users, a note, a script's text.
	if (reading.bystander) return !unapprovedToken;
	return host === "everyday" && (talker === "browser" || talker === "launcher" || talker === "checker" || talker === "host-process");
}

/** The tool itself runs, whatever it is called. */
export function isTool({ reading }: Facts): boolean {
	return reading.inner !== "other" && reading.inner !== "mention";
}

/** Its name stands there and no more. In what fetches, serves or deletes the tool it is more than that; its rule says how much. */
export function isOnlyNamed({ reading }: Facts): boolean {
	return reading.inner === "mention" && reading.contact.host === "none" && (reading.bystander || reading.kind === "mention");
}

/** Nothing is opened, whatever the program is called. */
export function lowOnly({ reading }: Facts): boolean {
	return clientSide.has(reading.mode) || reading.mode === "would-fail";
}

/** The tool runs under another name. */
export function renamed({ reading }: Facts): boolean {
	return reading.inner === "renamed";
}

/** A renamed tool, certainly recognised, that opens or installs a tunnel, or whose mode is unknown. A file on disk is not enough. */
export function disguised(f: Facts): boolean {
	const acts = opens(f) || f.reading.mode === "service-install" || f.reading.mode === "unknown";
	return renamed(f) && !f.reading.file && acts && f.reading.certain;
}

/** Somebody outside can come in through what it starts. */
export function opens({ reading }: Facts): boolean {
	return !clientSide.has(reading.mode) && reading.mode !== "unknown" && reading.mode !== "would-fail" && reading.mode !== "service-install";
}

/** A tunnel of an account that is not approved runs, or is installed. */
export function foreignRuns(f: Facts): boolean {
	return f.verdict === "not-ours" && (opens(f) || f.reading.mode === "service-install" || f.reading.mode === "unknown");
}

/** It lets remote administration or a whole network in. */
export function administers({ reading }: Facts): boolean {
	return exposesAdministration(reading.exposes);
}

/** A quick tunnel to the web on no server, with nothing else about it. */
export function webOnClient(f: Facts): boolean {
	return (
		f.reading.mode === "quick" &&
		f.verdict !== "not-ours" &&
		!administers(f) &&
		!renamed(f) &&
		!isServer(f.device) &&
		f.reading.detours.length === 0
	);
}

/** A token that can be read decides about the tunnel. */
export function ownToken({ reading }: Facts): boolean {
	return (
		(reading.mode === "named-token" || reading.mode === "service-install" || reading.mode === "unknown") && reading.tunnel !== undefined
	);
}

/** The tunnel depends on an unreadable token. */
export function unreadableToken({ reading }: Facts): boolean {
	return reading.mode === "named-token" && reading.tunnel === undefined;
}

/** The credential is in a file, a variable or a config. */
export function hidden({ reading, verdict }: Facts): boolean {
	const mode = reading.mode === "named-token-file" || reading.mode === "named-env" || reading.mode === "named-credentials";
	return mode && verdict !== "not-ours" && reading.inner !== "renamed";
}

/** Decided by the fleet's own rows. */
export function pending({ fleet }: Facts): boolean {
	return fleet === "registry" || fleet === "partly";
}

/** Whether an approval stands against this doubt. */
export function hasDoubt({ doubts }: Facts, doubt: Doubt): boolean {
	return doubts.includes(doubt);
}

/** Where installers put it, with its files where they put them, and run by the service manager. */
export function wellInstalled({ reading }: Facts): boolean {
	const folder =
		reading.folderClass === "standard" ||
		reading.folderClass === "package-manager" ||
		reading.folderClass === "container" ||
		reading.container;
	const files = [reading.tokenFile, reading.credentialsFile, reading.config].every((place) => place === "none" || place === "default");
	return folder && files && (reading.byServiceManager || reading.container) && !reading.publicFolder && !reading.altered;
}

/** It runs, or takes its credential, from where anybody can write. */
export function openPlace({ reading }: Facts): boolean {
	const folder = reading.folderClass;
	const program = reading.publicFolder || folder === "temp" || folder === "user" || folder === "network" || folder === "odd";
	return (program && !reading.container) || [reading.tokenFile, reading.credentialsFile, reading.config].includes("open");
}

/** Who talked to which of the tunnel's servers. */
export function talks({ reading }: Facts, host: Reading["contact"]["host"], talker: Reading["contact"]["talker"]): boolean {
	return reading.contact.host === host && reading.contact.talker === talker;
}
