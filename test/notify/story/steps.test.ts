import { describe, expect, test } from "vitest";
import { allRules } from "../../../lib/families/all-rules.ts";
import type { Finding } from "../../../lib/findings/finding.ts";
import { findingTitle } from "../../../lib/notify/story/finding-title.ts";
import { happenedWords } from "../../../lib/notify/story/happened.ts";
import { whyWords } from "../../../lib/notify/story/rule-words.ts";
import { stepWords } from "../../../lib/notify/story/steps.ts";
import type { ProgramKind } from "../../../lib/sighting/reading.ts";
import type { Mode, Ownership, TargetClass, Tunnel } from "../../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../../builders.ts";

const verdicts: readonly Ownership["verdict"][] = ["ours", "not-ours", "cannot-tell"];

/** Each mode, and whether it opens a tunnel here: what may be said of one is not true of the others. */
const opens: Readonly<Record<Mode, "tunnel" | "client" | "nothing" | "depends">> = {
	"named-token": "tunnel",
	"named-token-file": "tunnel",
	"named-env": "tunnel",
	"named-credentials": "tunnel",
	"adhoc-named": "tunnel",
	quick: "tunnel",
	"service-install": "tunnel",
	"service-uninstall": "nothing",
	"service-mode": "nothing",
	"access-client": "client",
	maintenance: "nothing",
	"would-fail": "nothing",
	unknown: "depends",
};
const targets: readonly (TargetClass | undefined)[] = [undefined, "rdp", "ssh", "smb", "vnc", "winrm", "http", "network", "other"];

/** Each table, with the sorts of rows that are told in a way of their own. */
const rows: readonly (readonly [table: string, action: string])[] = [
	["DeviceProcessEvents", "ProcessCreated"],
	["DeviceNetworkEvents", "ConnectionSuccess"],
	["DeviceNetworkEvents", "ListeningConnectionCreated"],
	["DeviceNetworkEvents", "DnsConnectionInspected"],
	["DeviceFileEvents", "FileCreated"],
	["DeviceRegistryEvents", "RegistryValueSet"],
	["DeviceImageLoadEvents", "ImageLoaded"],
	["DeviceLogonEvents", "LogonSuccess"],
	["DeviceEvents", "DnsQueryResponse"],
	["DeviceEvents", "ServiceInstalled"],
	["DeviceEvents", "ScheduledTaskCreated"],
	["DeviceEvents", "PowerShellCommand"],
	["DeviceEvents", "SmartScreenAppWarning"],
	["DeviceEvents", "AnythingElse"],
];

/** Their sightings are of a tunnel even where no command line says so; of the others' some are of another program's traffic. */
const tunnelRule = "cloudflared-edge-from-other-process";
const visitRule = "trycloudflare-fetch";

interface Situation {
	readonly verdict: Ownership["verdict"];
	readonly mode: Mode;
	readonly target: TargetClass | undefined;
	readonly table: string;
	readonly action?: string;
	readonly user?: string;
	readonly tunnel?: Tunnel | undefined;
	readonly fileName?: string;
	readonly tokenFile?: string;
	readonly kind?: ProgramKind;
	readonly renamed?: boolean;
	readonly rule?: string;
	readonly confirmed?: boolean;
	readonly later?: "start" | "variable";
	readonly likely?: true;
	readonly elsewhere?: true;
	readonly remote?: string;
	readonly registry?: string;
}

function findingOf({
	verdict,
	mode,
	target,
	table,
	action = "ProcessCreated",
	user = "CONTOSO\\j.meyer",
	fileName = "cloudflared.exe",
	tokenFile,
	kind = "named",
	renamed = false,
	rule = "cloudflared-usage",
	confirmed = false,
	later,
	remote,
	registry,
	...given
}: Situation): Finding {
	const usual = aSighting();
	const worst = aSighting({
		mode,
		table,
		actionType: redacted(action),
		tunnel: "tunnel" in given ? given.tunnel : usual.tunnel,
		...(tokenFile === undefined ? {} : { tokenFile: redacted(tokenFile) }),
		...(later === undefined ? {} : { later }),
		...(remote === undefined ? {} : { remote: redacted(remote) }),
		...(registry === undefined ? {} : { registry: { key: redacted("HKLM\\X"), name: redacted("X"), value: redacted(registry) } }),
		...(given.elsewhere === undefined ? {} : { elsewhere: given.elsewhere }),
		ownership: { verdict, reason: redacted("A reason.") },
		exposes: target === undefined ? [] : [{ class: target, text: redacted("localhost:3389") }],
		rules: [{ id: rule, severity: "medium", evidence: [] }],
		program: {
			...usual.program,
			user: redacted(user),
			fileName: redacted(fileName),
			kind,
			renamed,
			...(given.likely === undefined ? {} : { likely: given.likely }),
		},
	});
	return aFinding({
		...{ worst, newest: worst, tunnels: [], firstSeen: at("21T20:07:05") },
		...(confirmed ? { confirmedAt: at("21T20:30:00") } : {}),
	});
}

const known = new Map(allRules.map((rule) => [rule.id, { ...rule, kql: "" }]));

function storyOf(situation: Situation) {
	const finding = findingOf(situation);
	return {
		steps: stepWords(finding, 40),
		happened: happenedWords(finding, 40),
		why: whyWords(finding, (id) => known.get(id)),
		title: findingTitle(finding),
	};
}

const variations: readonly Partial<Situation>[] = [
	{},
	{ user: "NT AUTHORITY\\SYSTEM" },
	{ user: "", renamed: true, kind: "renamed", fileName: "svchost32.exe" },
	{ tunnel: undefined },
	{ tunnel: undefined, tokenFile: "C:\\ProgramData\\cf\\t.txt", confirmed: true },
	{ user: "", tunnel: undefined, fileName: "" },
	{ kind: "wrapper", fileName: "podman", renamed: true },
	{ kind: "wrapper", fileName: "podman", user: "", tunnel: undefined },
	{ kind: "wrapper", fileName: "podman", later: "variable" },
	{ kind: "mention", fileName: "podman", tunnel: undefined },
	{ kind: "other", fileName: "podman", tunnel: undefined, rule: tunnelRule },
	{ kind: "other", fileName: "podman", tunnel: undefined, rule: visitRule },
];

/** Every target with the first variations; with the others those that are told in a way of their own. */
function* everySituation(): Generator<Situation> {
	for (const verdict of verdicts)
		for (const mode of Object.keys(opens).filter(isMode))
			for (const [table, action] of rows)
				for (const [n, more] of variations.entries())
					for (const target of n < 3 ? targets : targets.slice(0, 4)) yield { verdict, mode, target, table, action, ...more };
}

function isMode(text: string): text is Mode {
	return Object.hasOwn(opens, text);
}

/** What a situation is, by hand: see the tables above. */
function sceneOf({ mode, table, kind = "named", rule }: Situation): "tunnel" | "client" | "visit" | "nothing" {
	const known = opens[mode];
	if (known !== "depends") return known;
	if (rule === visitRule) return "visit";
	if (rule === tunnelRule) return "tunnel";
	return kind === "mention" || table === "DeviceFileEvents" || table === "DeviceEvents" ? "nothing" : "tunnel";
}

test("no step names a column, lacks its value, or says what the head has answered, in any situation", () => {
	const column = /\b(?:Device|Initiating|Process|Account|Remote|Registry|Folder|File|Local|Action|Logon)[A-Z]\w+|\bSHA(?:1|256)\b/;
	const lacking = /\(\)| {2}|\s[.,;:]|undefined|^ | on \.| of \.| at \.|\b(?:whether|why|who|from|in|to|with|of) *[.,]/;
	/** Plain comparisons: `expect` costs more than they do, and there are tens of thousands. */
	function* flaws(situation: Situation): Generator<string> {
		const { steps, happened, why, title } = storyOf(situation);
		const all = steps.join(" ");
		const whole = `${title}. ${happened} ${why} ${all}`;
		const scene = sceneOf(situation);
		if (steps.length < 1 || steps.length > 3) yield `${steps.length} steps`;
		if (column.test(whole)) yield `a column: ${whole}`;
		for (const text of [...steps, happened]) {
			if (lacking.test(text)) yield `a gap: ${text}`;
			if (!/^\S.*\.$/.test(text)) yield `no sentence: ${text}`;
		}
		// The head has said it: an unapproved account needs no comparing, an approved tunnel no isolating.
		if (situation.verdict !== "cannot-tell" && /is yours|names the account/.test(all)) yield `answered already: ${all}`;
		if (situation.verdict === "ours" && /isolate|hostile|Ask /i.test(all)) yield `too much for an approved tunnel: ${all}`;
		if (situation.confirmed === true && situation.verdict !== "ours" && !/^Isolate fin-lt-0142 now/.test(all)) yield `not at once: ${all}`;
		if (situation.verdict !== "ours" && !/isolate fin-lt-0142/i.test(all)) yield `does not isolate: ${all}`;
		// Where nothing is let in here, no word may say so.
		if (
			scene !== "tunnel" &&
			/tunnel drops|127\.0\.0\.1(?!:)|comes in|past the firewall|reachable from/.test(whole.replace(/ as people do .*? tunnel\./, ""))
		)
			yield `as if it let in: ${whole}`;
		if (scene === "tunnel" && /connection drops|a tunnel may have followed/.test(all)) yield `as if it let nothing in: ${whole}`;
		if (scene === "client" && /a tunnel was opened|its connection drops.*the tunnel drops/i.test(whole))
			yield `as if it opened one: ${whole}`;
		// What starts the program, or is only seen beside it, is not the program.
		if (situation.fileName === "podman" && /podman \(|(?:file|definition) of podman|Keep podman/.test(whole))
			yield `takes it for the tool: ${whole}`;
		if (situation.kind === "wrapper" && /podman/.test(all)) yield `asks about what only starts it: ${all}`;
	}
	let walked = 0;
	const found: string[] = [];
	for (const situation of everySituation()) {
		walked++;
		for (const flaw of flaws(situation)) found.push(`${flaw} ${JSON.stringify(situation)}`);
	}
	expect(walked).toBe(3 * 13 * 14 * (3 * 9 + 9 * 4));
	expect(found.length === 0 ? [] : [`${found.length} flaws`, ...found.slice(0, 20)]).toEqual([]);
});

describe("the first step leads to who can explain it", () => {
	const first = (situation: Partial<Situation>) =>
		storyOf({ verdict: "not-ours", mode: "named-token", target: undefined, table: "DeviceProcessEvents", ...situation }).steps[0];

	test("a person is asked by name, about the file and the device", () => {
		expect(first({})).toBe("Ask CONTOSO\\j.meyer whether they started cloudflared.exe on fin-lt-0142.");
		expect(first({ mode: "service-install" })).toBe("Ask CONTOSO\\j.meyer whether they installed cloudflared.exe on fin-lt-0142.");
	});

	test.each([
		...["NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\LOCAL SERVICE", "NT-AUTORITÄT\\SYSTEM", "AUTORITE NT\\Système", "CORP\\SRV-DC01$", "root"],
		...["NT SERVICE\\MSSQLSERVER", "IIS APPPOOL\\DefaultAppPool", "Window Manager\\DWM-1", "example\\root", "_www", "www-data"],
		...["systemd-network", "65532", "cloudflared", "CORP\\cloudflared"],
	])("nobody asks %s", (user) => {
		expect(first({ user })).toBe("Find out who started cloudflared.exe on fin-lt-0142. It was started by powershell.exe.");
	});

	test.each(["systemd.user", "maria", "CONTOSO\\root.cause", "NTT DATA\\k.sato", "CONTOSO\\svenja"])("%s can be asked", (user) => {
		expect(first({ user })).toBe(`Ask ${user} whether they started cloudflared.exe on fin-lt-0142.`);
	});

	test.each(["CONTOSO\\svc-backup", "svc_sql@contoso.example", "CONTOSO\\backup-svc", "service.deploy"])(
		"of %s the owner is asked: a service account answers nobody",
		(user) => {
			expect(first({ user })).toBe(`Ask the owner of ${user} whether they started cloudflared.exe on fin-lt-0142.`);
		},
	);

	test("of a connection by another program, the question is what for: it may speak for a container", () => {
		const network = { table: "DeviceNetworkEvents", kind: "other", rule: tunnelRule, mode: "unknown", tunnel: undefined } as const;
		expect(first({ ...network, verdict: "cannot-tell", fileName: "dockerd" })).toBe(
			"Ask CONTOSO\\j.meyer why dockerd on fin-lt-0142 connected to a tunnel. It may have done so for another program, such as a container.",
		);
	});

	test("a resolver that was asked is not what the device talks to", () => {
		const sensor = {
			table: "DeviceNetworkEvents",
			kind: "other",
			rule: tunnelRule,
			mode: "unknown",
			tunnel: undefined,
			fileName: "",
		} as const;
		expect(first({ ...sensor, action: "DnsConnectionInspected", remote: "10.20.0.2:53" })).toBe(
			"Find out which program on fin-lt-0142 looks up the servers of a tunnel (Open device › Timeline).",
		);
		expect(first({ ...sensor, action: "ConnectionSuccess", remote: "198.41.192.7:7844" })).toBe(
			"Find out which program on fin-lt-0142 talks to 198.41.192.7:7844 (Open device › Timeline).",
		);
	});

	test("what is set up for later is asked about as that", () => {
		const later = { kind: "wrapper", fileName: "setx.exe" } as const;
		expect(first({ ...later, later: "variable" })).toBe("Ask CONTOSO\\j.meyer why they set a variable for cloudflared on fin-lt-0142.");
		expect(first({ ...later, later: "start", fileName: "sc.exe" })).toBe(
			"Ask CONTOSO\\j.meyer whether they set up cloudflared to start automatically on fin-lt-0142.",
		);
	});

	test("a logon from the device itself is asked about as a logon", () => {
		expect(first({ table: "DeviceLogonEvents" })).toBe(
			"Ask CONTOSO\\j.meyer whether they logged on to fin-lt-0142 at 20:07 UTC. If not, disable the account and reset its password.",
		);
	});
});

test("where the owner is unknown, the step says where the account can be read", () => {
	const second = (situation: Partial<Situation>) =>
		storyOf({ verdict: "cannot-tell", mode: "named-token", target: undefined, table: "DeviceProcessEvents", ...situation }).steps[1];
	expect(second({})).toBe(
		"Check whether Cloudflare account 9f86d081…5ad015 is yours. If it is, approve it; if not, treat this as hostile.",
	);
	expect(second({ mode: "named-token-file", tunnel: undefined, tokenFile: "C:\\cf\\t.txt" })).toBe(
		"Collect the token file C:\\cf\\t.txt from fin-lt-0142 (Open device › Live response): it names the account.",
	);
});

describe("one sentence says what happened", () => {
	const happened = (situation: Partial<Situation>) =>
		storyOf({ verdict: "not-ours", mode: "named-token", target: "rdp", table: "DeviceProcessEvents", ...situation }).happened;

	test("who started what, from where, and what is open since when", () => {
		expect(happened({})).toBe(
			"CONTOSO\\j.meyer started cloudflared.exe from C:\\Users\\j.meyer\\Downloads. RDP (localhost:3389) has been reachable from the internet since 20:07 UTC.",
		);
	});

	test("without a user, the program that started it", () => {
		expect(happened({ user: "", target: undefined })).toBe("powershell.exe started cloudflared.exe from C:\\Users\\j.meyer\\Downloads.");
	});

	test.for<[Partial<Situation>, string]>([
		[
			{ later: "variable", kind: "wrapper", fileName: "setx.exe", target: undefined },
			"CONTOSO\\j.meyer used setx.exe to set a variable that cloudflared reads when it starts later.",
		],
		[
			{ later: "variable", table: "DeviceRegistryEvents", target: undefined },
			"CONTOSO\\j.meyer set a variable that cloudflared reads when it starts later.",
		],
		[
			{ later: "start", kind: "wrapper", fileName: "schtasks.exe", renamed: true },
			"CONTOSO\\j.meyer used schtasks.exe to set up a later start of cloudflared under another name. RDP (localhost:3389) is reachable from the internet whenever it runs.",
		],
		[
			{ later: "start", kind: "wrapper", fileName: "sc.exe", user: "", target: undefined },
			"powershell.exe used sc.exe to set up a later start of cloudflared.",
		],
		[{ kind: "wrapper", fileName: "cmd.exe", target: undefined }, "CONTOSO\\j.meyer used cmd.exe to start cloudflared."],
	])("what is set up for later did not start yet: %#", ([situation, words]) => {
		expect(happened(situation)).toBe(words);
	});

	test("a client exposes nothing, whatever address it names", () => {
		expect(happened({ mode: "access-client" })).not.toContain("reachable");
	});

	test("what hides behind a name stands beside that name, and says whether that is certain", () => {
		const renamed = { kind: "renamed", renamed: true, fileName: "svchost32.exe", target: undefined } as const;
		const rest = "from C:\\Users\\j.meyer\\Downloads with the token in C:\\t.txt.";
		const file = { ...renamed, mode: "named-token-file", tokenFile: "C:\\t.txt" } as const;
		expect(happened(file)).toBe(`CONTOSO\\j.meyer started svchost32.exe (cloudflared under another name) ${rest}`);
		expect(happened({ ...file, likely: true })).toBe(`CONTOSO\\j.meyer started svchost32.exe (behaves like cloudflared) ${rest}`);
		expect(happened({ ...renamed, kind: "wrapper", fileName: "cmd.exe" })).toBe(
			"CONTOSO\\j.meyer used cmd.exe to start cloudflared under another name.",
		);
	});

	test("a program that only names the tool is not said to have started it, and a visit says where it led", () => {
		const other = { kind: "other", fileName: "curl", mode: "unknown", tunnel: undefined, target: undefined } as const;
		expect(happened(other)).toBe("CONTOSO\\j.meyer started curl from C:\\Users\\j.meyer\\Downloads, with cloudflared in its command line.");
		expect(happened({ ...other, rule: visitRule })).toBe(
			"CONTOSO\\j.meyer reached somebody's tunnel with curl from C:\\Users\\j.meyer\\Downloads.",
		);
	});

	test("a registry value that does not hold the command is no autostart entry", () => {
		const row = { table: "DeviceRegistryEvents", action: "RegistryValueSet", target: undefined } as const;
		const command = "cloudflared.exe tunnel run --token [removed: 184 characters]";
		expect(happened({ ...row, registry: `"C:\\cf\\${command}` })).toContain("A service or autostart entry now names cloudflared.exe");
		expect(happened({ ...row, registry: "%SystemRoot%\\System32\\EventCreate.exe" })).toBe(
			"cloudflared.exe from C:\\Users\\j.meyer\\Downloads, run by CONTOSO\\j.meyer, wrote to the registry.",
		);
	});

	test("an account without a name, or called as the program is, is shown as the user that it is", () => {
		expect(happened({ user: "65532", target: undefined })).toMatch(/^The user 65532 started cloudflared\.exe /);
		expect(happened({ user: "cloudflared", fileName: "cloudflared", target: undefined })).toMatch(
			/^The user cloudflared started cloudflared /,
		);
	});
});

describe("what is started on another machine", () => {
	const there = storyOf({
		...{ verdict: "not-ours", mode: "named-token", target: "rdp", table: "DeviceProcessEvents" },
		...{ kind: "wrapper", fileName: "ssh", elsewhere: true },
	});

	test("is not said to run on the device of the card", () => {
		expect(there.title).toBe("Unapproved Cloudflare tunnel on another machine, from fin-lt-0142");
		expect(there.happened).toBe(
			"CONTOSO\\j.meyer used ssh to start cloudflared on another machine. RDP (localhost:3389) there has been reachable from the internet since 20:07 UTC.",
		);
	});

	test("is looked for there, and nothing is collected or checked on this device", () => {
		expect(there.steps).toEqual([
			"Ask CONTOSO\\j.meyer on which machine they started cloudflared from fin-lt-0142; the command line names it.",
			"If nobody can explain it, the answer is Not ours. Then isolate fin-lt-0142 (Open device › Isolate). The tunnel is on the other machine: isolate that one too. Defender stays connected.",
			"Search all devices for account 9f86d081…5ad015: one account on several devices is one intruder.",
		]);
	});
});

test("no device is cut off for a low finding of unknown owner", () => {
	const steps = (severity: "low" | "medium") => {
		const worst = aSighting({ mode: "maintenance", tunnel: undefined, severity });
		return stepWords(aFinding({ worst, newest: worst, tunnels: [], severity }), 40).join("\n");
	};
	expect(steps("low")).toContain("If nobody can explain it, the answer is Not ours. That escalates it.");
	expect(steps("low")).not.toContain("isolate");
	expect(steps("medium")).toContain("isolate fin-lt-0142");
});

test("an account that is known to be on this device alone is not searched for", () => {
	const steps = (devices: number) => {
		const prevalence = { account: { devices, since: at("02T08:15:00") } };
		const worst = aSighting({ ownership: { verdict: "not-ours", reason: redacted("") }, prevalence });
		return stepWords(aFinding({ worst, newest: worst }), 40).join("\n");
	};
	expect(steps(1)).not.toContain("Search all devices");
	expect(steps(2)).toContain("Search all devices for account 9f86d081…5ad015");
});

test("a placeholder of ssh is no host that a client reaches", () => {
	const worst = aSighting({ mode: "access-client", tunnel: undefined, hostname: redacted("%h") });
	const finding = aFinding({ worst, newest: worst, tunnels: [] });
	expect([happenedWords(finding, 40), ...stepWords(finding, 40)].join("\n")).not.toContain("%h");
});

test("no step speaks of RDP where nothing is known to be reached by RDP: a server with Linux has none", () => {
	const confirmed = { ownership: { verdict: "not-ours", reason: redacted("") }, mode: "named-token-file" } as const;
	for (const exposes of [[], [{ text: redacted("ssh://localhost:22"), class: "ssh" as const }]]) {
		const worst = aSighting({ ...confirmed, exposes });
		const steps = stepWords(aFinding({ worst, newest: worst, confirmedAt: at("21T20:00:00") }), 40).join("\n");
		expect(steps).toContain("from 127.0.0.1");
		expect(steps).not.toContain("RDP");
	}
});
