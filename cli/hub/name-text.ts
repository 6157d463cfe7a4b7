import { redact } from "../../lib/families/redact.ts";
import { visible } from "../../lib/notify/visible.ts";

/** Name of a hub, group or namespace for people: it comes from a setting, into which a key may have been pasted. */
export function nameText(name: string): string {
	return visible(redact(name));
}
