import { describe, expect, test } from "vitest";
import { startOf } from "../../../lib/families/cloudflared/start.ts";
import { expand } from "../../../lib/families/cloudflared/starters.ts";
import { approvedToken, foreignToken } from "./generated-records.ts";
import { scale } from "./judged-case.ts";
import { bash, powershell, seen, started } from "./starts.ts";

const posix = "/tmp/u tunnel run --token SECRET";
const windows = "C:\\tmp\\u.exe tunnel run --token SECRET";

describe("the start inside is found and judged, whatever stands around it", () => {
	test.for<[string, [string, string]]>([
		["sh <(echo)", bash(`sh <(echo ${posix})`)],
		["bash <(printf)", bash(`bash <(printf "%s" "${posix}")`)],
		["source <(", bash(`source <(echo "${posix}")`)],
		["here-string", bash(`bash <<< "${posix}"`)],
		["here-string2", bash(`sh -s <<<"${posix}"`)],
		["heredoc", bash(`bash <<EOF\n${posix}\nEOF`)],
		["heredoc q", bash(`cat <<"EOF" | sh\n${posix}\nEOF`)],
		["heredoc file", bash(`cat > /etc/systemd/system/u.service <<EOF\n[Service]\nExecStart=${posix}\nEOF`)],
		["xargs2", ["/usr/bin/xargs", `xargs -I{} ${posix}`]],
		["parallel", ["/usr/bin/parallel", `parallel ${posix} ::: 1`]],
		["nohup", ["/usr/bin/nohup", `nohup ${posix}`]],
		["setsid", ["/usr/bin/setsid", `setsid -f ${posix}`]],
		["timeout", ["/usr/bin/timeout", `timeout -s KILL 1d ${posix}`]],
		["nice", ["/usr/bin/nice", `nice -n 10 ${posix}`]],
		["nice -10", ["/usr/bin/nice", `nice -10 ${posix}`]],
		["ionice", ["/usr/bin/ionice", `ionice -c 3 ${posix}`]],
		["ionice -c3", ["/usr/bin/ionice", `ionice -c3 ${posix}`]],
		["chrt", ["/usr/bin/chrt", `chrt -f 10 ${posix}`]],
		["chrt -i 0", ["/usr/bin/chrt", `chrt --idle 0 ${posix}`]],
		["taskset", ["/usr/bin/taskset", `taskset -c 0 ${posix}`]],
		["flock", ["/usr/bin/flock", `flock /tmp/l ${posix}`]],
		["flock -n -c", ["/usr/bin/flock", `flock -n /tmp/l -c "${posix}"`]],
		["flock -w 5", ["/usr/bin/flock", `flock -w 5 /tmp/l ${posix}`]],
		["script", ["/usr/bin/script", `script -qefc "${posix}" /dev/null`]],
		["watch", ["/usr/bin/watch", `watch -n 60 ${posix}`]],
		["unshare", ["/usr/bin/unshare", `unshare -n -m ${posix}`]],
		["nsenter", ["/usr/bin/nsenter", `nsenter -t 1 -m -u -i -n -p -- ${posix}`]],
		["nsenter2", ["/usr/bin/nsenter", `nsenter --target 1 --mount ${posix}`]],
		["chroot", ["/usr/sbin/chroot", `chroot --userspec=0:0 /r ${posix}`]],
		["firejail", ["/usr/bin/firejail", `firejail --noprofile ${posix}`]],
		["busybox nohup", ["/bin/busybox", `busybox nohup ${posix}`]],
		["a line that goes on", bash(`/tmp/u \\\n tunnel \\\n run --token SECRET`)],
		["a line of cmd that goes on", ["cmd.exe", `cmd /c C:\\tmp\\u.exe ^\r\n tunnel run ^\r\n --token SECRET`]],
		["a result that is kept", powershell(`$p = Start-Process C:\\tmp\\u.exe -ArgumentList 'tunnel run --token SECRET' -PassThru`)],
		[
			"a task's action that is kept",
			powershell(`$a=New-ScheduledTaskAction -Execute C:\\tmp\\u.exe -Argument 'tunnel run --token SECRET'`),
		],
		["words that PowerShell does not read", powershell(`C:\\tmp\\u.exe --% tunnel run --token SECRET`)],
		["a table with a list", powershell(`$p=@{FilePath='C:\\tmp\\u.exe';ArgumentList='tunnel','run','--token','SECRET'}; Start-Process @p`)],
		["quotes of another shell", ["wmic.exe", `wmic process call create 'cmd /c ${windows}'`]],
		["a command that is cloudflared's word too", ["/usr/bin/proot-distro", `proot-distro login debian -- ${posix}`]],
		["a package that is only called so", ["/usr/bin/nix", `nix run github:a/b#cloudflared -- tunnel run --token SECRET`]],
		["output that goes nowhere", ["cmd.exe", `cmd /c ${windows} 1>nul 2>&1`]],
		["a command that ssh runs here", ["/usr/bin/ssh", `ssh -o PermitLocalCommand=yes -o "LocalCommand=${posix}" x`]],
		["keys that are typed", ["/usr/bin/screen", `screen -S a -X stuff "${posix}\\n"`]],
		["expect", ["/usr/bin/expect", `expect -c 'set timeout 1; spawn ${posix}'`]],
		["a script of Windows that takes PowerShell", ["SyncAppvPublishingServer.exe", `SyncAppvPublishingServer.exe "n; ${windows}"`]],
		["a list of arguments", powershell(`$e='C:\\tmp\\u.exe'; $a=@('tunnel','run','--token','SECRET'); & $e @a`)],
		["a recording", ["/usr/bin/asciinema", `asciinema rec -c "${posix}" demo.cast`]],
		["a recording, joined", ["/usr/bin/asciinema", `asciinema rec "--command=${posix}"`]],
		["a process manager", ["/usr/bin/node", `node /usr/local/bin/pm2 start /tmp/u --name x -- tunnel run --token SECRET`]],
		["a process manager, one text", ["/usr/local/bin/pm2", `pm2 start "${posix}"`]],
		["what runs when a service fails", ["sc.exe", `sc failure spooler reset= 0 actions= restart/1 command= "${windows}"`]],
		["a command that a second option seems to replace", ["/usr/bin/script", `script -c "${posix}" --command=true`]],
		["a shell's command with words behind it", ["/bin/bash", `bash -c "${posix}" --command=true`]],
		["code before the name of a process manager", ["/usr/bin/python3", `python3 -c "import os;os.system('${posix}')" pm2`]],
		["code before a package", ["/usr/bin/node", `node -e "require('child_process').exec('${posix}')" cloudflared tunnel list`]],
		["the second program of expect", ["/usr/bin/expect", `expect -c 'spawn true; spawn -noecho ${posix}'`]],
		["a program that expect runs in brackets", ["/usr/bin/expect", `expect -c 'spawn true; system {${posix}}'`]],
		["code with a word of expect's", ["/usr/bin/awk", `awk 'BEGIN{system("${posix}")}\nfunction f() {spawn x}'`]],
		["a compose file", bash(`cat > c.yml <<EOF\nservices:\n  t:\n    image: a/cloudflared\n    command: tunnel run --token SECRET\nEOF`)],
		["busybox sh", ["/bin/busybox", `busybox sh -c "${posix}"`]],
		["busybox setsid", ["/bin/busybox", `busybox setsid ${posix}`]],
		["su -c", ["/usr/bin/su", `su - root -c "${posix}"`]],
		["su -c glued", ["/usr/bin/su", `su root --command="${posix}"`]],
		["su -s", ["/usr/bin/su", `su -s /bin/sh -c "${posix}" daemon`]],
		["runuser", ["/usr/sbin/runuser", `runuser -u nobody -- ${posix}`]],
		["doas", ["/usr/bin/doas", `doas -u root ${posix}`]],
		["pkexec", ["/usr/bin/pkexec", `pkexec --user root ${posix}`]],
		[
			"ssd",
			[
				"/sbin/start-stop-daemon",
				`start-stop-daemon --start --background --make-pidfile --pidfile /run/u.pid --exec /tmp/u -- tunnel run --token SECRET`,
			],
		],
		["ssd -S -b -a", ["/sbin/start-stop-daemon", `start-stop-daemon -S -b -a /tmp/u -- tunnel run --token SECRET`]],
		["daemonize", ["/usr/sbin/daemonize", `daemonize -p /run/u.pid -u root ${posix}`]],
		["daemon", ["/usr/bin/daemon", `daemon -r -n u -- ${posix}`]],
		["supervise", ["/usr/sbin/supervise-daemon", `supervise-daemon u --start /tmp/u -- tunnel run --token SECRET`]],
		["tmux", ["/usr/bin/tmux", `tmux new -d -s x "${posix}"`]],
		["tmux new-session", ["/usr/bin/tmux", `tmux new-session -d ${posix}`]],
		["tmux send-keys", ["/usr/bin/tmux", `tmux send-keys -t x "${posix}" Enter`]],
		["screen", ["/usr/bin/screen", `screen -dmS x ${posix}`]],
		["screen -dm", ["/usr/bin/screen", `screen -d -m ${posix}`]],
		["at", bash(`echo "${posix}" | at now + 1 minute`)],
		["batch", bash(`echo "${posix}" | batch`)],
		["at <<<", bash(`at now <<< "${posix}"`)],
		["s6", ["/bin/s6-setuidgid", `s6-setuidgid nobody ${posix}`]],
		["setpriv", ["/usr/bin/setpriv", `setpriv --reuid=1000 --clear-groups ${posix}`]],
		["capsh", ["/sbin/capsh", `capsh --user=nobody -- -c "${posix}"`]],
		["sg", ["/usr/bin/sg", `sg docker -c "${posix}"`]],
		["newgrp", ["/usr/bin/dbus-run-session", `dbus-run-session -- ${posix}`]],
		["catchsegv", ["/usr/bin/numactl", `numactl --cpunodebind=0 ${posix}`]],
		["prlimit", ["/usr/bin/prlimit", `prlimit --nofile=1024 ${posix}`]],
		["choom", ["/usr/bin/choom", `choom -n -500 -- ${posix}`]],
		["systemd-inhibit", ["/usr/bin/systemd-inhibit", `systemd-inhibit --what=sleep ${posix}`]],
		["machinectl", ["/usr/bin/machinectl", `machinectl shell root@.host ${"/tmp/u"} tunnel run --token SECRET`]],
		["entr", bash(`ls /tmp | entr -r ${posix}`)],
		["env -S chain", ["/usr/bin/env", `env -S "nohup ${posix}"`]],
		["arch", ["/usr/bin/arch", `arch -arm64 ${posix}`]],
		["ssh-agent", ["/usr/bin/ssh-agent", `ssh-agent ${posix}`]],
		["rlwrap", ["/usr/bin/rlwrap", `rlwrap -a ${posix}`]],
		["pipenv", ["/usr/bin/pipenv", `pipenv run ${posix}`]],
		["lxc exec", ["/usr/bin/lxc", `lxc exec c1 -- ${posix}`]],
		["incus", ["/usr/bin/pct", `pct exec 101 -- ${posix}`]],
		["toolbox", ["/usr/bin/toolbox", `toolbox run ${posix}`]],
		["distrobox", ["/usr/bin/distrobox", `distrobox enter box -- ${posix}`]],
		["runc", ["/usr/bin/crun", `crun exec c1 ${posix}`]],
		["doppler", ["/usr/bin/doppler", `doppler run -- ${posix}`]],
		["op run", ["/usr/bin/op", `op run -- ${posix}`]],
		["pm2", ["/usr/bin/pm2", `pm2 start /tmp/u -- tunnel run --token SECRET`]],
		["forever", ["/usr/bin/perl", `perl -e "exec q(${posix})"`]],
		["perl system", ["/usr/bin/perl", `perl -e 'system("${posix}")'`]],
		["python os", ["/usr/bin/python3", `python3 -c 'import os;os.system("${posix}")'`]],
		["python list", ["/usr/bin/python3", `python3 -c 'import subprocess;subprocess.Popen(["/tmp/u","tunnel","run","--token","SECRET"])'`]],
		["crontab -", bash(`(crontab -l; echo "* * * * * ${posix}") | crontab -`)],
		["sudo tee", bash(`echo "* * * * * root ${posix}" | sudo tee /etc/cron.d/x`)],
		["rc.local", bash(`echo "${posix}" >> /etc/rc.local`)],
		["profile", bash(`printf "%s\\n" "${posix}" >> ~/.bashrc`)],
		["$'\\x", bash(`bash -c $"\\x2ftmp/u tunnel run --token SECRET"`)],
		["Start-Job", powershell(`Start-Job -ScriptBlock { ${windows} }`)],
		["Start-Job {}", powershell(`Start-Job { & C:\\tmp\\u.exe tunnel run --token SECRET }`)],
		["Invoke-Command", powershell(`Invoke-Command -ScriptBlock { ${windows} }`)],
		["Start-ThreadJob", powershell(`Start-ThreadJob { ${windows} }`)],
		["& {}", powershell(`& { ${windows} }`)],
		["iex", powershell(`iex 'C:\\tmp\\u.exe tunnel run --token SECRET'`)],
		["iex pipe", powershell(`'C:\\tmp\\u.exe tunnel run --token SECRET' | iex`)],
		["iex (..)", powershell(`iex ('C:\\tmp\\u.exe tunnel run --token SECRET')`)],
		["iex -Command", powershell(`Invoke-Expression -Command 'C:\\tmp\\u.exe tunnel run --token SECRET'`)],
		[".([scriptblock])", powershell(`.([scriptblock]::Create('C:\\tmp\\u.exe tunnel run --token SECRET'))`)],
		["icm -arg", powershell(`icm { & $args[0] tunnel run --token SECRET } -ArgumentList C:\\tmp\\u.exe`)],
		["start-process", powershell(`saps C:\\tmp\\u.exe 'tunnel run --token SECRET' -WindowStyle Hidden`)],
		[
			"start-process -Arg list",
			powershell(`Start-Process -FilePath C:\\tmp\\u.exe -ArgumentList 'tunnel','run','--token','SECRET' -NoNewWindow`),
		],
		["start-process cmd", powershell(`Start-Process cmd -ArgumentList '/c ${windows}'`)],
		["v:on", ["cmd.exe", `cmd /v:on /c "set X=tunnel&& C:\\tmp\\u.exe !X! run --token SECRET"`]],
		["set pct", ["cmd.exe", `cmd.exe /c set X=tunnel& call C:\\tmp\\u.exe %X% run --token SECRET`]],
		["for /f in", ["cmd.exe", `cmd.exe /c for /f %i in ('C:\\tmp\\u.exe tunnel run --token SECRET') do echo %i`]],
		["for /l", ["cmd.exe", `cmd.exe /c for /l %i in (1,0,2) do ${windows}`]],
		["forfiles", ["forfiles.exe", `forfiles /p C:\\Windows /m notepad.exe /c "${windows}"`]],
		["forfiles cmd", ["forfiles.exe", `forfiles /p C:\\Windows /m notepad.exe /c "cmd /c ${windows}"`]],
		["pcalua", ["pcalua.exe", `pcalua.exe -a C:\\tmp\\u.exe -c "tunnel run --token SECRET"`]],
		["conhost", ["conhost.exe", `conhost.exe --headless ${windows}`]],
		["conhost cmd", ["conhost.exe", `conhost.exe cmd /c ${windows}`]],
		["wsl -e", ["wsl.exe", `wsl.exe -d Ubuntu -e ${posix}`]],
		["wsl --", ["wsl.exe", `wsl.exe -- ${posix}`]],
		["wsl bash", ["wsl.exe", `wsl.exe bash -c "${posix}"`]],
		["bash.exe", ["bash.exe", `bash.exe -c "${posix}"`]],
		["schtasks", ["cmd.exe", `cmd.exe /c schtasks /create /tn u /sc onlogon /tr "${windows}"`]],
		["schtasks cmd", ["cmd.exe", `cmd.exe /c schtasks /create /tn u /sc onlogon /tr "cmd /c ${windows}"`]],
		["sc create", ["cmd.exe", `cmd.exe /c sc create u binPath= "${windows}" start= auto`]],
		["sc create cmd", ["cmd.exe", `cmd.exe /c sc create u binPath= "cmd.exe /c ${windows}"`]],
		["nssm", ["nssm.exe", `nssm.exe install u C:\\tmp\\u.exe tunnel run --token SECRET`]],
		["nssm q", ["nssm.exe", `nssm.exe install u C:\\tmp\\u.exe "tunnel run --token SECRET"`]],
		["psexec", ["PsExec.exe", `PsExec.exe -accepteula \\\\srv -s -d ${windows}`]],
		["psexec local", ["PsExec64.exe", `PsExec64.exe -s -i cmd /c ${windows}`]],
		["wmic", ["WMIC.exe", `wmic process call create "${windows}"`]],
		["wmic node", ["WMIC.exe", `wmic /node:srv1 process call create "cmd /c ${windows}"`]],
		["winrs", ["winrs.exe", `winrs -r:srv1 ${windows}`]],
		["gsudo", ["gsudo.exe", `gsudo ${windows}`]],
		["runas", ["runas.exe", `runas /user:a /savecred "${windows}"`]],
		["start /b", ["cmd.exe", `cmd.exe /c start /b "" ${windows}`]],
		["start /min", ["cmd.exe", `cmd.exe /c start "t" /min ${windows}`]],
		["explorer", ["explorer.exe", `explorer.exe ${windows}`]],
		[
			"mshta",
			["mshta.exe", `mshta javascript:new ActiveXObject("WScript.Shell").Run("C:\\\\tmp\\\\u.exe tunnel run --token SECRET");close()`],
		],
		["ScriptRunner", ["ScriptRunner.exe", `ScriptRunner.exe -appvscript ${windows}`]],
		["nircmd", ["nircmd.exe", `nircmd exec hide ${windows}`]],
		["hstart", ["hstart.exe", `hstart /NOCONSOLE "${windows}"`]],
		["Run key", ["cmd.exe", `cmd.exe /c reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v u /d "${windows}"`]],
		[
			"IFEO",
			[
				"cmd.exe",
				`cmd.exe /c reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\a.exe" /v Debugger /d "${windows}"`,
			],
		],
		["ps New-Service", powershell(`New-Service -Name u -BinaryPathName '${windows}'`)],
		[
			"ps sched",
			powershell(
				`Register-ScheduledTask u -Action (New-ScheduledTaskAction -Execute C:\\tmp\\u.exe -Argument 'tunnel run --token SECRET')`,
			),
		],
		["ps wmi", powershell(`([wmiclass]'Win32_Process').Create('${windows}')`)],
		["ps here-string", powershell(`$c = @'\n${windows}\n'@; iex $c`)],
		["ps out-file", powershell(`'${windows}' | Out-File C:\\x\\start.bat`)],
		["ps -join", powershell(`& ('C:\\tmp\\u'+'.exe') tunnel run --token SECRET`)],
		["ps -f", powershell(`& ('{0}.exe' -f 'C:\\tmp\\u') tunnel run --token SECRET`)],
		["ps $a str", powershell(`$a='tunnel run --token SECRET'; Start-Process C:\\tmp\\u.exe $a`)],
	])("%s", ([, [program, commandLine]]) => {
		const sighting = started(program, commandLine, foreignToken);
		expect(sighting?.ownership.verdict).toBe("not-ours");
		expect(scale.indexOf(sighting?.severity ?? "none")).toBeGreaterThanOrEqual(scale.indexOf("high"));
	});

	test.for([
		["a job", `Start-Job { ${windows} }`],
		["an encoded command", `powershell -enc ${wide(windows)}`],
		["base64 that it decodes", `iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${base64(windows)}')))`],
		["a subexpression", `$x = $(${windows})`],
		["another shell", `cmd /c "${windows}"`],
		["a file that starts later", `Set-Content C:\\x\\start.bat '${windows}'`],
	])("in the text of a script: %s", ([, Command = ""]) => {
		const AdditionalFields = JSON.stringify({ Command: Command.replace("SECRET", foreignToken) });
		const sighting = seen("DeviceEvents", { ActionType: "PowerShellCommand", AdditionalFields });
		expect(sighting?.ownership.verdict).toBe("not-ours");
		expect(scale.indexOf(sighting?.severity ?? "none")).toBeGreaterThanOrEqual(scale.indexOf("high"));
	});
});

describe("a start that its own command spells out another way is read", () => {
	const bytes = [...Buffer.from(posix.replace("SECRET", foreignToken))];
	const inHex = bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
	const inOctal = bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
	test.for([
		["hexadecimal", `echo ${Buffer.from(bytes).toString("hex")} | xxd -r -p | sh`],
		["hexadecimal in capitals", `echo ${Buffer.from(bytes).toString("hex").toUpperCase()} | xxd -r -p | sh`],
		["escaped characters, printed", `printf "${inHex}" | sh`],
		["escaped characters in octal", `printf "${inOctal}" | sh`],
		["escaped characters, evaluated", `eval "$(printf "${inHex}")"`],
		["escaped characters, echoed", `echo -e "${inHex}" | bash`],
		["backwards", `echo "${[...posix.replace("SECRET", foreignToken)].reverse().join("")}" | rev | sh`],
	])("%s", ([, script = ""]) => {
		const sighting = started("/bin/bash", `bash -c '${script}'`, "");
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
		expect(JSON.stringify(sighting)).not.toContain(foreignToken);
	});

	test.for([
		["colours", `printf "\\033[1;32m\\033[0m\\033[1m\\033[2m\\033[3m\\033[4m done, the tunnel will run"`],
		["bytes of another text", `echo ${Buffer.from("the tunnel to Dover is open").toString("hex")} | xxd -r -p`],
	])("but %s are none", ([, script = ""]) => {
		expect(started("/bin/bash", `bash -c '${script}'`, "")).toBeUndefined();
	});

	test("and such a start never approves, since nobody knows what else is put together", () => {
		const own = [...Buffer.from(`/usr/local/bin/cloudflared tunnel run --token ${approvedToken}`)];
		const script = `printf "${own.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}" | sh`;
		expect(started("/bin/bash", `bash -c '${script}'`, "")?.ownership.verdict).toBe("cannot-tell");
	});
});

describe("text that somebody searches, shows or sends starts nothing", () => {
	const named = "cloudflared tunnel run --token SECRET";
	test.for([
		["a search", "/usr/bin/grep", `grep -r "${named}" /etc`],
		["a commit", "/usr/bin/git", `git commit -m "docs: run ${named}"`],
		["a message", "/usr/bin/curl", `curl -d "text=${named}" https://chat.example.com/hook`],
		["a note", "/usr/bin/logger", `logger "please run ${named}"`],
		["a search of the journal", "/usr/bin/journalctl", `journalctl -g "${named}"`],
		["a search in a window", "C:\\Tools\\Everything.exe", `Everything.exe -s "${named}"`],
		["a look for the process", "/usr/lib/nagios/plugins/check_procs", `check_procs -c 1: -a "${named}"`],
		["a dialog", "/usr/bin/kdialog", `kdialog --msgbox "${named}"`],
		["the clipboard", "/usr/bin/xclip", `xclip "${named}"`],
		["a chat program", "/usr/bin/telegram-send", `telegram-send "${named}"`],
		["a chat program that gets a link", "C:\\x\\ms-teams.exe", `ms-teams.exe "msteams:/l/chat?message=${named}"`],
		["another version control", "/usr/bin/svn", `svn commit -m "${named}"`],
		["a question", "/usr/bin/chatgpt", `chatgpt "${named}"`],
		["an editor", "/usr/bin/kate", `kate "${named}"`],
		["the history of a shell, in one word", "/usr/bin/atuin", `atuin history start -- "${named}"`],
		["a folder", "/bin/mkdir", `mkdir "${named}"`],
		["a message of a program nobody knows", "/usr/bin/helpdesk", `helpdesk new --summary "${named}"`],
		["a value in a store", "/usr/bin/aws", `aws ssm put-parameter --name x --value "${named}"`],
		["a note of many words", "/usr/bin/logger", `logger -t deploy ${named}`],
		["a note to everybody", "/usr/bin/wall", `wall ${named}`],
		["a hint on the screen", "/usr/bin/notify-send", `notify-send hint ${named}`],
		["a commit whose quotes were lost", "/usr/bin/git", `git commit -m ${named}`],
		["a note in the journal", "/usr/bin/systemd-cat", `systemd-cat echo ${named}`],
		["a note of a script", "/bin/bash", `bash -c "logger ${named}"`],
		["a message to a session", "msg.exe", `msg.exe * ${named}`],
		["a console's file", "mmc.exe", `mmc.exe "C:\\x\\u.exe tunnel run --token SECRET"`],
		["a unit's property", "/usr/bin/systemctl", `systemctl set-property x "/tmp/u tunnel run --token SECRET"`],
		["a service's description", "sc.exe", `sc.exe description cloudflared "runs ${named}"`],
		["the history of a shell", "/usr/bin/atuin", `atuin history start -- ${named}`],
		["a command's own page", "/usr/bin/cheat", `cheat ${named}`],
		["a document", "/bin/bash", `bash -c 'cat > /srv/README.md <<EOF\nRun:\n  ${posix}\nEOF'`],
		["a text on the screen", "/bin/bash", `bash -c 'cat <<EOF\nRun ${named}\nEOF'`],
	])("%s", ([, program = "", commandLine = ""]) => {
		const sighting = started(program, commandLine, foreignToken);
		// Whoever reads the token can run the tunnel, so it is not silent either.
		expect([sighting?.mode, sighting?.severity, sighting?.quiet]).toEqual(["unknown", "low", undefined]);
		expect(sighting?.severityReason).toMatch(/token/);
	});

	test("a document that is run after all is a script", () => {
		const sighting = started("/bin/bash", `bash -c 'cat > /tmp/a.txt <<EOF\n${posix}\nEOF\nsh /tmp/a.txt'`, foreignToken);
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
	});

	test.for([
		["a group's output", `(cat <<EOF\n${posix}\nEOF\n) | sh`],
		["a group's output, over lines", `{\ncat <<EOF\n${posix}\nEOF\n} | sh`],
		["what is evaluated", `eval "$(cat <<EOF\n${posix}\nEOF\n)"`],
		["what a shell reads", `bash <(cat <<EOF\n${posix}\nEOF\n)`],
		["a command inside the text", `cat <<EOF\n$(${posix})\nEOF`],
		["output that goes to a file from here on", `exec > /tmp/x\ncat <<EOF\n${posix}\nEOF\nsh /tmp/x`],
		["a remark that looks like a document", `cat > /tmp/x <<EOF # a.txt\n${posix}\nEOF\nsh /tmp/x`],
		["a document that is read, not written", `cat a.txt - > /tmp/x <<EOF\n${posix}\nEOF\nsh /tmp/x`],
		["a document by a pattern", `cat > /tmp/a.txt <<EOF\n${posix}\nEOF\nsh /tmp/a*`],
		["a document in other letters", `cat > /tmp/a.txt <<EOF\n${posix}\nEOF\nsh /tmp/A.TXT`],
		["a folder whose files are run", `cat > /etc/cron.d/a.txt <<EOF\n* * * * * root ${posix}\nEOF`],
		["an end that is written otherwise", `cat <<E-F\nhi\nE-F\n${posix}`],
		["a text with an end that never comes", `cat <<EOF\nhi\n${posix}`],
		["a front that stands in quotes", `: "\ncat <<EOF\n"\n${posix}\n: "\nEOF\n"`],
		["a front that stands in another text", `: <<X\ncat <<EOF\nX\n${posix}\nEOF`],
		["another cat", `cat() { sh; }; cat <<EOF\n${posix}\nEOF`],
		["a cat that is called so", `alias cat=sh\ncat <<EOF\n${posix}\nEOF`],
	])("nor is one that is run some other way: %s", ([, script = ""]) => {
		const sighting = started("/bin/bash", script.includes('"') ? `bash -c '${script}'` : `bash -c "${script}"`, foreignToken);
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
	});

	test.for([
		["several", `mkdir -p /srv\ncat > /srv/README.md <<EOF\n${posix}\nEOF\ncat >> /srv/notes.txt <<'END'\n${posix}\nEND\nls -l /srv`],
		["one behind its text", `cat <<'EOF' > /srv/README.md\n$(${posix})\nEOF`],
		["tee", `tee -a /srv/README.md <<EOF\n${posix}\nEOF`],
	])("and what only writes documents starts nothing: %s", ([, script = ""]) => {
		const sighting = started("/bin/bash", `bash -c "${script}"`, foreignToken);
		expect([sighting?.mode, sighting?.severity]).toEqual(["unknown", "low"]);
	});

	test("a copy of cloudflared that is called like one, and whose middle is not read, is no note", () => {
		const padding = "--http-host-header abc ".repeat(5_000);
		const sighting = started("/tmp/logger", `logger tunnel run ${padding}--token SECRET`, foreignToken);
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
	});

	test("in the words of a program nobody knows it may be one that failed", () => {
		const sighting = started("/usr/bin/helpdesk", `helpdesk new --summary ${named}`, foreignToken);
		expect([sighting?.mode, sighting?.severity]).toEqual(["would-fail", "medium"]);
	});

	test.for([
		["/usr/bin/logger", "logger tunnel run --token SECRET"],
		["/usr/bin/systemctl", "systemctl tunnel run --token SECRET"],
	])("such a name on cloudflared itself hides nothing: %s", ([program = "", commandLine = ""]) => {
		const sighting = started(program, commandLine, foreignToken);
		expect([sighting?.ownership.verdict, sighting?.severity]).toEqual(["not-ours", "high"]);
	});
});

function wide(text: string): string {
	return Buffer.from(text.replace("SECRET", foreignToken), "utf16le").toString("base64");
}

function base64(text: string): string {
	return Buffer.from(text.replace("SECRET", foreignToken)).toString("base64");
}

test("a long list that many commands name takes the room of the text, not the product of both", () => {
	const script = `$a=@(${"'b',".repeat(7_000)}'c');${"& C:\\tmp\\u.exe @a;".repeat(1_000)}`;
	const { starts } = expand(startOf("C:\\x\\powershell.exe", `powershell -c ${script}`, new Map()));
	expect(starts.length).toBe(256);
	expect(starts.every(({ trail }) => trail.unread)).toBe(true);
	expect(starts.reduce((sum, { command }) => sum + command.words.length, 0)).toBeLessThan(65_536);
});
