import type { FolderClass } from "./sighting.ts";

/** First hit wins; tested against the normalised path, in lower case. */
const classes: readonly (readonly [FolderClass, RegExp])[] = [
	["network", /^\\\\|^\\device\\mup\\|^\/mnt\/|^\/volumes\//],
	["temp", /\\appdata\\local\\temp\\|\\windows\\temp\\|^[a-z]:\\temp\\|^(?:\/private)?\/(?:tmp|var\/tmp|dev\/shm)\//],
	["odd", /\\\$recycle\.bin\\|\\perflogs\\|^[a-z]:\\windows\\/],
	[
		"package-manager",
		/\\programdata\\chocolatey\\|\\microsoft\\winget\\|\\program files(?: \(x86\))?\\winget\\|\\scoop\\|^\/usr\/(?:local\/)?bin\/|^\/opt\/homebrew\/|^\/usr\/local\/cellar\/|^\/nix\/store\/|^\/snap\//,
	],
	["standard", /^[a-z]:\\program files(?: \(x86\))?\\cloudflared\\/],
	["program-data", /^[a-z]:\\programdata\\/],
	["user", /^[a-z]:\\users\\|^\/home\/|^\/users\/|^\/root\//],
	["admin-folder", /^[a-z]:\\cloudflared\\bin\\/],
	["container", /^\/var\/lib\/docker\/|^\/run\/containerd\//],
];

/** How much a program's place says; the rules themselves test the literal path. Path is a weak sign: account before signer before hash before path. */
export function folderClass(path: string): FolderClass {
	const plain = normalised(path);
	return classes.find(([, pattern]) => pattern.test(plain))?.[0] ?? "unknown";
}

/** Without device prefixes and short names. `C:\PROGRA~1\CLOUDF~1\` is read as the folder it usually stands for. */
function normalised(path: string): string {
	return path
		.slice(0, 4_096)
		.toLowerCase()
		.replace(/^"/, "")
		.replace(/^\\[\\?]\?\\unc\\/, "\\\\")
		.replace(/^\\[\\?]\?\\/, "")
		.replace(/^\\device\\harddiskvolume\d+\\/, "c:\\")
		.replace(/^([a-z]:\\)progra~1\\/, "$1program files\\")
		.replace(/^([a-z]:\\)progra~2\\/, "$1program files (x86)\\")
		.replace(/^([a-z]:\\program files(?: \(x86\))?\\)cloudf~\d\\/, "$1cloudflared\\");
}
