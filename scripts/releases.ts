/**
 * `npm run releases`: refreshes the list of cloudflared's published hashes from GitHub's API, or from a downloaded answer of
 * it: `npm run releases -- releases.json`. `npm run releases -- --check` only says how old the list is, and fails when it is
 * too old for a release. A known file with another hash ends the run: a person must look first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { githubSchema, mergeReleases, publishedSchema } from "./releases/merge-releases.ts";
import { packReleases } from "./releases/pack-releases.ts";
import { tooOldToRelease } from "./releases/too-old.ts";

const list = "lib/families/cloudflared/releases/published.json";
const packed = "lib/families/cloudflared/releases/packed-releases.ts";
const source = "https://api.github.com/repos/cloudflare/cloudflared/releases?per_page=100";

const [argument] = process.argv.slice(2);
const now = new Date();
const published = publishedSchema.parse(JSON.parse(readFileSync(list, "utf8")));

if (argument === "--check") {
	const complaint = tooOldToRelease(published.asOf, now);
	console.log(complaint ?? `The hashes are as of ${published.asOf}.`);
	process.exit(complaint === undefined ? 0 : 1);
}

const answer: unknown = argument === undefined ? await download() : JSON.parse(readFileSync(argument, "utf8"));
const merged = mergeReleases(published, githubSchema.parse(answer), now.toISOString().slice(0, 10));
for (const one of merged.passed) console.log(`left out  ${one}`);
for (const one of merged.added) console.log(`added     ${one}`);
if (merged.changed.length > 0) {
	for (const one of merged.changed) console.error(`changed   ${one}`);
	console.error("A published file has another hash than before. Nothing was written: find out why, then edit the list by hand.");
	process.exit(1);
}
writeFileSync(list, `${JSON.stringify(merged.published, null, "\t")}\n`);
writeFileSync(packed, packReleases(merged.published));
console.log(`${merged.added.length} hashes added; the list is as of ${merged.published.asOf}.`);

async function download(): Promise<unknown> {
	const response = await fetch(source, {
		headers: { accept: "application/vnd.github+json", "user-agent": "tunnelwatch" },
		signal: AbortSignal.timeout(30_000),
	});
	if (!response.ok) throw new Error(`GitHub answers ${response.status}: download the list yourself and give its file`);
	return response.json();
}
