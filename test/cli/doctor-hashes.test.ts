import { expect, test } from "vitest";
import { checkReleases } from "../../cli/doctor/releases.ts";
import { publishedReleases } from "../../lib/families/cloudflared/releases/published-releases.ts";

test("doctor says how old the published hashes are, and warns after 120 days", () => {
	const after = (days: number) => checkReleases(new Date(publishedReleases.asOf.getTime() + days * 86_400_000));

	expect(after(120)).toMatchObject([{ check: "hashes", verdict: "ok", says: expect.stringContaining("120 days ago") }]);
	expect(after(121)).toMatchObject([{ verdict: "warning", fix: "Deploy a newer release of Tunnelwatch." }]);
});
