// Writes the tables of docs/sizing.md. Run `npm run docs` after a change of cli/sizing or of the rules.
import { readFileSync, writeFileSync } from "node:fs";
import { sizingPage } from "./sizing-page.ts";

writeFileSync("docs/sizing.md", sizingPage(readFileSync("docs/sizing.md", "utf8")));
