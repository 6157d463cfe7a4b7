import type { Finding } from "../../findings/finding.ts";
import { type Inert, inertText, plainName } from "../text.ts";
import { titleWords } from "./tunnel-words.ts";

/** "Unapproved tunnel on FIN-LT-0142" */
export function findingTitle({ device, worst }: Pick<Finding, "device" | "worst">): Inert {
	const name = plainName(device.name, device.id);
	return worst.elsewhere === true
		? inertText`${titleWords(worst)} on another machine, from ${name}`
		: inertText`${titleWords(worst)} on ${name}`;
}
