import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Built {
	readonly tag: string;
	readonly commit: string;
	/** File name of the zip, and its checksum. */
	readonly name: string;
	readonly sha256: string;
}

/**
 * What the package was made of and how, so that anyone can make the same bytes: an in-toto statement with a SLSA predicate.
 * It is a note and carries no signature; whoever publishes the release vouches for it.
 */
export function provenance({ tag, commit, name, sha256 }: Built): string {
	const material = (uri: string, path: string) => ({
		uri,
		digest: { sha256: createHash("sha256").update(readFileSync(path)).digest("hex") },
	});
	const statement = {
		_type: "https://in-toto.io/Statement/v1",
		subject: [{ name, digest: { sha256 } }],
		predicateType: "https://slsa.dev/provenance/v1",
		predicate: {
			buildDefinition: {
				buildType: "npm ci && npm run package",
				externalParameters: { tag },
				resolvedDependencies: [{ uri: `git:${tag}`, digest: { gitCommit: commit } }, material("package-lock.json", "package-lock.json")],
			},
			runDetails: { builder: { id: "npm run release" } },
		},
	};
	return `${JSON.stringify(statement, undefined, "\t")}\n`;
}
