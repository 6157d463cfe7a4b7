import type { FolderClass } from "./sighting.ts";

type Folders = readonly (readonly [FolderClass, RegExp])[];

/** First hit wins; tested against the normalised path, in lower case. The tool's own folders come between the two lists. */
const before: Folders = [
	["network", /^\\\\|^\\device\\mup\\|^\/mnt\/|^\/volumes\//],
	["temp", /\\appdata\\local\\temp\\|\\windows\\temp\\|^[a-z]:\\temp\\|^(?:\/private)?\/(?:tmp|var\/tmp|dev\/shm)\//],
	["odd", /\\\$recycle\.bin\\|\\perflogs\\|^[a-z]:\\windows\\/],
	[
		"package-manager",
		/\\programdata\\chocolatey\\|\\microsoft\\winget\\|\\program files(?: \(x86\))?\\winget\\|\\scoop\\|^\/usr\/(?:local\/)?bin\/|^\/opt\/homebrew\/|^\/usr\/local\/cellar\/|^\/nix\/store\/|^\/snap\//,
	],
];
const after: Folders = [
	["program-data", /^[a-z]:\\programdata\\/],
	["user", /^[a-z]:\\users\\|^\/home\/|^\/users\/|^\/root\//],
	["container", /^\/var\/lib\/docker\/|^\/run\/containerd\//],
];

/** How much a program's place says; the rules themselves test the literal path. Path is a weak sign: account before signer before hash before path. */
export function folderClass(path: string, folders: Folders): FolderClass {
	const plain = normalised(path);
	return [...before, ...folders, ...after].find(([, pattern]) => pattern.test(plain))?.[0] ?? "unknown";
}

/** Without device prefixes and short names: `C:\PROGRA~1\` is read as the folder it usually abbreviates. */
function normalised(path: string): string {
	return path
		.slice(0, 4_096)
		.toLowerCase()
		.replace(/^"/, "")
		.replace(/^\\[\\?]\?\\unc\\/, "\\\\")
		.replace(/^\\[\\?]\?\\/, "")
		.replace(/^\\device\\harddiskvolume\d+\\/, "c:\\")
		.replace(/^([a-z]:\\)progra~1\\/, "$1program files\\")
		.replace(/^([a-z]:\\)progra~2\\/, "$1program files (x86)\\");
}
