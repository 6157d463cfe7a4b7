import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInvocation } from "../../../lib/families/cloudflared/invocation.ts";
import { commandsIn } from "../../../lib/sighting/command-line.ts";
import type { Mode, TargetClass } from "../../../lib/sighting/sighting.ts";
import { targetClass } from "../../../lib/sighting/targets.ts";
import { token, tunnelId, wide } from "./tokens.ts";

const modes: readonly (readonly [Mode, string])[] = [
	["named-token", `cloudflared tunnel run --token ${token}`],
	["named-token", `cloudflared tunnel run --token=${token}`],
	["named-token", `cloudflared tunnel run -token ${token}`],
	["named-token", `svchost32.exe tunnel --no-autoupdate run --token ${token}`],
	["named-token", `CLOUDFLARED.EXE TUNNEL RUN --TOKEN ${token}`],
	["named-token", `cloudflared --loglevel debug tunnel --metrics 127.0.0.1:1 run --token ${token} --protocol quic`],
	["named-token-file", '"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token-file C:\\ProgramData\\cloudflared\\token'],
	["named-token-file", "/usr/bin/cloudflared --no-autoupdate tunnel run --token-file /etc/cloudflared/token"],
	["named-env", "updater.exe tunnel run"],
	["named-env", 'cmd /c "set TUNNEL_TOKEN=abc&& cloudflared tunnel run"'],
	["named-env", "powershell -Command \"$env:TUNNEL_TOKEN = 'abc'; cloudflared tunnel run\""],
	["named-env", "docker run -e TUNNEL_TOKEN=abc cloudflare/cloudflared tunnel run"],
	["named-credentials", `cloudflared tunnel run ${tunnelId}`],
	["named-credentials", "cloudflared tunnel run --credentials-file C:\\x.json web"],
	["named-credentials", "cloudflared tunnel --cred-file x.json run"],
	["named-credentials", "cloudflared --config C:\\ProgramData\\cloudflared\\config.yml tunnel run"],
	["adhoc-named", "cloudflared tunnel --name demo --url http://localhost:80 --hostname demo.example.com"],
	["quick", "cloudflared tunnel --url rdp://localhost:3389"],
	["quick", "cloudflared --url http://localhost:8080"],
	["quick", "cloudflared tunnel --hello-world"],
	["quick", "svc.exe tunnel --url=ssh://localhost:22"],
	["quick", 'cmd /c "set TUNNEL_URL=rdp://localhost:3389 && cloudflared tunnel"'],
	["service-install", `cloudflared.exe service install ${token}`],
	["service-install", `svc.exe service install ${token}`],
	["service-install", "cloudflared service install"],
	["service-uninstall", "cloudflared service uninstall"],
	["service-mode", "C:\\Temp\\cloudflared.exe"],
	["access-client", "cloudflared access rdp --hostname far.example.com --url localhost:3390"],
	["access-client", "svc.exe access ssh -T far.example.com -L localhost:22"],
	["access-client", "cloudflared access login https://far.example.com"],
	["maintenance", "cloudflared tunnel login"],
	["maintenance", "cloudflared tunnel route dns web web.example.com"],
	["maintenance", "cloudflared update --beta"],
	["maintenance", "cloudflared --version"],
	["unknown", "cloudflared something else"],
];

describe("a command line tells how cloudflared is started", () => {
	test.each(modes)("%s: %s", (mode, commandLine) => {
		expect(readInvocation(commandLine)?.mode).toBe(mode);
	});

	test.each([
		"kubectl.exe run tunnel-test --image=alpine -- sleep 1",
		"code-tunnel.exe tunnel --accept-server-license-terms --name wks-fin-014",
		"foo.exe service install",
		"net start cloudflared",
		"msiexec.exe /i C:\\x\\cloudflared-windows-amd64.msi /qn",
		"whoami /all",
		"",
	])("and that it is another program: %s", (commandLine) => {
		expect(readInvocation(commandLine)).toBeUndefined();
	});
});

describe("a command inside a command is found", () => {
	test.each([
		`cmd.exe /c "C:\\x\\svc.exe tunnel run --token ${token}"`,
		`cmd /c svc.exe tunnel run --token ${token}`,
		`powershell -NoProfile -Command "& 'C:\\x y\\cf.exe' tunnel run --token ${token}"`,
		`powershell.exe -nop -enc ${wide(`C:\\x\\cf.exe tunnel run --token ${token}`)}`,
		`bash -c 'sudo nohup /tmp/cf tunnel run --token ${token} &'`,
		`sc create Cloudflared binPath= "\\"C:\\a b\\cf.exe\\" tunnel run --token ${token}" start= auto`,
		`schtasks /create /tn u /tr "C:\\p\\u.exe tunnel run --token ${token}" /sc onlogon`,
		`reg add HKLM\\SYSTEM\\x /v ImagePath /d "C:\\p\\u.exe tunnel run --token ${token}" /f`,
		`docker run -d cloudflare/cloudflared:latest tunnel --no-autoupdate run --token ${token}`,
		`powershell Start-Process cloudflared.exe -ArgumentList tunnel,run,--token,${token}`,
		`cmd /c "powershell -Command \\"cloudflared tunnel run --token ${token}\\""`,
	])("%s", (commandLine) => {
		expect(readInvocation(commandLine)).toMatchObject({ mode: "named-token", nested: true, token });
	});

	test("but only four deep", () => {
		const nest = (depth: number): string => (depth === 0 ? "cf.exe tunnel run --token abc" : `powershell -enc ${wide(nest(depth - 1))}`);

		expect(readInvocation(nest(4))?.mode).toBe("named-token");
		expect(readInvocation(nest(5))).toBeUndefined();
	});
});

describe("the details of a start", () => {
	test("of two tokens the last counts, as for cloudflared", () => {
		expect(readInvocation("cloudflared tunnel run --token one --token two")?.token).toBe("two");
	});

	test("a flag goes before a variable", () => {
		expect(readInvocation('cmd /c "set TUNNEL_TOKEN=one&& cloudflared tunnel run --token two"')?.token).toBe("two");
	});

	test("what is exposed, and under which name", () => {
		expect(readInvocation("cloudflared tunnel --name n --url tcp://localhost:3389 --hostname a.example.com --socks5")).toMatchObject({
			exposes: ["tcp://localhost:3389", "socks-proxy"],
			hostname: "a.example.com",
			tunnelName: "n",
		});
	});

	test("an access client exposes nothing: its address is where it listens", () => {
		expect(readInvocation("cloudflared access tcp --tunnel-host far.example.com --listener localhost:1")).toMatchObject({
			exposes: [],
			hostname: "far.example.com",
		});
	});

	test("files that hold the secret", () => {
		expect(readInvocation("cloudflared tunnel --config c.yml run --cred-file '/x y/z.json' web")).toMatchObject({
			config: "c.yml",
			credentialsFile: "/x y/z.json",
			tunnelName: "web",
		});
	});

	test("the flags that tell something, and no other", () => {
		expect(readInvocation("cloudflared --no-autoupdate tunnel --loglevel debug --metrics 0.0.0.0:1 run --token-file t")?.flags).toEqual([
			"token-file",
			"no-autoupdate",
			"metrics",
		]);
	});

	test("a tunnel named by its id", () => {
		expect(readInvocation(`cloudflared tunnel run ${tunnelId.toUpperCase()}`)?.tunnelId).toBe(tunnelId);
	});
});

const targets: readonly (readonly [string, TargetClass])[] = [
	["rdp://localhost:3389", "rdp"],
	["rdp://localhost", "rdp"],
	["tcp://10.0.0.5:3389", "rdp"],
	["ssh://localhost", "ssh"],
	["localhost:22", "ssh"],
	["smb://files:445", "smb"],
	["tcp://localhost:135", "smb"],
	["tcp://localhost:5900", "vnc"],
	["http://localhost:5985/wsman", "winrm"],
	["http://localhost:8080", "http"],
	["https://localhost", "http"],
	["localhost:8000", "http"],
	["hello_world", "http"],
	["tcp://localhost:5432", "other"],
	["unix:/run/x.sock", "other"],
	["http_status:404", "other"],
	["bastion", "network"],
	["socks-proxy", "network"],
	["", "other"],
];

test.each(targets)("%s lets in %s", (target, expected) => {
	expect(targetClass(target)).toBe(expected);
});

describe("hostile command lines", () => {
	const parts = fc.constantFrom(
		'"',
		"'",
		"\\",
		" ",
		"(",
		";",
		"&",
		"cmd /c ",
		"powershell -enc ",
		"--url ",
		"tunnel ",
		"cloudflared ",
		"run ",
		"=",
		",",
		"$env:TUNNEL_TOKEN=",
		"\0",
		"é",
	);

	test("never make it throw", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: "binary" }),
					fc.array(parts, { maxLength: 60 }).map((list) => list.join("")),
				),
				(text) => {
					readInvocation(text);
				},
			),
			{ numRuns: 5_000 },
		);
	});

	test("are read to a bound: 64 K characters, 64 commands, 4,096 words", () => {
		expect(commandsIn(`${"a;".repeat(100_000)}`).length).toBe(1);
		expect(commandsIn(`x "${"a;".repeat(30_000)} "`).length).toBeLessThanOrEqual(64);
		expect(commandsIn("a ".repeat(30_000))[0]?.words.length).toBe(4_096);
		expect(readInvocation(`${" ".repeat(65_536)}cloudflared tunnel run --token x`)).toBeUndefined();
	});

	test.each([
		'"',
		"'",
		"\\",
		"(",
		"a ",
		"a;",
		'"a b" ',
		'cmd /c "',
		"tunnel ",
		"--url ",
		"-- ",
		"$env:TUNNEL_TOKEN=",
		"cloudflared ",
		"=",
		"-,",
	])("64 KB of %s take no longer than a blink", (piece) => {
		const text = piece.repeat(Math.ceil(65_536 / piece.length));
		readInvocation(text);
		const started = performance.now();
		readInvocation(text);

		expect(performance.now() - started).toBeLessThan(250);
	});
});
