import { lastPart, lastPartAt } from "../../sighting/last-part.ts";

/** How a file name stands to cloudflared's own: exactly it, the name of a published file, or a variation of it. */
export type NameKind = "named" | "release" | "variant";

const released =
	/^cloudflared-(?:windows-(?:amd64|386)\.(?:exe|msi)|(?:fips-)?linux-(?:386|amd64|arm|armhf|arm64|aarch64|x86_64)(?:\.deb|\.rpm)?|darwin-(?:amd64|arm64)(?:\.tgz)?)$/;
const variation = /^(?:cloudflared(?:[^a-z].*|x64|x86|win(?:32|64)?|amd64|arm64)|cloudf~\d+)$/;

/** `undefined` for every name that is not made of it. Documents are none: `cloudflared.log`, `cloudflared.yml`. */
export function nameKind(fileName: string): NameKind | undefined {
	// All of them begin with `cloudf`: most names are done after a look at their first letter.
	const end = lastOf(fileName);
	if ((end.charCodeAt(lastPartAt(end)) | upperToLower) !== letterC) return undefined;
	const name = baseName(fileName).toLowerCase();
	if (!name.startsWith("cloudf")) return undefined;
	if (/^cloudflared(?:\.exe(?:\.new|\.old)?)?$/.test(name)) return "named";
	if (released.test(name)) return "release";
	const plain = name.endsWith(".exe") ? name.slice(0, -4) : name;
	if (!variation.test(plain)) return undefined;
	return name !== plain || !hasOtherExtension(plain) ? "variant" : undefined;
}

/** The last part of a path without what Windows drops from its end. */
export function baseName(path: string): string {
	const last = lastPart(lastOf(path));
	return last.endsWith(".") || last.endsWith(" ") ? last.replace(/[. ]{1,64}$/, "") : last;
}

/** So much of a path is looked at. */
function lastOf(path: string): string {
	return path.length > 1_024 ? path.slice(-1_024) : path;
}

const letterC = 0x63;
/** The bit by which the two cases of a letter of ASCII differ. */
const upperToLower = 0x20;

/** The name of a program to compare: lower case, without `.exe`, `.cmd`, `.bat`. */
export function programName(path: string): string {
	return baseName(path)
		.toLowerCase()
		.replace(/\.(?:exe|cmd|bat|com)$/, "");
}

/** Letters at the end behind a dot are an extension; digits are a version: `cloudflared.2026.7.2`. */
function hasOtherExtension(name: string): boolean {
	return /\.[a-z][a-z0-9_~-]{0,15}$/.test(name) || /\.(?:1|gz|\d?z)$/.test(name.replace(/\.\d{4}\.\d+\.\d+$/, ""));
}
