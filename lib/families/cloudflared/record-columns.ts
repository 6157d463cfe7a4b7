import { type NamedColumns, textOf } from "../../sighting/column-text.ts";
import type { RecordNames } from "./kind-without-command.ts";
import { baseName } from "./names.ts";

/** The columns that every record is read by, each read once: to find one among so many costs more than to look at its text. */
export interface Seen extends RecordNames {
	readonly ownLine: string;
	readonly ownHash: string;
	readonly actorName: string;
	readonly actorLine: string;
	readonly actorHash: string;
	readonly actorParent: string;
}

/** Reads them all; of a name or a path that is missing, what the other says takes its place. */
export function seenIn(columns: NamedColumns): Seen {
	const actorFolder = textOf(columns.InitiatingProcessFolderPath);
	const actorName = textOf(columns.InitiatingProcessFileName) || baseName(actorFolder);
	const ownFolder = textOf(columns.FolderPath);
	const ownName = textOf(columns.FileName) || baseName(ownFolder);
	return {
		ownName,
		ownPath: withName(ownFolder, ownName),
		ownLine: textOf(columns.ProcessCommandLine),
		ownHash: textOf(columns.SHA256),
		actorName,
		actorPath: withName(actorFolder, actorName),
		actorLine: textOf(columns.InitiatingProcessCommandLine),
		actorHash: textOf(columns.InitiatingProcessSHA256),
		actorParent: textOf(columns.InitiatingProcessParentFileName),
	};
}

/** Some rows hold the folder only. */
function withName(path: string, fileName: string): string {
	if (path === "" || fileName === "") return path === "" ? fileName : path;
	const own = baseName(path);
	if (own === fileName || own.toLowerCase() === baseName(fileName).toLowerCase()) return path;
	const separator = path.includes("/") ? "/" : "\\";
	// The file's own name counts where its path ends in another one.
	if (/\.[a-z0-9]{1,4}$/i.test(path.slice(-5))) return path.slice(0, path.lastIndexOf(separator) + 1) + fileName;
	return path.endsWith(separator) ? path + fileName : path + separator + fileName;
}
