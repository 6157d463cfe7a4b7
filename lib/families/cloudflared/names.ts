import { lastPart } from "../../sighting/last-part.ts";

/** How a file name stands to cloudflared's own: exactly it, the name of a published file, or a variation of it. */
export type NameKind = "named" | "release" | "variant";

const released =
	/^cloudflared-(?:windows-(?:amd64|386)\.(?:exe|msi)|(?:fips-)?linux-(?:386|amd64|arm|armhf|arm64|aarch64|x86_64)(?:\.deb|\.rpm)?|darwin-(?:amd64|arm64)(?:\.tgz)?)$/;
const variation = /^(?:cloudflared(?:[^a-z].*|x64|x86|win(?:32|64)?|amd64|arm64)|cloudf~\d+)$/;

/** `undefined` for every name that is not made of it. Documents are none: `cloudflared.log`, `cloudflared.yml`. */
export function nameKind(fileName: string): NameKind | undefined {
	const name = baseName(fileName).toLowerCase();
	// All of them begin so; most names are done after one look.
	if (!name.startsWith("cloudf")) return undefined;
	if (/^cloudflared(?:\.exe(?:\.new|\.old)?)?$/.test(name)) return "named";
	if (released.test(name)) return "release";
	const plain = name.endsWith(".exe") ? name.slice(0, -4) : name;
	if (!variation.test(plain)) return undefined;
	return name !== plain || !hasOtherExtension(plain) ? "variant" : undefined;
}

/** The last part of a path without what Windows drops from its end. */
export function baseName(path: string): string {
	const end = path.length > 1_024 ? path.slice(-1_024) : path;
	const last = lastPart(end);
	return last.endsWith(".") || last.endsWith(" ") ? last.replace(/[. ]{1,64}$/, "") : last;
}

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
