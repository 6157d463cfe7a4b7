import type { Redacted } from "../secrets/redacted.ts";
import type { FolderClass, Sighting, Tunnel } from "../sighting/sighting.ts";

/** An earlier sighting's tunnel and how its program ran. */
export interface Remembered {
	readonly tunnel: Tunnel;
	readonly at: Date;
	readonly sha256?: string;
	readonly sha1?: string;
	readonly path?: Redacted;
	readonly folderClass?: FolderClass;
	/** It installed the service, or was started by the system's service manager. */
	readonly service?: boolean;
	/** It installed the service with a token that was approved. */
	readonly approvedInstall?: boolean;
}

/** The part of a judged sighting worth remembering; `undefined` if it shows no account. */
export function rememberable(sighting: Sighting): Remembered | undefined {
	const { tunnel, at, program, mode, ownership } = sighting;
	if (tunnel === undefined || tunnel.account === "") return undefined;
	return {
		tunnel,
		at,
		sha256: program.sha256,
		sha1: program.sha1,
		path: program.path,
		folderClass: program.folderClass,
		service: runsAsService(sighting),
		approvedInstall: mode === "service-install" && ownership.verdict === "ours",
	};
}

const serviceManagers = /^(?:services\.exe|systemd|init|launchd|openrc-run)$/i;

/** Installs the service, or was started by what starts services. */
function runsAsService({ mode, program }: Pick<Sighting, "mode" | "program">): boolean {
	return mode === "service-install" || serviceManagers.test(program.chain.at(-2) ?? "");
}
