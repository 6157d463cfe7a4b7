import { ownAccount, ownTunnel } from "./generated-records.ts";
import type { IdentityCase } from "./identity-cases.ts";
import { judged } from "./judged-case.ts";

const approvals = [{ name: "Own", account: ownAccount, tunnels: [ownTunnel], owner: "net@example.com", reason: "r", until: "2035-12-31" }];
const nothing = { program: "", mode: "", account: null, exposes: [], verdict: null, minSeverity: "none", maxSeverity: "critical" };

/** A record of a table, judged with one approved tunnel. */
export function seen(table: string, record: Record<string, unknown>): ReturnType<typeof judged> {
	const one: IdentityCase = { name: "", table, record, approvals, expect: nothing };
	return judged(one);
}

/** A process whose SECRET is this token; a program without a folder lies in System32. */
export function started(program: string, commandLine: string, token: string): ReturnType<typeof judged> {
	const folder = program.startsWith("/") ? program : `C:\\Windows\\System32\\${program}`;
	const name = program.slice(program.lastIndexOf("/") + 1);
	return seen("DeviceProcessEvents", { FileName: name, FolderPath: folder, ProcessCommandLine: commandLine.replaceAll("SECRET", token) });
}

export const powershell = (script: string): [string, string] => ["powershell.exe", `powershell -c "${script}"`];
export const bash = (script: string): [string, string] => [
	"/bin/bash",
	script.includes('"') ? `bash -c '${script}'` : `bash -c "${script}"`,
];
