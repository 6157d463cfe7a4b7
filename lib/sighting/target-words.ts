import { type Redacted, say } from "../secrets/redacted.ts";
import type { TargetClass } from "./sighting.ts";

/** What can be reached through a tunnel; empty where the address says it better. */
export const targetWords: Readonly<Record<TargetClass, Redacted>> = {
	rdp: say`RDP`,
	ssh: say`SSH`,
	smb: say`file shares`,
	vnc: say`VNC`,
	winrm: say`WinRM`,
	http: say``,
	network: say`a network`,
	other: say``,
};
