/** `npm run check-values`, before a deployment: a misspelled variable would be ignored, so it is refused. azd runs it by itself. */
import { readFileSync } from "node:fs";
import { unknownValues } from "./infra/unknown-values.ts";

const complaints = unknownValues(Object.keys(process.env), readFileSync("infra/main.bicepparam", "utf8"));
if (complaints.length > 0) {
	console.error(complaints.join("\n"));
	process.exit(1);
}
