// Writes docs/rules.md from the rules. Run `npm run docs` after a change in lib/families/*/rules.
import { writeFileSync } from "node:fs";
import { rulesPage } from "../lib/detect/rules-page.ts";
import { allRules } from "../lib/families/all-rules.ts";

writeFileSync("docs/rules.md", rulesPage(allRules));
