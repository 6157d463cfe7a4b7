import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as z from "zod";

/** The commit that is checked out, when it is the one that carries the tag of the package's version, and nothing was changed since. */
export function taggedCommit(): { readonly tag: string; readonly commit: string } {
	const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync("package.json", "utf8")));
	const tag = `v${version}`;
	const changed = git("status", "--porcelain");
	if (changed !== "") throw new Error(`Files were changed since the last commit, so nobody could build this release again:\n${changed}`);
	if (!git("tag", "--points-at", "HEAD").split("\n").includes(tag))
		throw new Error(`This commit has no tag ${tag}, the version in package.json. Tag it (git tag ${tag}), or check the tag out.`);
	return { tag, commit: git("rev-parse", "HEAD") };
}

function git(...args: readonly string[]): string {
	return execFileSync("git", args, { encoding: "utf8" }).trim();
}
