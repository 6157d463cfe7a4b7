import type { Finding } from "../../findings/finding.ts";
import { type Inert, inertText, plainName } from "../text.ts";
import { titleWords } from "./tunnel-words.ts";

/** "Unapproved tunnel on FIN-LT-0142" */
export function findingTitle({ device, worst }: Pick<Finding, "device" | "worst">): Inert {
	return inertText`${titleWords(worst)} on ${plainName(device.name, device.id)}`;
}
