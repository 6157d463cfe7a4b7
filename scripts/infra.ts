/**
 * Writes infra/azuredeploy.sha256: one line per source of the template and one for the compiled file, in the form of
 * `sha256sum`. Run it after compiling (`az bicep build --file infra/main.bicep --outfile infra/azuredeploy.json`);
 * a test compares the lines with the files, so a source cannot change while the compiled template stays behind.
 */
import { writeFileSync } from "node:fs";
import { checksums } from "./infra/checksums.ts";

writeFileSync("infra/azuredeploy.sha256", checksums("."));
console.log("infra/azuredeploy.sha256 written");
