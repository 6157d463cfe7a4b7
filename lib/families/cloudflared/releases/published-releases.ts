import type { Release, Releases } from "../../../sighting/release.ts";
import { packedReleases } from "./packed-releases.ts";

/** So many bytes of each SHA-256 are kept. */
const keptBytes = 16;

const byHash = unpacked();
/** Which first four digits occur at all: nearly every other file is done after one look. */
const starts = new Uint8Array(2 ** 16);
for (const hash of byHash.keys()) starts[startOf(hash)] = 1;

function unpacked(): ReadonlyMap<string, Release> {
	const assets = packedReleases.assets.split(" ");
	const hashes = Buffer.from(packedReleases.hashes, "base64").toString("hex");
	const found = new Map<string, Release>();
	for (const entry of packedReleases.versions.split(" ")) {
		const [version = "", signs = ""] = entry.split(":");
		for (const sign of signs) {
			const at = found.size * keptBytes * 2;
			found.set(hashes.slice(at, at + keptBytes * 2), { version, asset: assets[Number.parseInt(sign, 36)] ?? "" });
		}
	}
	return found;
}

/** The first four digits as a number; of other characters it is some number. */
function startOf(hash: string): number {
	let start = 0;
	for (let at = 0; at < 4; at++) {
		const code = hash.charCodeAt(at);
		start = (start << 4) | ((code < 58 ? code - 48 : (code | 32) - 87) & 15);
	}
	return start;
}

/**
 * Published files of cloudflared. published.json has the full hashes with their public sources; `npm run releases`
 * refreshes both. An unlisted program may still be cloudflared: packages built from source, container images and other
 * systems have other hashes.
 */
export const publishedReleases: Releases = {
	find: (sha256) =>
		sha256.length === 64 && starts[startOf(sha256)] === 1 ? byHash.get(sha256.slice(0, keptBytes * 2).toLowerCase()) : undefined,
	asOf: new Date(`${packedReleases.asOf}T00:00:00Z`),
};
