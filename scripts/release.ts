/**
 * `npm run release -- https://…/releases/download`: everything a release of the current tag publishes, in dist/release/.
 * The address is where the files will be found, one folder per tag, as GitHub does it. Refuses a tree that is not the tag's.
 */
import { createRelease } from "./release/create.ts";

const [base] = process.argv.slice(2);
if (base === undefined || !/^https:\/\/\S+$/.test(base)) {
	console.error(
		"Say where the files will be found, for example: npm run release -- https://github.com/OWNER/tunnelwatch/releases/download",
	);
	process.exit(2);
}
const { files, button } = await createRelease("dist", base.replace(/\/$/, ""));
console.log(`${files.map((file) => `dist/release/${file}`).join("\n")}\n\nThe portal's button:\n${button}`);
