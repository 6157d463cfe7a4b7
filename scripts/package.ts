/**
 * `npm run package [-- file…]`: the package for Azure, in dist/. The same sources give the same bytes on every machine,
 * so a checksum says which sources run. Files named on the command line go into the package too.
 */
import { readFileSync, statSync } from "node:fs";
import { createPackage } from "./package/create.ts";

const path = await createPackage("dist", process.argv.slice(2));
console.log(`${path}  ${(statSync(path).size / 1024).toFixed(0)} KiB`);
console.log(`sha256 ${readFileSync(`${path}.sha256`, "utf8").slice(0, 64)}`);
