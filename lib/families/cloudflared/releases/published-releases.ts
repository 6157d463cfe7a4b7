import type { Release, Releases } from "../../../sighting/release.ts";
import published from "./published.json" with { type: "json" };

const bySha256 = new Map<string, Release>(
	Object.entries(published.releases).flatMap(([version, assets]) =>
		Object.entries(assets).map(([asset, row]) => [row.slice(0, 64), { version, asset }] as const),
	),
);

/**
 * Published files of cloudflared, with the public sources of each hash (`npm run releases` refreshes the list). A program
 * that is not listed may still be cloudflared: packages built from source, container images and other systems have other
 * hashes.
 */
export const publishedReleases: Releases = {
	find: (sha256) => bySha256.get(sha256.toLowerCase()),
	asOf: new Date(`${published.asOf}T00:00:00Z`),
};
