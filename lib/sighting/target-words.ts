import { type Redacted, redactedText } from "../secrets/redacted.ts";
import type { TargetClass } from "./sighting.ts";

/** What can be reached through a tunnel; empty where the address says it better. */
export const targetWords: Readonly<Record<TargetClass, Redacted>> = {
	rdp: redactedText`RDP`,
	ssh: redactedText`SSH`,
	smb: redactedText`file shares`,
	vnc: redactedText`VNC`,
	winrm: redactedText`WinRM`,
	http: redactedText``,
	network: redactedText`a network`,
	other: redactedText``,
};
