// Before `npm pack`: builds the command line and puts the packed manifest in place. `npm-postpack.ts` puts ours back.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { bundleCommandLine } from "./npm/bundle-command-line.ts";
import { packedManifest } from "./npm/manifest.ts";

const aside = "dist/package.json.before-pack";

// A run that was killed left ours aside.
if (existsSync(aside)) writeFileSync("package.json", readFileSync(aside));
rmSync("dist/vendor", { recursive: true, force: true });
for (const part of globSync("dist/cli*.?js")) rmSync(part);
bundleCommandLine("dist");
const own = readFileSync("package.json", "utf8");
writeFileSync(aside, own);
writeFileSync("package.json", packedManifest(own));
