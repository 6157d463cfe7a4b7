import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { publishedReleases } from "../../lib/families/cloudflared/releases/published-releases.ts";
import { githubSchema, mergeReleases, publishedSchema } from "../../scripts/releases/merge-releases.ts";
import { packReleases } from "../../scripts/releases/pack-releases.ts";
import { tooOldToRelease } from "../../scripts/releases/too-old.ts";

const hash = (digit: string) => digit.repeat(64);
const before = publishedSchema.parse({
	asOf: "2026-10-31",
	sources: { scoop: "a bucket", github: "release text and digest" },
	releases: { "2026.10.0": { "windows-amd64.exe": `${hash("a")} scoop` } },
});

function answer(tag: string, assets: readonly { readonly name: string; readonly text?: string; readonly digest?: string }[]) {
	const sums = assets.flatMap(({ name, text }) => (text === undefined ? [] : [`${name}: ${text}`]));
	return githubSchema.parse([
		{
			tag_name: tag,
			body: `### SHA256 Checksums:\r\n\`\`\`\r\n${sums.join("\r\n")}\r\n\`\`\``,
			assets: assets.map(({ name, digest }) => ({ name, digest: digest === undefined ? null : `sha256:${digest}` })),
		},
	]);
}

describe("npm run releases", () => {
	test("a hash counts only if the release text and the digest agree", () => {
		const news = answer("2026.11.0", [
			{ name: "cloudflared-windows-amd64.exe", text: hash("b"), digest: hash("b") },
			{ name: "cloudflared-windows-386.exe", text: hash("c"), digest: hash("d") },
			{ name: "cloudflared-linux-arm64", digest: hash("e") },
			{ name: "cloudflared-linux-amd64.deb", text: hash("f"), digest: hash("f") },
		]);

		const merged = mergeReleases(before, news, "2026-11-25");

		expect(merged.added).toEqual(["2026.11.0 windows-amd64.exe"]);
		expect(merged.published).toMatchObject({
			asOf: "2026-11-25",
			releases: { "2026.10.0": { "windows-amd64.exe": `${hash("a")} scoop` }, "2026.11.0": { "windows-amd64.exe": `${hash("b")} github` } },
		});
		expect(merged.passed).toEqual([
			"2026.11.0 windows-386.exe: text and digest differ",
			"2026.11.0 linux-arm64: only one of text and digest is there",
		]);
	});

	test("for macOS the text names the program and the digest the archive", () => {
		const tgz = { name: "cloudflared-darwin-arm64.tgz", text: hash("1"), digest: hash("2") };
		const odd = { name: "cloudflared-darwin-amd64.tgz", text: hash("3"), digest: hash("3") };

		const { published, passed } = mergeReleases(before, answer("2026.11.1", [tgz, odd]), "2026-11-25");

		expect(published.releases["2026.11.1"]).toEqual({
			"darwin-arm64.tgz": `${hash("2")} github`,
			"darwin-arm64": `${hash("1")} github`,
			"darwin-amd64.tgz": `${hash("3")} github`,
		});
		expect(passed).toEqual(["2026.11.1 darwin-amd64.tgz: its text names the archive, not the program"]);
	});

	test("a known file with another hash is named and never overwritten", () => {
		const replaced = answer("2026.10.0", [{ name: "cloudflared-windows-amd64.exe", text: hash("9"), digest: hash("9") }]);

		const { changed, published } = mergeReleases(before, replaced, "2026-11-25");

		expect(changed).toEqual(["2026.10.0 windows-amd64.exe"]);
		expect(published.releases["2026.10.0"]).toEqual({ "windows-amd64.exe": `${hash("a")} scoop` });
	});
});

test("a release is refused when its hashes are more than 45 days old", () => {
	expect(tooOldToRelease("2026-10-31", new Date("2026-12-15T12:00:00Z"))).toBeUndefined();
	expect(tooOldToRelease("2026-10-31", new Date("2026-12-16T12:00:00Z"))).toBe(
		"The hashes of cloudflared's releases are 46 days old. Run npm run releases first.",
	);
});

test("the list that the product carries is made from the kept one, and finds each of its hashes", () => {
	const kept = publishedSchema.parse(JSON.parse(readFileSync("lib/families/cloudflared/releases/published.json", "utf8")));

	expect(readFileSync("lib/families/cloudflared/releases/packed-releases.ts", "utf8")).toBe(packReleases(kept));
	const rows = Object.entries(kept.releases).flatMap(([version, assets]) =>
		Object.entries(assets).map(([asset, row]) => ({ version, asset, row })),
	);
	expect(rows.map(({ row }) => publishedReleases.find(row.slice(0, 64)))).toEqual(rows.map(({ version, asset }) => ({ version, asset })));
});

test("the kept list has the shape that the script writes, and every source that it names", () => {
	const kept = publishedSchema.parse(JSON.parse(readFileSync("lib/families/cloudflared/releases/published.json", "utf8")));
	const rows = Object.values(kept.releases).flatMap((assets) => Object.values(assets));
	const sources = new Set(rows.flatMap((row) => (row.split(" ")[1] ?? "").split(",")));

	// It only ever grows.
	expect(rows.length).toBeGreaterThanOrEqual(1_256);
	expect(new Set(rows.map((row) => row.slice(0, 64))).size).toBe(rows.length);
	expect([...sources].filter((one) => !Object.hasOwn(kept.sources, one))).toEqual([]);
});
