import { tables } from "../../defender/tables.ts";

/** Is a record that holds this nothing special? In any ASCII case. */
export function isUsual(text: string): boolean {
	folded ??= usualText().toLowerCase();
	return folded.includes(text.toLowerCase());
}

/** Made when first asked for: a program that scans nothing does without. */
let folded: string | undefined;

/**
 * What a stream says all the time: the column names of all tables, which are half of it, and the values that most devices
 * send. What occurs in it tells little when it is found.
 */
function usualText(): string {
	const columns = new Set(Object.values(tables).flatMap((table) => Object.keys(table)));
	return [...[...columns].map((name) => `,"${name}":"`), ...usualValues].join("\n");
}

const usualPrograms: readonly string[] = [
	"svchost conhost explorer services lsass taskhostw runtimebroker wmiprvse msmpeng mssense senseir searchindexer dllhost powershell pwsh cmd rundll32",
	"regsvr32 mshta wscript cscript msiexec schtasks certutil bitsadmin wmic reg net net1 sc curl ssh chrome msedge",
	"msedgewebview2 firefox outlook onedrive winword excel java python node git code bash sudo systemd",
].flatMap((names) => names.split(" "));

/** Defender's own columns are read from the schema. */
const usualValues: readonly string[] = [
	// Around each record.
	'{"time":"2026-',
	'","tenantId":"',
	'","operationName":"Publish","category":"AdvancedHunting-',
	'","_TimeReceivedBySvc":"2026-',
	'","properties":{"',
	'},"Tenant":"DefaultTenant"}',
	// Programs that run everywhere, and those that administrators and intruders both use.
	...usualPrograms.map((name) => `${name}.exe`),
	".dll",
	// Where they lie.
	"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\",
	"C:\\\\Windows\\\\SysWOW64\\\\",
	"C:\\\\Program Files (x86)\\\\Microsoft\\\\EdgeWebView\\\\Application\\\\",
	"C:\\\\Program Files\\\\Google\\\\Chrome\\\\Application\\\\",
	"C:\\\\ProgramData\\\\Microsoft\\\\Windows Defender\\\\Platform\\\\",
	"C:\\\\Users\\\\Administrator\\\\AppData\\\\Local\\\\Temp\\\\",
	"\\\\AppData\\\\Roaming\\\\Microsoft\\\\",
	"/usr/local/bin/",
	"/usr/lib/systemd/",
	// What starts with Windows, and where programs keep their settings.
	"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Microsoft\\\\Windows NT\\\\CurrentVersion\\\\Run",
	"HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\ControlSet001\\\\Services\\\\",
	"HKEY_CURRENT_USER\\\\S-1-5-21-",
	// Who made and signed a program, and who runs it.
	"Microsoft Corporation",
	"Microsoft® Windows® Operating System",
	"Host Process for Windows Services",
	"Windows PowerShell",
	"Google Chrome",
	"TokenElevationTypeDefault",
	"TokenElevationTypeLimited",
	"TokenElevationTypeFull",
	"OsVendor",
	"nt authority",
	"network service",
	"local service",
	// What the rows are about.
	..."ProcessCreated ConnectionSuccess ConnectionFailed ConnectionAttempt InboundConnectionAccepted ListeningConnectionCreated".split(" "),
	..."FileCreated FileModified FileRenamed FileDeleted RegistryValueSet RegistryKeyCreated ImageLoaded LogonSuccess LogonFailed".split(" "),
	..."DnsQueryResponse PowerShellCommand ScriptContent ScheduledTaskCreated ScheduledTaskUpdated OpenProcessApiCall".split(" "),
	// Command lines.
	" -NoProfile -NonInteractive -ExecutionPolicy Bypass -File ",
	" -k netsvcs -p -s ",
	" --type=renderer --lang=en-US --field-trial-handle=",
	"https://login.microsoftonline.com/",
	"http://www.",
];
