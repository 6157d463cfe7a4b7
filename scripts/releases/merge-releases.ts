import * as z from "zod";

/** The list as it is kept: per version and asset the SHA-256 and, behind a blank, who says so. */
export const publishedSchema = z.object({
	asOf: z.iso.date(),
	sources: z.record(z.string(), z.string()),
	releases: z.record(z.string(), z.record(z.string(), z.string().regex(/^[0-9a-f]{64} [a-z]+(?:,[a-z]+)*$/))),
});

export type Published = z.infer<typeof publishedSchema>;

/** What GitHub's API answers, as far as it is needed. */
export const githubSchema = z.array(
	z.object({
		tag_name: z.string().regex(/^\d{4}\.\d{1,2}\.\d{1,3}$/),
		draft: z.boolean().default(false),
		body: z.string().nullable().default(""),
		assets: z.array(z.object({ name: z.string(), digest: z.string().nullable().default(null) })),
	}),
);

export interface Merged {
	readonly published: Published;
	/** `2026.11.0 windows-amd64.exe` */
	readonly added: readonly string[];
	/** Left out, and why. */
	readonly passed: readonly string[];
	/** A known asset with another hash: a published file was replaced. Nothing may be written before a person has looked. */
	readonly changed: readonly string[];
}

const assetName =
	/^cloudflared-((?:windows-(?:amd64|386)\.(?:exe|msi))|(?:(?:fips-)?linux-[a-z0-9_]{1,8})|(?:darwin-(?:amd64|arm64)\.tgz))$/;

/**
 * Adds what the releases say. A hash counts only if release text and digest agree; for macOS the text names the program
 * inside the archive, so both are taken, and the program only where the two differ.
 * @param today `YYYY-MM-DD`
 */
export function mergeReleases(published: Published, releases: z.infer<typeof githubSchema>, today: string): Merged {
	const next: Record<string, Record<string, string>> = structuredClone(published.releases);
	const [added, passed, changed]: [string[], string[], string[]] = [[], [], []];
	const take = (version: string, asset: string, sha256: string): void => {
		const known = next[version]?.[asset];
		if (known === undefined) {
			next[version] = { ...next[version], [asset]: `${sha256} github` };
			added.push(`${version} ${asset}`);
		} else if (!known.startsWith(sha256)) changed.push(`${version} ${asset}`);
	};
	for (const { tag_name: version, draft, body, assets } of releases) {
		if (draft) continue;
		const sums = checksumsIn(body ?? "");
		for (const { name, digest } of assets) {
			const asset = assetName.exec(name)?.[1];
			if (asset === undefined) continue;
			const inText = sums.get(name);
			const ofFile = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
			if (inText === undefined || ofFile === undefined) passed.push(`${version} ${asset}: only one of text and digest is there`);
			else if (asset.endsWith(".tgz")) {
				take(version, asset, ofFile);
				if (inText === ofFile) passed.push(`${version} ${asset}: its text names the archive, not the program`);
				else take(version, asset.slice(0, -".tgz".length), inText);
			} else if (inText === ofFile) take(version, asset, ofFile);
			else passed.push(`${version} ${asset}: text and digest differ`);
		}
	}
	const inOrder = Object.entries(next).sort(([one], [other]) => order(one) - order(other));
	return { published: { ...published, asOf: today, releases: Object.fromEntries(inOrder) }, added, passed, changed };
}

/** `cloudflared-linux-amd64: <hex>` lines of the release text. */
function checksumsIn(body: string): ReadonlyMap<string, string> {
	return new Map(
		body.split(/\r?\n/).flatMap((line) => {
			const [, name, sha256] = /^\s*(cloudflared-[\w.-]{1,64}):\s{0,8}([0-9a-f]{64})\s*$/.exec(line) ?? [];
			return name === undefined || sha256 === undefined ? [] : [[name, sha256] as const];
		}),
	);
}

function order(version: string): number {
	const [year = 0, month = 0, patch = 0] = version.split(".").map(Number);
	return (year * 100 + month) * 1_000 + patch;
}
