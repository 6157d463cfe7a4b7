import type { Published } from "./merge-releases.ts";

/** Of a SHA-256: half of it names a file as surely, and the package stays small. */
const keptBytes = 16;

/** The list as the product carries it: a module with versions, the assets of each, and the first half of each hash. */
export function packReleases({ asOf, releases }: Published): string {
	const versions = Object.entries(releases);
	const assets = [...new Set(versions.flatMap(([, files]) => Object.keys(files)))].sort();
	const listed = versions.map(
		([version, files]) =>
			`${version}:${Object.keys(files)
				.map((asset) => assets.indexOf(asset).toString(36))
				.join("")}`,
	);
	const hashes = Buffer.concat(
		versions.flatMap(([, files]) => Object.values(files).map((row) => Buffer.from(row.slice(0, 64), "hex").subarray(0, keptBytes))),
	);
	if (assets.length > 36) throw new Error("an asset needs more than one sign: pack-releases.ts");
	return `// Written by \`npm run releases\` from published.json, which has the whole hashes and their sources.
export const packedReleases = {
	asOf: "${asOf}",
	assets:
		${JSON.stringify(assets.join(" "))},
	versions:
		${JSON.stringify(listed.join(" "))},
	hashes:
		${JSON.stringify(hashes.toString("base64"))},
} as const;
`;
}
