import { type NamedColumns, textOf } from "../../sighting/column-text.ts";
import type { Identified } from "../../sighting/reading.ts";
import { rememberedByPath } from "../../sighting/remembered-by-path.ts";
import { programName } from "./names.ts";

/** What started the program, as a name to compare. */
export function parentOf(actorName: string, grandparent: string): string {
	return programName(actorName === "" ? grandparent : actorName);
}

/** They start services. */
const serviceManagers = /^(?:services|systemd|init|launchd|openrc-run|runit|s6-supervise|svscan|supervise-daemon)$/;

/** A person or a script drives them. */
const shells = /^(?:cmd|powershell|pwsh|bash|sh|zsh|dash|ash|fish|ksh|explorer|windowsterminal|conhost|sudo|su|login|sshd|tmux.*|screen)$/;

/** They start no tunnels in normal work: Office, browsers, script hosts, web servers, remote management. */
const unusualParents =
	/^(?:winword|excel|powerpnt|outlook|onenote|msaccess|mspub|visio|acrord32|acrobat|chrome|msedge|firefox|opera|brave|wscript|cscript|mshta|rundll32|regsvr32|w3wp|httpd|nginx|tomcat\d*|java|php(?:-cgi|-fpm)?|sqlservr|wmiprvse|psexesvc|winrshost|wsmprovhost|screenconnect\.\w+|teamviewer\w*|anydesk|ateraagent|splashtop\w*|ninjarmmagent|meshagent|kaseya\w*|agentmon|dwagent|rustdesk|supremo|remotepc\w*|tacticalrmm|action1_agent|logmein\w*|simplehelp\w*)$/;

/** Which of them a program is, by its name. */
export const kindOfParent = rememberedByPath((parent) => ({
	byServiceManager: serviceManagers.test(parent),
	byShell: shells.test(parent),
	byUnusualParent: unusualParents.test(parent),
}));

/** SYSTEM, root, a service account or the computer itself. */
export function isHighUser(columns: NamedColumns, subject: Identified["subject"]): boolean {
	const own = subject === "own" && textOf(columns.AccountName) !== "";
	const name = textOf(own ? columns.AccountName : columns.InitiatingProcessAccountName).toLowerCase();
	const sid = textOf(own ? columns.AccountSid : columns.InitiatingProcessAccountSid);
	return /^(?:system|root|local service|network service)$/.test(name) || name.endsWith("$") || /^S-1-5-(?:18|19|20)$/.test(sid);
}
