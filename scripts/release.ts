/**
 * `npm run release -- https://…/releases/download`: everything a release of the current tag publishes, in dist/release/.
 * The address is where the files will be found, one folder per tag, as GitHub does it. Refuses a tree that is not the tag's.
 */
import { publishedReleases } from "../lib/families/cloudflared/releases/published-releases.ts";
import { createRelease } from "./release/create.ts";
import { tooOldToRelease } from "./releases/too-old.ts";

const [base] = process.argv.slice(2);
if (base === undefined || !/^https:\/\/\S+$/.test(base)) {
	console.error(
		"Say where the files will be found, for example: npm run release -- https://github.com/OWNER/tunnelwatch/releases/download",
	);
	process.exit(2);
}
const complaint = tooOldToRelease(publishedReleases.asOf.toISOString().slice(0, 10), new Date());
if (complaint !== undefined) {
	console.error(complaint);
	process.exit(1);
}
const { files, button } = await createRelease("dist", base.replace(/\/$/, ""));
console.log(`${files.map((file) => `dist/release/${file}`).join("\n")}\n\nThe portal's button:\n${button}`);
