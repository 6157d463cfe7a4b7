import { rememberedByPath } from "./remembered-by-path.ts";
import type { FolderClass } from "./sighting.ts";

type Folders = readonly (readonly [FolderClass, RegExp])[];

/** First hit wins; tested against the normalised path, in lower case. The tool's own folders come between the two lists. */
const first: Folders = [
	["network", /^\\\\|^\\device\\mup\\|^\/mnt\/|^\/volumes\//],
	["temp", /\\appdata\\local\\temp\\|\\windows\\temp\\|^[a-z]:\\temp\\|^(?:\/private)?\/(?:tmp|var\/tmp|dev\/shm)\//],
	["odd", /\\\$recycle\.bin\\|\\perflogs\\|^[a-z]:\\windows\\/],
	[
		"package-manager",
		/\\programdata\\chocolatey\\|\\microsoft\\winget\\|\\program files(?: \(x86\))?\\winget\\|\\scoop\\|^\/usr\/(?:local\/)?bin\/|^\/opt\/homebrew\/|^\/usr\/local\/cellar\/|^\/nix\/store\/|^\/snap\//,
	],
];
const last: Folders = [
	["program-data", /^[a-z]:\\programdata\\/],
	["user", /^[a-z]:\\users\\|^\/home\/|^\/users\/|^\/root\//],
	["container", /^\/var\/lib\/docker\/|^\/run\/containerd\//],
];

/** How much a program's place says; the rules themselves test the literal path. Path is a weak sign: account before signer before hash before path. */
export function folderClass(path: string, folders: Folders): FolderClass {
	if (path === "") return "unknown";
	const before = known.get(folders);
	if (before !== undefined) return before(path);
	const classOf = rememberedByPath((one) => {
		const plain = normalised(one);
		const isHit = ([, pattern]: Folders[number]): boolean => pattern.test(plain);
		return (first.find(isHit) ?? folders.find(isHit) ?? last.find(isHit))?.[0] ?? "unknown";
	});
	known.set(folders, classOf);
	return classOf(path);
}

/** Reading one record asks for the same path several times. */
const known = new WeakMap<Folders, (path: string) => FolderClass>();

/** What registry values and tasks write in place of a folder. */
const variables: ReadonlyMap<string, string> = new Map([
	["public", "c:\\users\\public"],
	["temp", "c:\\windows\\temp"],
	["tmp", "c:\\windows\\temp"],
	["userprofile", "c:\\users\\someone"],
	["appdata", "c:\\users\\someone\\appdata\\roaming"],
	["localappdata", "c:\\users\\someone\\appdata\\local"],
	["programdata", "c:\\programdata"],
	["allusersprofile", "c:\\programdata"],
	["programfiles", "c:\\program files"],
	["systemroot", "c:\\windows"],
	["windir", "c:\\windows"],
]);

/** A drive and backslashes: nearly every path, and nothing of it is rewritten. */
const usual = /^[a-z]:\\(?!progra~)[^/]*$/;

/** Lower case, one kind of slash, without device prefixes, short names and detours: `C:\Program Files\..\Users\` is not in Program Files. */
export function normalised(path: string): string {
	const lower = path.slice(0, 4_096).toLowerCase();
	const plain = usual.test(lower)
		? lower
		: lower
				.replace(/^"/, "")
				.replace(/^%(\w{3,17})%(?=[\\/])/, (variable, name: string) => variables.get(name) ?? variable)
				.replace(/^(?:[a-z]:|\\|\/\/[^/]).*/s, (windows) => windows.replaceAll("/", "\\"))
				.replace(/^\\[\\?]\?\\unc\\/, "\\\\")
				.replace(/^\\[\\?]\?\\/, "")
				.replace(/^\\device\\harddiskvolume\d+\\/, "c:\\")
				.replace(/^([a-z]:\\)progra~1\\/, "$1program files\\")
				.replace(/^([a-z]:\\)progra~2\\/, "$1program files (x86)\\");
	return plain.includes("..") || /[\\/]\.?[\\/]/.test(plain) ? withoutDetours(plain) : plain;
}

/** As the system resolves `.`, `..` and empty parts; the leading ones of a share stay. */
function withoutDetours(path: string): string {
	const separator = path.startsWith("/") ? "/" : "\\";
	const [prefix = ""] = /^(?:\\\\|\/|[a-z]:\\)?/.exec(path) ?? [];
	const parts: string[] = [];
	for (const part of path.slice(prefix.length).split(separator)) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return prefix + parts.join(separator);
}
