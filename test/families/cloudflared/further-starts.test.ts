import { describe, expect, test } from "vitest";
import { approvedToken, foreignToken } from "./generated-records.ts";
import type { judged } from "./judged-case.ts";
import { scale } from "./judged-case.ts";
import { bash, powershell, seen, started } from "./starts.ts";

const windows = "C:\\tmp\\u.exe";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Ways to start a program that hide it from those who look for its name in front of its arguments. */
const ways: readonly (readonly [string, [string, string]])[] = [
	["a .NET process, its arguments as one text", powershell(`[Diagnostics.Process]::Start('${windows}','tunnel run --token SECRET')`)],
	[
		"a .NET process, made in steps",
		powershell(`$p.StartInfo.FileName = '${windows}'; $p.StartInfo.Arguments='tunnel run --token SECRET'; $p.Start()`),
	],
	["a service, started with arguments", powershell("(Get-Service cloudflared).Start(@('tunnel','run','--token','SECRET'))")],
	[
		"WMI, by its cmdlet",
		powershell(`Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList '${windows} tunnel run --token SECRET'`),
	],
	[
		"WMI, by CIM",
		powershell(
			`Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{CommandLine='${windows} tunnel run --token SECRET'}`,
		),
	],
	["the shell's own object", powershell(`(New-Object -ComObject WScript.Shell).Run('${windows} tunnel run --token SECRET',0)`)],
	[
		"the explorer's object",
		powershell(`(New-Object -ComObject Shell.Application).ShellExecute('${windows}','tunnel run --token SECRET','','open',0)`),
	],
	[
		"the management console of another machine",
		powershell(`$d.ActiveView.ExecuteShellCommand('${windows}',$null,'tunnel run --token SECRET','7')`),
	],
	[
		"parameters handed over as a table",
		powershell(`$a=@{FilePath='${windows}';ArgumentList='tunnel run --token SECRET'}; Start-Process @a`),
	],
	["a variable set before", powershell(`$t='SECRET'; & ${windows} tunnel run --token $t`)],
	["a variable for the whole machine", powershell("[Environment]::SetEnvironmentVariable('TUNNEL_TOKEN','SECRET','Machine')")],
	["setx", ["setx.exe", "setx TUNNEL_TOKEN SECRET /M"]],
	["launchctl setenv", ["/bin/launchctl", "launchctl setenv TUNNEL_TOKEN SECRET"]],
	["launchctl submit", ["/bin/launchctl", "launchctl submit -l x -- /tmp/u tunnel run --token SECRET"]],
	["systemctl set-environment", ["/bin/systemctl", "systemctl --user set-environment TUNNEL_TOKEN=SECRET"]],
	[
		"VBScript in an address",
		["mshta.exe", `mshta vbscript:CreateObject("WScript.Shell").Run("${windows} tunnel run --token SECRET",0)(window.close)`],
	],
	["a library that opens files", ["rundll32.exe", `rundll32.exe shell32.dll,ShellExec_RunDLL ${windows} tunnel run --token SECRET`]],
	["a download's last step", ["bitsadmin.exe", `bitsadmin /SetNotifyCmdLine job ${windows} "u.exe tunnel run --token SECRET"`]],
	["at", ["at.exe", `at 12:00 ${windows} tunnel run --token SECRET`]],
	["the terminal", ["wt.exe", `wt.exe ${windows} tunnel run --token SECRET`]],
	["cmd: for … do", ["cmd.exe", `cmd /c for %i in (1) do ${windows} tunnel run --token SECRET`]],
	["cmd: if exist", ["cmd.exe", `cmd /c if not exist C:\\x ${windows} tunnel run --token SECRET`]],
	["a crontab", bash("(crontab -l; echo '@reboot /tmp/u tunnel run --token SECRET') | crontab -")],
	["a start script", bash("echo '/tmp/u tunnel run --token SECRET &' >> /etc/rc.local")],
	["a unit file", bash("printf '[Service]\\nExecStart=/tmp/u tunnel run --token SECRET\\n' > /etc/systemd/system/u.service")],
	["at, from a pipe", bash("echo /tmp/u tunnel run --token SECRET | at now")],
	["the output of a command", bash("x=$(/tmp/u tunnel run --token SECRET)")],
	["eval", bash("eval '/tmp/u tunnel run --token SECRET'")],
	["exec under another name", bash("exec -a sshd /tmp/u tunnel run --token SECRET")],
	["if … then", bash("if true; then /tmp/u tunnel run --token SECRET; fi")],
	["while … do", bash("while :; do /tmp/u tunnel run --token SECRET; sleep 5; done")],
	["a shell's variable", bash("K=SECRET; /tmp/u tunnel run --token $K")],
	["awk", ["/usr/bin/awk", `awk 'BEGIN{system("/tmp/u tunnel run --token SECRET")}'`]],
	["find", ["/usr/bin/find", "find /tmp -name u -exec {} tunnel run --token SECRET ;"]],
	["socat", ["/usr/bin/socat", `socat TCP-L:1 EXEC:"/tmp/u tunnel run --token SECRET"`]],
	["the loader", ["/lib64/ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2 /tmp/u tunnel run --token SECRET"]],
	["su, the user last", ["/bin/su", `su -c "/tmp/u tunnel run --token SECRET" root`]],
	["script", ["/usr/bin/script", `script -qc "/tmp/u tunnel run --token SECRET" /dev/null`]],
	["PowerShell: a name in two pieces", powershell(`& ('C:\\tmp\\cloud'+'flared.exe') ('tun'+'nel') run --token SECRET`)],
	["PowerShell: a pattern with a place", powershell(`'${windows} tunnel run --token {0}' -f 'SECRET' | iex`)],
	["PowerShell: foreach", powershell(`foreach ($t in 'SECRET') { & ${windows} tunnel run --token $t }`)],
	["cmd: a loop over tokens", ["cmd.exe", `cmd /c for %i in (SECRET) do ${windows} tunnel run --token %i`]],
	["for … in", bash("for t in SECRET; do /tmp/u tunnel run --token $t; done")],
	["code without the quotes around it", ["/usr/bin/python3", "python3 -c import os; os.system('/tmp/u tunnel run --token SECRET')"]],
	[
		"a list of words in such code",
		["/usr/bin/python3", "python3 -c import subprocess; subprocess.Popen(['/tmp/u', 'tunnel', 'run', '--token', 'SECRET'])"],
	],
	[
		"code without blanks and quotes",
		["/usr/bin/node", "node -e require('child_process').spawn('/tmp/u',['tunnel','run','--token','SECRET'])"],
	],
	["what code prints into a shell", bash("python3 -c 'print(`/tmp/u tunnel run --token SECRET`)' | sh")],
	["a command whose output is shown", ["/usr/bin/ruby", "ruby -e 'puts `/tmp/u tunnel run --token SECRET`'"]],
	["code that prints, then starts", ["/usr/bin/python3", `python3 -c "print('x'); os.system('/tmp/u tunnel run --token SECRET')"`]],
	[
		"a word for printing that means another thing",
		["/usr/bin/python3", `python3 -c "from os import system as say; say('/tmp/u tunnel run --token SECRET')"`],
	],
	["a method of the console that runs", ["/usr/bin/node", `node -e "console.run=exec; console.run('/tmp/u tunnel run --token SECRET')"`]],
	["printing to a shell", ["/usr/bin/perl", `perl -e "open(STDOUT,'|sh'); print '/tmp/u tunnel run --token SECRET'"`]],
	[
		"printing into a crontab",
		["/usr/bin/python3", `python3 -c "print('/tmp/u tunnel run --token SECRET', file=open('/etc/cron.d/u','w'))"`],
	],
	["code with a text in two pieces", ["/usr/bin/node", `node -e "require('child_process').exec('/tmp/u tun'+'nel run --token SECRET')"`]],
	[
		"VBScript with a text in two pieces",
		["mshta.exe", `mshta vbscript:CreateObject("WScript.Shell").Run("C:/tmp/u.exe tun" & "nel run --token SECRET",0)`],
	],
	[
		"a shortcut",
		powershell(`$l=$s.CreateShortcut('C:\\u.lnk'); $l.TargetPath='${windows}'; $l.Arguments='tunnel run --token SECRET'; $l.Save()`),
	],
	["docker service update", ["/usr/bin/docker", "docker service update --env-add TUNNEL_TOKEN=SECRET web"]],
	["AppleScript", ["/usr/bin/osascript", `osascript -e do shell script "/tmp/u tunnel run --token SECRET" with administrator privileges`]],
	[
		"JavaScript for macOS: the C library",
		["/usr/bin/osascript", `osascript -l JavaScript -e "ObjC.import('stdlib'); $.system('/tmp/u tunnel run --token SECRET')"`],
	],
	[
		"AppleScript that types into a terminal",
		["/usr/bin/osascript", `osascript -e tell application "System Events" to keystroke "/tmp/u tunnel run --token SECRET"`],
	],
	["nssm: a service's variable", ["nssm.exe", "nssm set upd AppEnvironmentExtra TUNNEL_TOKEN=SECRET"]],
	["nssm: one more variable", ["nssm.exe", `nssm set upd AppEnvironmentExtra +TUNNEL_LOGLEVEL=fatal "+TUNNEL_TOKEN=SECRET"`]],
	["kubectl set env", ["/usr/bin/kubectl", "kubectl set env deployment/web TUNNEL_TOKEN=SECRET"]],
	["a container of another name", ["/usr/bin/docker", "docker run -d --name x some/image tunnel run --token SECRET"]],
];

describe("a tunnel is judged by its token, whatever starts it", () => {
	test.for(ways)("%s: a foreign account is not ours, and high", ([, [program, commandLine]]) => {
		const sighting = started(program, commandLine, foreignToken);
		expect(sighting?.ownership.verdict).toBe("not-ours");
		expect(scale.indexOf(sighting?.severity ?? "none")).toBeGreaterThanOrEqual(scale.indexOf("high"));
		expect(JSON.stringify(sighting)).not.toContain(foreignToken);
	});

	test.for(ways)("%s: with an approved token it is not called foreign", ([, [program, commandLine]]) => {
		expect(started(program, commandLine, approvedToken)?.ownership.verdict).not.toBe("not-ours");
	});

	test("base64 that its own command line decodes into a shell", () => {
		const hidden = base64(`/tmp/u tunnel run --token ${foreignToken}`);
		for (const line of [
			`echo ${hidden} | base64 -d | sh`,
			`import base64,os;os.system(base64.b64decode('${hidden}').decode())`,
			`iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${hidden}')))`,
		]) {
			const program = line.startsWith("iex") ? "powershell.exe" : line.startsWith("import") ? "/usr/bin/python3" : "/bin/bash";
			const sighting = started(program, `${program.replace(/.*\/|\.exe/g, "")} -c "${line}"`, "");
			expect(sighting?.ownership.verdict, line).toBe("not-ours");
		}
	});
});

describe("what a shell's variable holds when it is used is not certain", () => {
	test("so a start with one never counts as ours", () => {
		const sighting = started(...bash("K=SECRET; /usr/local/bin/cloudflared tunnel run --token $K"), approvedToken);
		expect(sighting?.ownership.verdict).toBe("cannot-tell");
	});
});

test.for([`'SECRET' | % { & ${windows} tunnel run --token $_ }`, `& { param($t) ${windows} tunnel run --token $t } 'SECRET'`])(
	"a variable in place of a token that the text shows is told: %s",
	(script) => {
		expect(started(...powershell(script), foreignToken)?.severity).toBe("high");
		const approved = started(...powershell(script), approvedToken);
		expect([approved?.ownership.verdict, approved?.severity]).toEqual(["cannot-tell", "high"]);
	},
);

describe("text that is only shown starts nothing", () => {
	test.for([
		["a hint", "echo 'now run: cloudflared tunnel run --token SECRET'"],
		["a loop over texts", "for t in SECRET; do echo tunnel run --token $t; done"],
		["a note in a text file", "echo 'cloudflared tunnel run --token SECRET' >> notes.txt"],
	])("%s", ([, script = ""]) => {
		expect(started(...bash(script), foreignToken)?.severity ?? "none").toMatch(/^(?:none|info|low)$/);
	});
});

describe("everyday work on clusters and scripts", () => {
	test.for<[string, string]>([
		["/usr/bin/kubectl", "kubectl rollout restart deployment/cloudflared -n tunnel"],
		["/usr/bin/kubectl", "kubectl -n tunnel exec deploy/cloudflared -- cloudflared tunnel info run"],
		["/usr/bin/helm", "helm upgrade cloudflared ./charts/cloudflared -n tunnel run"],
		["/usr/bin/kubectl", "kubectl set env deployment/web LOG=debug TUNNEL_LOGLEVEL=info"],
		["powershell.exe", `powershell -c "Write-Host ('cloudflared ' + 'tunnel run --token x')"`],
		["powershell.exe", `powershell -c "'{0} tunnel run --token {1}' -f 'cloudflared','x' | Out-File notes.txt"`],
		["cmd.exe", "cmd /c for %i in (a b) do echo cloudflared tunnel run --token %i"],
		["/usr/bin/osascript", `osascript -e display notification "cloudflared tunnel run --token x" with title "job"`],
		["/usr/bin/python3", `python3 -c print("cloudflared tunnel run --token x")`],
		["/usr/bin/python3", `python3 -c 'import logging; logging.warning("cloudflared tunnel run --token x")'`],
		["/usr/bin/node", `node -e "console.log('cloudflared tunnel run --token x')"`],
		["nssm.exe", "nssm set upd AppEnvironmentExtra LOG=debug"],
		["powershell.exe", `powershell -c "'a','b' | % { & C:\\tools\\vpn.exe tunnel run --token $_ }"`],
	])("%s is low at most: %s", ([program, line]) => {
		expect(started(program, line, "")?.severity ?? "none").toMatch(/^(?:none|info|low)$/);
	});

	test("an approved token stays ours where brackets say nothing, and not where the text is put together", () => {
		const tool = "C:\\Program Files\\cloudflared\\cloudflared.exe";
		const verdict = (line: string) => started(...powershell(line), approvedToken)?.ownership.verdict;
		expect(verdict(`& ('${tool}') tunnel run --token SECRET`)).toBe("ours");
		expect(verdict(`& ('C:\\Program Files\\cloudflared\\cloud' + 'flared.exe') tunnel run --token SECRET`)).toBe("cannot-tell");
	});
});

describe("variables set for later starts", () => {
	const machine = "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Session Manager\\Environment";
	const set = (name: string, data: string, key = machine): ReturnType<typeof judged> =>
		seen("DeviceRegistryEvents", { ActionType: "RegistryValueSet", RegistryKey: key, RegistryValueName: name, RegistryValueData: data });

	test("a foreign token is not ours", () => {
		expect(set("TUNNEL_TOKEN", foreignToken)?.ownership.verdict).toBe("not-ours");
		expect(set("tunnel_token", foreignToken, "HKEY_CURRENT_USER\\S-1-5-21-1\\Environment")?.ownership.verdict).toBe("not-ours");
	});

	test.for([
		["setx.exe", "setx TUNNEL_TOKEN SECRET /M", "variable"],
		["/bin/systemctl", "systemctl set-environment TUNNEL_TOKEN=SECRET", "variable"],
		["schtasks.exe", `schtasks /create /tn a /sc onstart /tr "${windows} tunnel run --token SECRET"`, "start"],
		["sc.exe", `sc create a binPath= "${windows} tunnel run --token SECRET"`, "start"],
		["sc.exe", "sc start cloudflared tunnel run --token SECRET", undefined],
		["cmd.exe", `cmd /c ${windows} tunnel run --token SECRET`, undefined],
	])("are told apart from starts that are set up, and from those that happen: %s %s", ([program = "", line = "", later]) => {
		expect(started(program, line, foreignToken)?.later).toBe(later);
	});

	test("the registry's row of such a variable says so too", () => {
		expect(set("TUNNEL_TOKEN", foreignToken)?.later).toBe("variable");
	});

	test("an edge of somebody's own is told", () => {
		expect(set("TUNNEL_EDGE", "203.0.113.9:7844")?.ownership.verdict).toBe("cannot-tell");
	});

	test("another program's variable is not", () => {
		expect(set("TUNNEL_URL", "https://app.example.com")).toBeUndefined();
		expect(set("Path", "C:\\tools")).toBeUndefined();
	});
});

test("a foreign token in any text of a record keeps it from being ours", () => {
	const record = {
		FileName: "cloudflared.exe",
		FolderPath: "C:\\Program Files\\cloudflared\\cloudflared.exe",
		ProcessCommandLine: `"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token ${approvedToken}`,
	};
	expect(seen("DeviceProcessEvents", record)?.ownership.verdict).toBe("ours");
	const connection = {
		ActionType: "ConnectionSuccess",
		RemoteIP: "198.41.192.7",
		RemotePort: 7844,
		InitiatingProcessFileName: "cloudflared.exe",
		InitiatingProcessFolderPath: record.FolderPath,
		InitiatingProcessCommandLine: record.ProcessCommandLine,
	};
	expect(seen("DeviceNetworkEvents", connection)?.ownership.verdict).toBe("ours");
	expect(seen("DeviceNetworkEvents", { ...connection, RemoteUrl: `https://x.example/${foreignToken}` })?.ownership.verdict).not.toBe(
		"ours",
	);
});

describe("what starts later is read where it is kept", () => {
	const task = (command: string, args: string): string =>
		`<Task><Actions><Exec><Command>${command}</Command><Arguments>${args}</Arguments></Exec></Actions></Task>`;
	const kept = (action: string, fields: Readonly<Record<string, string>>): ReturnType<typeof judged> =>
		seen("DeviceEvents", {
			ActionType: action,
			AdditionalFields: JSON.stringify(fields),
			InitiatingProcessFileName: "services.exe",
			InitiatingProcessFolderPath: "C:\\Windows\\System32\\services.exe",
		});
	const encoded = Buffer.from(`${windows} tunnel run --token ${foreignToken}`, "utf16le").toString("base64");

	test.for<[string, string, Readonly<Record<string, string>>, string]>([
		[
			"a task under another name",
			"ScheduledTaskCreated",
			{ TaskContent: task(windows, "tunnel --url rdp://localhost:3389") },
			"cannot-tell",
		],
		["a task with a token file", "ScheduledTaskUpdated", { TaskContent: task(windows, "tunnel run --token-file C:\\t") }, "cannot-tell"],
		["a task with an encoded command", "ScheduledTaskCreated", { TaskContent: task("powershell.exe", `-enc ${encoded}`) }, "not-ours"],
		["a service with an encoded command", "ServiceInstalled", { ServiceImagePath: `powershell -enc ${encoded}` }, "not-ours"],
		[
			"a service that opens a quick tunnel",
			"ServiceInstalled",
			{ ServiceImagePath: `${windows} tunnel --url rdp://localhost:3389` },
			"cannot-tell",
		],
		["a service under another name", "ServiceInstalled", { ServiceImagePath: `${windows} tunnel run --token-file C:\\t` }, "cannot-tell"],
		[
			"a WMI subscription",
			"WmiBindEventFilterToConsumer",
			{
				Consumer: `instance of CommandLineEventConsumer { CommandLineTemplate = "C:\\\\tmp\\\\u.exe tunnel run --token ${foreignToken}"; };`,
			},
			"not-ours",
		],
	])("%s", ([, action, fields, verdict]) => {
		const sighting = kept(action, fields);
		expect(sighting?.ownership.verdict).toBe(verdict);
		expect(sighting?.quiet).toBeUndefined();
		expect(scale.indexOf(sighting?.severity ?? "none")).toBeGreaterThanOrEqual(scale.indexOf("high"));
	});

	test("a task of another program that works on its folder is low at most", () => {
		const copy = kept("ScheduledTaskCreated", { TaskContent: task("robocopy.exe", "C:\\ProgramData\\cloudflared D:\\backup") });
		expect(copy?.severity ?? "none").toMatch(/^(?:none|info|low)$/);
	});

	test.for([
		["cmd.exe", "/c C:\\ProgramData\\cloudflared\\run.cmd"],
		["powershell.exe", "-File C:\\ProgramData\\cloudflared\\start.ps1"],
		["wscript.exe", "C:\\ProgramData\\cloudflared\\start.vbs"],
		["C:\\ProgramData\\cloudflared\\run.cmd", ""],
		["C:\\ProgramData\\svc.exe", "--config C:\\ProgramData\\cloudflared\\c.yml"],
		["C:\\ProgramData\\svc.exe", "C:\\ProgramData\\cloudflared\\c.exe &#116;unnel run"],
	] as const)("a task that may run what lies in its folder is told: %s %s", ([command, args]) => {
		expect(kept("ScheduledTaskCreated", { TaskContent: task(command, args) })?.severity).toBe("medium");
	});

	test.for([
		["a Run key", "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "upd"],
		["a service", "SYSTEM\\ControlSet001\\Services\\upd", "ImagePath"],
	])("an encoded command in %s", ([, key = "", RegistryValueName = ""]) => {
		const RegistryKey = `HKEY_LOCAL_MACHINE\\${key}`;
		const row = { ActionType: "RegistryValueSet", RegistryKey, RegistryValueName };
		const sighting = seen("DeviceRegistryEvents", { ...row, RegistryValueData: `powershell.exe -w hidden -enc ${encoded}` });
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
		const everyday = Buffer.from("Restart-Service Spooler", "utf16le").toString("base64");
		expect(seen("DeviceRegistryEvents", { ...row, RegistryValueData: `powershell.exe -enc ${everyday}` })).toBeUndefined();
	});

	test("a service whose path has blanks and no quotes is the program at its end", () => {
		const row = { ActionType: "RegistryValueSet", RegistryValueName: "ImagePath" };
		const at = (name: string, RegistryValueData: string) =>
			seen("DeviceRegistryEvents", {
				...row,
				RegistryKey: `HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\${name}`,
				RegistryValueData,
			});
		expect(at("Cloudflared", "C:\\Program Files\\cloudflared\\cloudflared.exe")?.severity).toBe("low");
		expect(at("Cloudflared", "C:\\Program Files\\Update Service\\svc.exe")?.severity).toBe("high");
	});

	test("a service that serves remote administration", () => {
		const row = { ActionType: "RegistryValueSet", RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\upd" };
		const data = (RegistryValueData: string) => seen("DeviceRegistryEvents", { ...row, RegistryValueName: "ImagePath", RegistryValueData });
		expect(data(`${windows} tunnel --url rdp://localhost:3389`)?.severity).toBe("high");
		expect(data("C:\\vpn\\vpn.exe --tunnel --url https://vpn.example.com")).toBeUndefined();
	});

	test("a task of another program is not told", () => {
		expect(kept("ScheduledTaskCreated", { TaskContent: task("C:\\vpn\\vpn.exe", "tunnel --restart") })).toBeUndefined();
		expect(kept("ServiceInstalled", { ServiceImagePath: "C:\\vpn\\vpn.exe --tunnel --url https://vpn.example.com" })).toBeUndefined();
	});
});

describe("an approved start in a command silences nothing that the same command shows", () => {
	const tool = "/usr/local/bin/cloudflared";
	const toolExe = "C:\\Program Files\\cloudflared\\cloudflared.exe";
	const ours = `${tool} tunnel run --token SECRET`;
	const fromFile = "/tmp/u tunnel run --token-file /tmp/t";
	const encoded = (text: string): string => `echo ${base64(text.replace("SECRET", approvedToken))} | base64 -d | sh`;
	const member = (name: string, value: string): string => `$p.StartInfo.${name}='${value}'; `;

	test.for<[string, [string, string]]>([
		["another start behind twenty commands", bash(`${ours}; ${"true; ".repeat(20)}${fromFile}`)],
		["another start behind more commands than are read", bash(`${ours}; ${"true; ".repeat(300)}${fromFile}`)],
		["another start behind a shell with more commands than are read", bash(`sh -c '${"true; ".repeat(300)}'; ${ours}`)],
		["another encoded start behind nine", bash(`${`${encoded(ours)}; `.repeat(9)}${encoded(fromFile)}`)],
		["an encoded start far behind", bash(`${ours}; ${"# \n".repeat(9_000)}${encoded(fromFile)}`)],
		["another start behind twenty calls", ["/usr/bin/python3", `python3 -c 'a("${ours}");${'b("x","y");'.repeat(20)}c("${fromFile}")'`]],
		[
			"an object whose program is set again",
			powershell(
				`${member("FileName", toolExe)}${member("Arguments", "tunnel run --token SECRET")}${member("FileName", "C:\\tmp\\u.exe")}$p.Start()`,
			),
		],
		["arguments that are put together", powershell(`[Diagnostics.Process]::Start('${toolExe}','tunnel run --token SECRET' + $t)`)],
		[
			"a download's last step, called like the tool",
			["bitsadmin.exe", `bitsadmin /SetNotifyCmdLine j C:\\tmp\\u.exe "cloudflared.exe tunnel run --token SECRET"`],
		],
		["launchctl submit, called like the tool", ["/bin/launchctl", `launchctl submit -l x -p /tmp/u -- ${ours}`]],
		[
			"start-stop-daemon, with another program to start",
			["/sbin/start-stop-daemon", `start-stop-daemon -S --exec ${tool} --startas /tmp/u -- tunnel run --token SECRET`],
		],
		["env, with a command in one word", ["/usr/bin/env", `env -S "${fromFile}" ${ours}`]],
		["an edge of somebody's own, by systemd-run", ["/usr/bin/systemd-run", `systemd-run -E TUNNEL_EDGE=203.0.113.9:7844 ${ours}`]],
		["the same as a property", ["/usr/bin/systemd-run", `systemd-run -p Environment=TUNNEL_EDGE=203.0.113.9:7844 ${ours}`]],
		["the same by strace", ["/usr/bin/strace", `strace -ETUNNEL_EDGE=203.0.113.9:7844 ${ours}`]],
		["arguments that a shell's variable adds", bash(`${ours} $MORE`)],
		["all arguments of a script", bash(`${ours} $@`)],
		["arguments that a variable of cmd adds", ["cmd.exe", "cmd /c C:\\x\\cloudflared.exe tunnel run --token SECRET %MORE%"]],
		["an edge of somebody's own, by typeset", bash(`typeset -x TUNNEL_EDGE=203.0.113.9:7844; ${ours}`)],
		["the tool called by another name", bash(`exec -a kworker ${ours}`)],
		[
			"a name in two pieces",
			["/usr/bin/node", `node -e "require('child_process').exec('/usr/local/bin/cloud'+'flared tunnel run --token SECRET')"`],
		],
		["arguments that xargs adds", ["/usr/bin/xargs", `xargs ${ours}`]],
		[
			"a container with another entry point",
			["/usr/bin/docker", "docker run -v /tmp:/x --entrypoint /x/u cloudflare/cloudflared tunnel run --token SECRET"],
		],
	])("%s", ([, [program, commandLine]]) => {
		expect(started(program, commandLine, approvedToken)?.ownership.verdict).toBe("cannot-tell");
	});

	const front: Readonly<Record<string, string>> = {
		'bash -c "': `${ours}; `,
		'powershell -c "': `& '${toolExe}' tunnel run --token SECRET; `,
		"cmd /c ": `C:\\cloudflared.exe tunnel run --token SECRET & `,
	};

	test.for(ways.filter(([, [, line]]) => Object.keys(front).some((shell) => line.startsWith(shell))))(
		"%s, behind one",
		([, [program, line]]) => {
			const shell = Object.keys(front).find((one) => line.startsWith(one)) ?? "";
			const behind = `${shell}${front[shell]?.replace("SECRET", approvedToken)}${line.slice(shell.length)}`;
			const [alone, both] = [line, behind].map((text) => started(program, text, foreignToken));
			expect(both?.ownership.verdict).toBe("not-ours");
			expect(scale.indexOf(both?.severity ?? "none")).toBeGreaterThanOrEqual(scale.indexOf(alone?.severity ?? "critical"));
		},
	);

	test("an approved start by itself is ours in each of these shells, also when another command is quoted beside it", () => {
		const quoted = `cmd /c "cd /d "C:\\Program Files" & "${toolExe}" tunnel run --token SECRET"`;
		for (const [program, line] of [bash(ours), bash(`${"true; ".repeat(20)}${ours}`), ["cmd.exe", quoted]] satisfies [string, string][]) {
			expect(started(program, line, approvedToken)?.ownership.verdict, line).toBe("ours");
			expect(started(program, line, foreignToken)?.ownership.verdict, line).toBe("not-ours");
		}
	});

	test.for<[string, Readonly<Record<string, string>>]>([
		["ScheduledTaskCreated", { TaskContent: [ours, fromFile].map((line) => exec(line)).join("") }],
		["PowerShellCommand", { Command: `${ours}; ${fromFile}` }],
	])("nor what stands behind it in one %s", ([action, fields]) => {
		const text = JSON.stringify(fields).replace("SECRET", approvedToken);
		expect(seen("DeviceEvents", { ActionType: action, AdditionalFields: text })?.ownership.verdict).toBe("cannot-tell");
	});

	function exec(line: string): string {
		const [program, ...args] = line.split(" ");
		return `<Exec><Command>${program}</Command><Arguments>${args.join(" ")}</Arguments></Exec>`;
	}
});

test("a thousand layers of eval are read like one", () => {
	expect(started(...bash(`${"eval ".repeat(900)}/tmp/u tunnel run --token SECRET`), foreignToken)?.ownership.verdict).toBe("not-ours");
	expect(started(...bash(`${"A=1 eval ".repeat(400)}/tmp/u tunnel run --token SECRET`), foreignToken)?.ownership.verdict).toBe("not-ours");
});
