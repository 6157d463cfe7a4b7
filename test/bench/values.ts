import type { Random } from "./random.ts";

/** A value as the sensor would write it into such a column. Invented throughout. */
export function valueFor(column: string, type: string, random: Random): string | number | boolean | null {
	switch (type) {
		case "datetime":
			return `2026-11-18T0${random.below(10)}:${10 + random.below(50)}:${10 + random.below(50)}.${1_000_000 + random.below(9_000_000)}Z`;
		case "bool":
			return random.chance(0.1);
		case "int":
			return random.pick([443, 443, 443, 80, 53, 445, 49_000 + random.below(16_000)]);
		case "long":
			return random.below(column.endsWith("Size") ? 40_000_000 : 90_000);
		default:
			return textOf(column, random);
	}
}

/** Columns that are empty on most rows. */
const sparse =
	/^(AppGuard|.*RemoteSession|Previous|FileOrigin|Request|Share|Sensitivity|Remote(Device|Url)|Failure|Process(Version|Remote)|Registry(?=Key|Value)|Account(Upn|ObjectId))/;

function textOf(column: string, random: Random): string | null {
	if (sparse.test(column) && random.chance(0.6)) return random.chance(0.5) ? null : "";
	if (column.endsWith("SHA1") || column === "DeviceId") return random.hex(40);
	if (column.endsWith("SHA256")) return random.hex(64);
	if (column.endsWith("MD5")) return random.hex(32);
	if (column.endsWith("ObjectId")) return guid(random);
	if (column.endsWith("Sid")) return `S-1-5-21-${1e9 + random.below(9e8)}-${1e9 + random.below(9e8)}-${1000 + random.below(9000)}`;
	if (column.endsWith("CommandLine")) return commandLine(random);
	if (column.endsWith("FolderPath")) return path(random);
	if (column.endsWith("FileName")) return random.pick(programs);
	if (column.endsWith("UniqueId")) return String(10 ** 15 + random.below(9e14));
	if (column.endsWith("Url")) return random.pick(hosts);
	if (column.endsWith("IP")) return `10.${random.below(255)}.${random.below(255)}.${random.below(255)}`;
	if (column.endsWith("Upn")) return `${random.pick(people)}@corp.example.com`;
	if (column.endsWith("RegistryKey")) return random.pick(keys);
	if (column.endsWith("TokenElevation")) return "TokenElevationTypeDefault";
	if (column.endsWith("CompanyName")) return random.pick(["Microsoft Corporation", "Example Software GmbH", "Google LLC"]);
	if (column.endsWith("ProductName")) return random.pick(["Microsoft® Windows® Operating System", "Google Chrome", "Example Agent"]);
	if (column.endsWith("ProductVersion")) return `10.0.${10_000 + random.below(9999)}.${random.below(5000)}`;
	if (column.endsWith("FileDescription")) return random.pick(["Host Process for Windows Services", "Windows PowerShell", "Google Chrome"]);
	if (column === "AdditionalFields") return additionalFields(random);
	if (column === "DeviceName") return `wks-${random.below(900)}.corp.example.com`;
	if (column === "ActionType")
		return random.pick(["ProcessCreated", "ConnectionSuccess", "FileCreated", "RegistryValueSet", "ImageLoaded"]);
	if (column.endsWith("AccountName")) return random.pick(people);
	if (column.endsWith("AccountDomain")) return random.pick(["corp", "nt authority"]);
	if (column === "MachineGroup") return "Workstations";
	return random.pick(["Valid", "System", "Medium", "", "OsVendor", "Private", "Tcp"]);
}

function commandLine(random: Random): string {
	switch (random.below(6)) {
		case 0:
			return `"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --string-annotations --video-capture-use-gpu-memory-buffer --lang=en-US --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=${random.below(900)} --time-ticks-at-unix-epoch=-${10 ** 15 + random.below(9e14)} --launch-time-ticks=${random.below(9e10)} --field-trial-handle=${random.below(9000)},i,${random.below(9e9)},262144 --variations-seed-version --mojo-platform-channel-handle=${random.below(9000)} /prefetch:1`;
		case 1:
			return `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "C:\\ProgramData\\Scripts\\Collect-${random.hex(6)}.ps1" -Mode 'Fast' -Out "C:\\Windows\\Temp\\${guid(random)}.json"`;
		case 2:
			return `svchost.exe -k netsvcs -p -s ${random.pick(["Schedule", "wuauserv", "BITS", "Themes", "gpsvc"])}`;
		case 3:
			return `"java.exe" -Xmx2g -XX:+UseG1GC -Djava.io.tmpdir=C:\\Temp\\${random.hex(8)} -cp "lib\\*;conf" com.example.agent.Main --server collector.example.com --interval 60 & exit`;
		case 4:
			return `git.exe -c credential.helper= fetch --progress --prune origin +refs/heads/*:refs/remotes/origin/* --tokens-per-fetch ${random.hex(12)}`;
		default:
			return `"${path(random)}" /c ${random.hex(12)} /run /quiet`;
	}
}

function path(random: Random): string {
	return `${random.pick(folders)}${random.pick(programs)}`;
}

function additionalFields(random: Random): string | null {
	switch (random.below(4)) {
		case 0:
			return null;
		case 1:
			return "{}";
		case 2:
			return JSON.stringify({ DnsQueryString: random.pick(hosts), DnsQueryResult: [{ Result: "10.1.2.3", DnsQueryType: "A" }] });
		default:
			return JSON.stringify({ Command: "Get-ChildItem -Recurse | Where-Object { $_.Length -gt 100 }", Id: guid(random) });
	}
}

function guid(random: Random): string {
	return [8, 4, 4, 4, 12].map((length) => random.hex(length)).join("-");
}

const people = ["ana.silva", "j.meyer", "k.tanaka", "svc-backup", "SYSTEM"];
const programs = [
	"chrome.exe",
	"svchost.exe",
	"powershell.exe",
	"msedge.exe",
	"java.exe",
	"git.exe",
	"ntdll.dll",
	"teams.exe",
	"runtimebroker.exe",
];
const hosts = [
	"www.example.com",
	"https://login.example.com/common/oauth2/v2.0/token",
	"cdn.example.net",
	"cloudflare-dns.com",
	"vpn.example.org",
];
const keys = [
	"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\bam\\State\\UserSettings",
	"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
	"HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\FileExts",
];
const folders = [
	"C:\\Windows\\System32\\",
	"C:\\Program Files\\Google\\Chrome\\Application\\",
	"C:\\Users\\ana.silva\\AppData\\Local\\Temp\\",
	"c:\\windows\\system32\\windowspowershell\\v1.0\\",
];
