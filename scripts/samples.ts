// Writes samples/: a small export with several devices, made by us. Run `npm run samples` after a change here.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { type Column, type TableName, tables } from "../lib/defender/tables.ts";

const tenantId = "7c1d2b90-3e4f-4a56-8b7c-9d0e1f2a3b4c";

/** Synthetic: the secret says so when it is decoded, and no such tunnel exists. */
function token(account: string, tunnel: string, label: string): string {
	const secret = Buffer.from(`SYNTHETIC-EXAMPLE-${label}`.padEnd(32, "0").slice(0, 32)).toString("base64");
	return Buffer.from(JSON.stringify({ a: account, t: tunnel, s: secret })).toString("base64");
}
const ours = token("5a3c1f7e9b2d4860a1c4e7f20b9d6835", "0b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046", "OURS");
const theirs = token("9f86d081884c7d659a2feaa0c55ad015", "6ff42ae2-765d-4adf-8112-31c55c1551ef", "THEIRS");

interface Host {
	readonly name: string;
	readonly group: string;
	readonly user: string;
}
const host = (name: string, group: string, user: string): Host => ({ name: `${name}.corp.example.com`, group, user });
const laptop = host("fin-lt-0142", "Finance", "j.meyer");
const controller = host("srv-dc01", "Domain controllers", "svc-backup");
const appServer = host("srv-app-02", "Servers", "system");
const developer = host("wks-dev-07", "Engineering", "t.okafor");
const mac = { ...host("mac-042", "Engineering", "lin"), name: "mac-042" };
const web = { ...host("lin-web-03", "Web", "root"), name: "lin-web-03" };
const sales = host("wks-sales-09", "Sales", "m.rossi");
const quiet = host("wks-hr-011", "People", "a.novak");

type Values = Readonly<Partial<Record<Column, unknown>>>;
let reportId = 41_000;
const hex = (text: string, length: number) => createHash("sha256").update(text).digest("hex").slice(0, length);

/** One record with every column of its table, as the export writes them: columns not given are null. */
function row(table: TableName, from: Host, clock: string, values: Values) {
	reportId += 7;
	const timestamp = `2026-11-21T${clock}.${String(reportId * 331)
		.padStart(7, "0")
		.slice(-7)}Z`;
	const columns: Record<string, unknown> = {};
	for (const column of Object.keys(tables[table])) columns[column] = null;
	return {
		time: `2026-11-21T${shift(clock, 170)}.1180265Z`,
		tenantId,
		operationName: "Publish",
		category: `AdvancedHunting-${table}`,
		_TimeReceivedBySvc: `2026-11-21T${shift(clock, 64)}.1180263Z`,
		properties: {
			...columns,
			DeviceId: hex(from.name, 40),
			DeviceName: from.name,
			MachineGroup: from.group,
			ReportId: reportId,
			InitiatingProcessAccountDomain: "example",
			InitiatingProcessAccountName: from.user,
			InitiatingProcessId: 1000 + (reportId % 9000),
			InitiatingProcessTokenElevation: "TokenElevationTypeDefault",
			AppGuardContainerId: "",
			IsInitiatingProcessRemoteSession: false,
			...values,
			Timestamp: timestamp,
		},
		Tenant: "DefaultTenant",
	};
}

function shift(clock: string, seconds: number): string {
	return new Date(new Date(`2026-11-21T${clock}Z`).getTime() + seconds * 1000).toISOString().slice(11, 19);
}

function started(from: Host, clock: string, path: string, commandLine: string, parent: string, more: Values = {}) {
	const fileName = path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
	return row("DeviceProcessEvents", from, clock, {
		ActionType: "ProcessCreated",
		FileName: fileName,
		FolderPath: path,
		ProcessCommandLine: commandLine,
		SHA256: hex(`sha256 of ${fileName}`, 64),
		SHA1: hex(`sha1 of ${fileName}`, 40),
		FileSize: 52_428_800,
		ProcessId: 2000 + (reportId % 9000),
		AccountDomain: "example",
		AccountName: from.user,
		ProcessIntegrityLevel: "Medium",
		ProcessTokenElevation: "TokenElevationTypeDefault",
		InitiatingProcessFileName: parent,
		InitiatingProcessFolderPath: `c:\\windows\\system32\\${parent}`,
		InitiatingProcessCommandLine: parent,
		InitiatingProcessParentFileName: "explorer.exe",
		...more,
	});
}

const portable = "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe";
const service = "C:\\Program Files (x86)\\cloudflared\\cloudflared.exe";
const byCloudflared = (path: string, commandLine: string, parent = "services.exe"): Values => ({
	InitiatingProcessFileName: path.slice(path.lastIndexOf("\\") + 1),
	InitiatingProcessFolderPath: path.toLowerCase(),
	InitiatingProcessCommandLine: commandLine,
	InitiatingProcessSHA256: hex(`sha256 of ${path.slice(path.lastIndexOf("\\") + 1)}`, 64),
	InitiatingProcessParentFileName: parent,
});

// A portable copy on a laptop: downloaded, run with a stranger's token, connected to the tunnel edge.
const hostile = [
	row("DeviceFileEvents", laptop, "19:33:40", {
		ActionType: "FileCreated",
		FileName: "cloudflared.exe",
		FolderPath: portable,
		FileOriginUrl: "https://downloads.example.net/tools/cloudflared.exe",
		SHA256: hex("sha256 of cloudflared.exe", 64),
		InitiatingProcessFileName: "msedge.exe",
		InitiatingProcessCommandLine: '"msedge.exe" --single-argument https://downloads.example.net/tools/',
	}),
	started(laptop, "19:34:11", portable, `"cloudflared.exe" tunnel --no-autoupdate run --token ${theirs}`, "powershell.exe", {
		ProcessIntegrityLevel: "High",
		ProcessTokenElevation: "TokenElevationTypeFull",
	}),
	row("DeviceNetworkEvents", laptop, "19:34:14", {
		ActionType: "ConnectionSuccess",
		RemoteIP: "198.41.200.13",
		RemotePort: 7844,
		RemoteUrl: "region1.v2.argotunnel.com",
		Protocol: "Udp",
		...byCloudflared(portable, `"cloudflared.exe" tunnel --no-autoupdate run --token ${theirs}`, "powershell.exe"),
	}),
	row("DeviceImageLoadEvents", laptop, "19:34:12", {
		ActionType: "ImageLoaded",
		FileName: "winmm.dll",
		FolderPath: "C:\\Windows\\System32\\winmm.dll",
		...byCloudflared(portable, `"cloudflared.exe" tunnel --no-autoupdate run --token ${theirs}`, "powershell.exe"),
	}),
];
// The same account again, under another name: only its arguments give it away.
const renamed = [
	started(developer, "19:52:30", "C:\\ProgramData\\svchost-update.exe", `svchost-update.exe tunnel run --token=${theirs}`, "cmd.exe"),
	row("DeviceNetworkEvents", developer, "19:52:33", {
		ActionType: "ConnectionSuccess",
		RemoteIP: "198.41.192.27",
		RemotePort: 7844,
		Protocol: "Tcp",
		...byCloudflared("C:\\ProgramData\\svchost-update.exe", `svchost-update.exe tunnel run --token=${theirs}`, "cmd.exe"),
	}),
];
// A quick tunnel to RDP on a domain controller, then a logon that comes out of it.
const quick = [
	started(controller, "20:07:05", "C:\\Windows\\Temp\\cloudflared.exe", "cloudflared.exe tunnel --url rdp://localhost:3389", "cmd.exe", {
		ProcessIntegrityLevel: "High",
	}),
	row("DeviceNetworkEvents", controller, "20:09:41", {
		ActionType: "ConnectionSuccess",
		RemoteIP: "127.0.0.1",
		RemotePort: 3389,
		Protocol: "Tcp",
		...byCloudflared("C:\\Windows\\Temp\\cloudflared.exe", "cloudflared.exe tunnel --url rdp://localhost:3389", "cmd.exe"),
	}),
	row("DeviceLogonEvents", controller, "20:09:44", {
		ActionType: "LogonSuccess",
		LogonType: "RemoteInteractive",
		AccountName: "svc-backup",
		RemoteIP: "127.0.0.1",
	}),
];
// Ours: installed by the software distribution; from then on the service reads its token from a file.
const sanctioned = [
	started(appServer, "06:01:10", service, `"${service}" service install ${ours}`, "intunewindowsagent.exe", {
		ProcessIntegrityLevel: "System",
	}),
	row("DeviceRegistryEvents", appServer, "06:01:11", {
		ActionType: "RegistryValueSet",
		RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog\\Application\\Cloudflared",
		RegistryValueName: "EventMessageFile",
		...byCloudflared(service, `"${service}" service install ${ours}`),
	}),
	row("DeviceEvents", appServer, "06:01:12", {
		ActionType: "ServiceInstalled",
		FileName: "cloudflared.exe",
		FolderPath: service,
		SHA256: hex("sha256 of cloudflared.exe", 64),
		AdditionalFields: JSON.stringify({ ServiceName: "Cloudflared", ServiceAccount: "LocalSystem", ServiceStartType: 2, ServiceType: 16 }),
		InitiatingProcessFileName: "services.exe",
	}),
	started(appServer, "06:01:15", service, `"${service}" tunnel run --token-file C:\\ProgramData\\cloudflared\\token`, "services.exe", {
		ProcessIntegrityLevel: "System",
		InitiatingProcessParentFileName: "wininit.exe",
	}),
];
const developers = [
	started(mac, "12:15:09", "/opt/homebrew/bin/cloudflared", "cloudflared tunnel --url http://localhost:5173", "zsh", {
		InitiatingProcessFolderPath: "/bin/zsh",
		InitiatingProcessParentFileName: "Terminal",
	}),
	started(
		web,
		"03:12:00",
		"/usr/bin/cloudflared",
		"/usr/bin/cloudflared --no-autoupdate tunnel run --token-file /etc/cloudflared/token",
		"systemd",
		{
			InitiatingProcessFolderPath: "/usr/lib/systemd/systemd",
			InitiatingProcessParentFileName: "",
		},
	),
	started(
		sales,
		"14:40:51",
		"C:\\Tools\\cloudflared.exe",
		"cloudflared.exe access rdp --hostname rdp.example.net --url localhost:3390",
		"explorer.exe",
	),
];
// What must stay silent: near misses and everyday noise.
const noise = [
	started(
		developer,
		"09:01:44",
		"C:\\Users\\t.okafor\\AppData\\Local\\Programs\\code-tunnel.exe",
		"code-tunnel.exe tunnel --accept-server-license-terms",
		"cmd.exe",
	),
	started(developer, "09:05:00", "C:\\Program Files\\Docker\\docker.exe", "docker run --rm -it alpine", "cmd.exe"),
	started(quiet, "09:12:31", "C:\\Tools\\cloudflareddns.exe", "cloudflareddns.exe --update", "taskeng.exe"),
	started(quiet, "10:20:02", "C:\\Program Files\\Git\\cmd\\git.exe", "git.exe push --tokens", "code.exe"),
	row("DeviceFileEvents", quiet, "10:22:19", {
		ActionType: "FileModified",
		FileName: "budget.xlsx",
		FolderPath: "C:\\Users\\a.novak\\Documents\\budget.xlsx",
		InitiatingProcessFileName: "excel.exe",
	}),
	row("DeviceNetworkEvents", quiet, "10:30:00", {
		ActionType: "ConnectionSuccess",
		RemoteUrl: "https://calm-river-demo.trycloudflare.com/",
		RemotePort: 443,
		InitiatingProcessFileName: "chrome.exe",
	}),
];

const messages = [
	{ records: [...sanctioned.slice(0, 2), noise[0]] },
	{ records: [sanctioned[2], noise[1], developers[1]] },
	{ records: [...hostile.slice(0, 2)] },
	{ records: [...hostile.slice(2), noise[2]] },
	{ records: [...quick] },
	{ records: [developers[0], null, noise[3]] },
	{ records: [] },
	{ records: [...renamed, noise[4]] },
];
const lines = messages.map((message) => JSON.stringify(message));
// A message that was cut off on its way.
lines.splice(5, 0, (lines[4] ?? "").slice(0, 1500));
const stored = [sanctioned[3], developers[2], noise[5]];

mkdirSync("samples/storage-export", { recursive: true });
writeFileSync("samples/event-hub.ndjson", `${lines.join("\n")}\n`);
writeFileSync("samples/storage-export/PT1H.json", `${stored.map((one) => JSON.stringify(one)).join("\r\n")}\r\n`);
console.log(`samples/event-hub.ndjson: ${lines.length} messages · samples/storage-export/PT1H.json: ${stored.length} records`);
