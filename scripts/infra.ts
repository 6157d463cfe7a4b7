/**
 * `npm run infra`, after a change in infra/: formats, lints and compiles the template with the Bicep compiler and writes
 * - infra/azuredeploy.json, the compiled template;
 * - infra/azuredeploy.sha256: a line per source and one for the compiled file, in the form of `sha256sum`;
 *   a test compares them, so a source cannot change while the compiled template stays behind, even where no compiler is;
 * - the queries and the table of parameters in docs/deploy.md.
 */
import { writeFileSync } from "node:fs";
import { compile, findBicep, format } from "./infra/bicep.ts";
import { checksums } from "./infra/checksums.ts";
import { deployPage } from "./infra/deploy-page.ts";

const bicep = findBicep();
if (!bicep.ok) {
	console.error(bicep.missing);
	process.exit(1);
}
format(bicep.path, "infra");
const { template, complaints } = compile(bicep.path, "infra/main.bicep");
if (complaints.length > 0) {
	console.error(complaints.join("\n"));
	process.exit(1);
}
writeFileSync("infra/azuredeploy.json", template);
writeFileSync("infra/azuredeploy.sha256", checksums("."));
writeFileSync("docs/deploy.md", deployPage("."));
console.log("infra/azuredeploy.json, infra/azuredeploy.sha256 and docs/deploy.md are up to date");
