// After `npm pack`: the project's own package.json again.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const aside = "dist/package.json.before-pack";

writeFileSync("package.json", readFileSync(aside));
rmSync(aside);
