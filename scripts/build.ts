import { statSync, writeFileSync } from "node:fs";
import { bundle } from "./bundle.ts";

const { metafile } = await bundle("dist/main.mjs");
writeFileSync("dist/meta.json", JSON.stringify(metafile));
console.log(`dist/main.mjs  ${(statSync("dist/main.mjs").size / 1024).toFixed(0)} KiB`);
