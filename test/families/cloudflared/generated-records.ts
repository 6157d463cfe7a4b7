import fc from "fast-check";
import type { Remembered } from "../../../lib/verdict/remembered.ts";
import { base64 } from "./tokens.ts";

/** Records made of parts, for promises that must hold for every record and not only for labelled ones. All tokens are invented. */

const secret = base64("INVENTED-FOR-TESTS-ONLY-NOT-REAL");
const token = (account: string, tunnel: string): string => base64(`{"a":"${account}","t":"${tunnel}","s":"${secret}"}`);
export const ownAccount = "2b7f0c9d4e1a48639d05f7c2a8b61e34";
export const ownTunnel = "9a3c51d7-08be-4f62-a7d1-63e04b9f2c85";
const foreignTunnel = "4e8b2d60-7c15-49a3-8f0e-d1b6a5c39e72";
export const approvedToken = token(ownAccount, ownTunnel);
const unlistedToken = token(ownAccount, "7d1e5f3a-2b84-4c69-9a0d-8e6c4b2f1a35");
export const foreignToken = token("d94e1b7a3c5f48208e6d0b9a7f2c4e13", foreignTunnel);
/** Read by cloudflared, and a name in it stands twice. */
const ambiguousToken = base64(`{"a":"${"ab".repeat(16)}","A":"${ownAccount}","t":"${ownTunnel}","s":"${secret}"}`);
const withoutAccount = base64(`{"t":"${ownTunnel}","s":"${secret}"}`);

/** What a command takes its tunnel from, if it shows it. */
export type Credential = "approved" | "unlisted" | "foreign" | "ambiguous" | "incomplete" | "cut" | "broken" | "hidden";
export const credentialText: Readonly<Record<Credential, string>> = {
	approved: approvedToken,
	unlisted: unlistedToken,
	foreign: foreignToken,
	ambiguous: ambiguousToken,
	incomplete: withoutAccount,
	cut: approvedToken.slice(0, -24),
	broken: approvedToken.replaceAll("=", "").replace("J", "-"),
	hidden: "%T%",
};

export interface Command {
	readonly program: readonly string[];
	readonly tunnel: readonly string[];
	/** Absent: the tunnel level's own action. */
	readonly run?: readonly string[];
	readonly install?: readonly string[];
	readonly credential?: Credential;
	readonly exposes?: string;
}

export interface Generated {
	readonly os: "windows" | "linux";
	readonly folder: string;
	readonly name: string;
	readonly command: Command;
	readonly parent: { readonly name: string; readonly line: string };
	readonly user: string;
	readonly device: "server" | "workstation" | "unknown";
	readonly approves: "account" | "nothing" | "weak" | "fleet";
	readonly hash: string;
	readonly table: "DeviceProcessEvents" | "DeviceNetworkEvents" | "DeviceRegistryEvents" | "DeviceEvents";
	readonly additional: Readonly<Record<string, string>>;
}

const windowsFolders = [
	"C:\\Program Files\\cloudflared\\",
	"C:\\Program Files (x86)\\cloudflared\\",
	"C:\\Windows\\Temp\\",
	"C:\\Users\\Public\\",
	"C:\\Users\\a.b\\Downloads\\",
	"C:\\ProgramData\\x\\",
	"C:\\Tools\\",
	"\\\\srv\\share\\",
];
const linuxFolders = ["/usr/bin/", "/usr/local/bin/", "/tmp/", "/home/a/", "/opt/x/", "/dev/shm/"];
const names = [
	"cloudflared",
	"cloudflared",
	"cloudflared",
	"cloudflared-windows-amd64",
	"cloudflared2",
	"svchost",
	"node",
	"updater",
	"cmd",
];
const values = ["x", "debug", "C:\\x.log", "a=b", "/tmp/y", "cloudflared", "tunnel", "run", "--token", "-", "--", "true", "0"];

const outerFlag = fc.oneof(
	fc.constantFrom(["--no-autoupdate"], ["-no-autoupdate=false"], ["--loglevel", "debug"], ["--no-prechecks"]),
	fc.tuple(fc.constantFrom("--label", "--logfile", "--tag", "--pidfile", "--metrics", "--protocol"), fc.constantFrom(...values)),
	fc.constantFrom(
		["--edge", "45.77.1.2:7844"],
		["--cacert", "C:\\ca.pem"],
		["--config", "C:\\Windows\\Temp\\c.yml"],
		["--bastion"],
		["--help"],
	),
);
const outer = fc.array(outerFlag, { maxLength: 2 }).map((flags) => flags.flat());
const targets = [
	"http://localhost:3000",
	"https://10.0.0.4",
	"rdp://localhost:3389",
	"ssh://127.0.0.1:22",
	"tcp://db:5432",
	"localhost:445",
	"unix:/x",
];
const credential = fc.constantFrom<Credential>(
	"approved",
	"approved",
	"approved",
	"foreign",
	"foreign",
	"unlisted",
	"ambiguous",
	"incomplete",
	"cut",
	"broken",
	"hidden",
);
const runByToken = fc
	.tuple(
		credential,
		fc.constantFrom([], ["--protocol", "http2"], ["--url", "http://localhost:80"], [foreignTunnel], [ownTunnel], ["--token-file", "C:\\t"]),
	)
	.map(([by, more]): Partial<Command> => {
		const flags = more[0]?.startsWith("--") === true ? more : [];
		const behind = flags.length > 0 ? [] : more;
		return { run: [...flags, "--token", credentialText[by], ...behind], credential: by };
	});
const runOtherwise = fc
	.constantFrom(
		["--token-file", "C:\\ProgramData\\cloudflared\\token"],
		["--token-file", "/etc/cloudflared/token"],
		["--token-file", "C:\\Users\\Public\\t"],
		["--credentials-file", "C:\\x.json", ownTunnel],
		[ownTunnel],
		["name"],
		[],
	)
	.map((run): Partial<Command> => ({ run }));
const quick = fc.constantFrom(...targets).map((exposes): Partial<Command> => ({ tunnel: ["--url", exposes], exposes }));
const install = credential.map((by): Partial<Command> => ({ install: [credentialText[by]], credential: by }));
const command: fc.Arbitrary<Command> = fc
	.tuple(
		outer,
		outer,
		fc.oneof({ weight: 4, arbitrary: runByToken }, { weight: 3, arbitrary: runOtherwise }, { weight: 2, arbitrary: quick }, install),
	)
	.map(([program, tunnel, rest]) => ({
		program,
		tunnel: rest.tunnel === undefined ? tunnel : [...tunnel, ...rest.tunnel],
		...without(rest, "tunnel"),
	}));

function without(rest: Partial<Command>, key: "tunnel"): Partial<Command> {
	const { [key]: _, ...others } = rest;
	return others;
}

const parent = fc.oneof(
	fc.constantFrom(
		{ name: "services.exe", line: "C:\\Windows\\System32\\services.exe" },
		{ name: "systemd", line: "/sbin/init" },
		{ name: "cmd.exe", line: "cmd.exe" },
		{ name: "bash", line: "-bash" },
		{ name: "explorer.exe", line: "C:\\Windows\\Explorer.EXE" },
		{ name: "node.exe", line: "node dev.js" },
		{ name: "WINWORD.EXE", line: "WINWORD.EXE /n a.docx" },
		{ name: "WmiPrvSE.exe", line: "wmiprvse.exe -secured" },
	),
	credential.map((by) => ({ name: "cmd.exe", line: `cmd.exe /c echo ${credentialText[by]}` })),
	credential.map((by) => ({ name: "bash", line: `bash -c 'TUNNEL_TOKEN=${credentialText[by]} cloudflared tunnel run'` })),
);

export const generated: fc.Arbitrary<Generated> = fc.constantFrom("windows" as const, "windows" as const, "linux" as const).chain((os) =>
	fc.record({
		os: fc.constant(os),
		folder: fc.constantFrom(...(os === "windows" ? windowsFolders : linuxFolders)),
		name: fc.constantFrom(...names),
		command,
		parent,
		user: fc.constantFrom("a.b", "system", "root"),
		device: fc.constantFrom("server" as const, "workstation" as const, "unknown" as const),
		approves: fc.constantFrom(
			"account" as const,
			"account" as const,
			"account" as const,
			"nothing" as const,
			"weak" as const,
			"fleet" as const,
		),
		hash: fc.constantFrom("1".repeat(40), "2".repeat(40), ""),
		table: fc.constantFrom(
			"DeviceProcessEvents" as const,
			"DeviceProcessEvents" as const,
			"DeviceProcessEvents" as const,
			"DeviceNetworkEvents" as const,
			"DeviceRegistryEvents" as const,
			"DeviceEvents" as const,
		),
		additional: fc.constantFrom<Readonly<Record<string, string>>>({}, {}, { Note: "x" }, { Command: "Get-Service Cloudflared" }),
	}),
);

/** Its arguments as words, and as one line quoted as this system shows it. */
export function argumentsOf({ program, tunnel, run, install: token }: Command): readonly string[] {
	if (token !== undefined) return [...program, "service", "install", ...token];
	return run === undefined ? [...program, "tunnel", ...tunnel] : [...program, "tunnel", ...tunnel, "run", ...run];
}

export function fileOf({ os, folder, name }: Pick<Generated, "os" | "folder" | "name">): string {
	return `${folder}${name}${os === "windows" ? ".exe" : ""}`;
}

export function lineOf(words: readonly string[]): string {
	return words.map((word) => (/[\s"]/.test(word) || word === "" ? `"${word.replaceAll('"', '\\"')}"` : word)).join(" ");
}

/** The record of a case: the process that starts, connects, or is what a service starts later. */
export function columnsOf(one: Generated, line = lineOf([fileOf(one), ...argumentsOf(one.command)])): Readonly<Record<string, unknown>> {
	const file = fileOf(one);
	const fileName = `${one.name}${one.os === "windows" ? ".exe" : ""}`;
	const extra = Object.keys(one.additional).length === 0 ? {} : { AdditionalFields: JSON.stringify(one.additional) };
	const starts = {
		InitiatingProcessFileName: one.parent.name,
		InitiatingProcessFolderPath:
			one.os === "windows" ? `c:\\windows\\system32\\${one.parent.name.toLowerCase()}` : `/usr/bin/${one.parent.name}`,
		InitiatingProcessCommandLine: one.parent.line,
		InitiatingProcessAccountName: one.user,
	};
	const acts = {
		InitiatingProcessFileName: fileName,
		InitiatingProcessFolderPath: file,
		InitiatingProcessCommandLine: line,
		InitiatingProcessParentFileName: one.parent.name,
		InitiatingProcessAccountName: one.user,
		InitiatingProcessSHA1: one.hash,
	};
	switch (one.table) {
		case "DeviceProcessEvents":
			return {
				...starts,
				...extra,
				ActionType: "ProcessCreated",
				FileName: fileName,
				FolderPath: file,
				ProcessCommandLine: line,
				AccountName: one.user,
				SHA1: one.hash,
			};
		case "DeviceNetworkEvents":
			return {
				...acts,
				...extra,
				ActionType: "ConnectionSuccess",
				RemoteIP: "198.41.192.7",
				RemotePort: 7844,
				RemoteUrl: "region1.v2.argotunnel.com",
			};
		case "DeviceRegistryEvents":
			return {
				...starts,
				ActionType: "RegistryValueSet",
				RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
				RegistryValueName: "ImagePath",
				RegistryValueData: line,
			};
		case "DeviceEvents":
			return {
				...starts,
				ActionType: "ScheduledTaskCreated",
				AdditionalFields: JSON.stringify({
					...one.additional,
					TaskContent: `<Task><Actions><Exec><Command>${file}</Command><Arguments>${lineOf(argumentsOf(one.command))}</Arguments></Exec></Actions></Task>`,
				}),
			};
	}
}

/** What the device showed before, as a store gives it back. */
export const remembered = (at: Date, tunnel: Remembered["tunnel"], more: Partial<Remembered>): Remembered => ({ tunnel, at, ...more });
