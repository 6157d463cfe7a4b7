import { expect, test } from "vitest";
import { cloudflared } from "../../lib/families/cloudflared/family.ts";
import { folderClass } from "../../lib/sighting/folder-class.ts";
import type { FolderClass } from "../../lib/sighting/sighting.ts";

const places: readonly (readonly [FolderClass, string])[] = [
	["network", "\\\\filesrv01\\tools$\\cloudflared.exe"],
	["network", "\\\\?\\UNC\\filesrv01\\tools$\\cloudflared.exe"],
	["network", "\\Device\\Mup\\filesrv01\\tools\\cloudflared.exe"],
	["network", "/mnt/share/cloudflared"],
	["temp", "C:\\Users\\ana\\AppData\\Local\\Temp\\cloudflared.exe"],
	["temp", "c:\\windows\\temp\\cloudflared.exe"],
	["temp", "C:\\TEMP\\CLOUDFLARED.EXE"],
	["temp", "/tmp/cloudflared"],
	["temp", "/private/tmp/cloudflared"],
	["odd", "C:\\Windows\\System32\\cloudflared.exe"],
	["odd", "D:\\$Recycle.Bin\\cloudflared.exe"],
	["package-manager", "C:\\ProgramData\\chocolatey\\bin\\cloudflared.exe"],
	["package-manager", "C:\\Users\\ana\\scoop\\apps\\cloudflared\\current\\cloudflared.exe"],
	["package-manager", "/opt/homebrew/Cellar/cloudflared/2026.8.2/bin/cloudflared"],
	["package-manager", "/usr/local/bin/cloudflared"],
	["standard", "C:\\Program Files\\cloudflared\\cloudflared.exe"],
	["standard", "\\\\?\\C:\\Program Files (x86)\\cloudflared\\cloudflared.exe"],
	["standard", "\\Device\\HarddiskVolume3\\Program Files\\cloudflared\\cloudflared.exe"],
	["standard", "C:\\PROGRA~1\\CLOUDF~1\\cloudflared.exe"],
	["user", "C:\\Program Files\\cloudflared\\..\\..\\Users\\Public\\cloudflared.exe"],
	["user", "C:/Users/Public/cloudflared.exe"],
	["user", "%PUBLIC%\\cloudflared.exe"],
	["temp", "C:\\Windows\\.\\Temp\\cloudflared.exe"],
	["temp", "/usr/bin/../../tmp/cloudflared"],
	["temp", "%TEMP%\\cloudflared.exe"],
	["network", "//filesrv01/tools/cloudflared.exe"],
	["standard", "%ProgramFiles%\\cloudflared\\cloudflared.exe"],
	["program-data", "C:\\ProgramData\\cloudflared.exe"],
	["user", "C:\\Users\\ana\\Downloads\\cloudflared.exe"],
	["user", "/home/ana/cloudflared"],
	["admin-folder", "C:\\Cloudflared\\bin\\cloudflared.exe"],
	["container", "/var/lib/docker/overlay2/x/usr/local/bin/cloudflared"],
	["unknown", "C:\\Program Files\\cloudflared-tools\\cloudflared.exe"],
	["unknown", "C:\\Tools\\cloudflared.exe"],
	["unknown", ""],
];

test.each(places)("%s: %s", (expected, path) => {
	expect(folderClass(path, cloudflared.reader.folders)).toBe(expected);
});
