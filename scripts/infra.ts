/**
 * Run this after compiling the template (`az bicep build --file infra/main.bicep --outfile infra/azuredeploy.json`). It writes
 * - infra/azuredeploy.sha256: a line per source and one for the compiled file, in the form of `sha256sum`;
 *   a test compares them, so a source cannot change while the compiled template stays behind;
 * - the queries and the table of parameters in docs/deploy.md.
 */
import { writeFileSync } from "node:fs";
import { checksums } from "./infra/checksums.ts";
import { deployPage } from "./infra/deploy-page.ts";

writeFileSync("infra/azuredeploy.sha256", checksums("."));
writeFileSync("docs/deploy.md", deployPage("."));
console.log("infra/azuredeploy.sha256 and docs/deploy.md are up to date");
