import { folderClass, normalised } from "../../sighting/folder-class.ts";
import { rememberedByPath } from "../../sighting/remembered-by-path.ts";
import type { FolderClass } from "../../sighting/sighting.ts";
import type { ToolReader } from "../../sighting/tool-reader.ts";

/** Where Cloudflare's installers and its guide put the program; intruders use the installer too. */
export const cloudflaredFolders: ToolReader["folders"] = [
	["standard", /^[a-z]:\\program files(?: \(x86\))?\\(?:cloudflared|cloudf~\d)\\/],
	["admin-folder", /^[a-z]:\\cloudflared\\bin\\/],
];

/** The class of the folder a program lies in, with cloudflared's install folders recognised; `unknown` if no folder is known. */
export function folderOf(path: string): FolderClass {
	return folderClass(path, cloudflaredFolders);
}

/** The folder of all users, where anybody can write. */
export const isPublicFolder: (path: string) => boolean = rememberedByPath(
	(path) => /public/i.test(path) && /^[a-z]:\\users\\public\\/.test(normalised(path)),
);
