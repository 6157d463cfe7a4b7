import type { Answered } from "../../lib/findings/answered.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import type { TellContext } from "../../lib/notify/story/tell.ts";
import type {
	AnyNotice,
	DigestNotice,
	HeartbeatNotice,
	Notice,
	OperationsNotice,
	SingleNotice,
	StormNotice,
	WaveNotice,
} from "../../lib/outbox/delivery.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { theMonth } from "./month/month.ts";

/** The samples played through the product. Goldens and pictures are drawn from this alone. */
const month = await theMonth();

/** One notice of each sort that people may get. */
export const variants = month.notices;

/** What the product knows, its own rules included. */
export const knowledge: TellContext = month.knowledge;

/** The same where answers are switched on. */
export const answerable: TellContext = month.answerable;

export const { rules } = knowledge;

/** Those that receivers get which take each finding by itself. */
export const singles: Readonly<Record<string, SingleNotice>> = Object.fromEntries(
	Object.entries(variants).flatMap(([name, notice]) => (notice.type === "finding" || notice.type === "operations" ? [[name, notice]] : [])),
);

export function aNotice(change: Partial<Notice> = {}): Notice {
	return {
		type: "finding",
		id: "cf-3f9c2a7d5110-1",
		n: 1,
		finding: aFinding(),
		kinds: ["new"],
		moreSinceLast: 1,
		wantedAt: at("21T19:36:10"),
		now: at("21T19:36:10"),
		...change,
	};
}

const onLaptop = {
	...aSighting().device,
	facts: {
		os: redacted("Windows11 23H2"),
		kind: "workstation",
		publicIp: redacted("192.0.2.44"),
		addresses: [redacted("10.20.4.118")],
		users: [redacted("CONTOSO\\j.meyer")],
		exposure: redacted("Medium"),
		internetFacing: false,
	},
} as const;

/** The finding of the pictures: an account that is not approved, seen three times by two rules. */
export function anUnapprovedFinding(change: Partial<Finding> = {}): Finding {
	const worst = aSighting({
		timestamp: redacted("2026-11-21T19:34:11.4021337Z"),
		at: at("21T19:34:11.402"),
		exportedAt: at("21T19:36:08.118"),
		severity: "high",
		rules: [
			...aSighting().rules,
			{
				id: "cloudflared-portable-execution",
				severity: "medium",
				evidence: [
					{
						column: "FolderPath",
						test: 'endswith "\\cloudflared.exe"',
						value: redacted("C:\\Users\\j.meyer\\Downloads\\cloudflared.exe"),
					},
				],
			},
		],
		program: {
			...aSighting().program,
			signer: redacted("Unknown, Unsigned"),
			commandLine: redacted("cloudflared.exe tunnel --no-autoupdate run --token [removed: 184 characters]"),
		},
		exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }],
		severityReason: redacted("the Cloudflare account is not an approved one"),
		prevalence: { account: { devices: 1, since: at("21T19:34:11.402") }, binary: { devices: 3, since: at("02T08:15:00") } },
		ownership: {
			verdict: "not-ours",
			reason: redacted("Cloudflare account 9f86d081… is not an approved one."),
		},
	});
	return aFinding({
		device: onLaptop,
		severity: "high",
		noticeSeverity: "high",
		count: 3,
		firstSeen: at("21T19:34:11.402"),
		lastSeen: at("21T19:36:04.118"),
		rules: ["cloudflared-usage", "cloudflared-portable-execution"],
		newest: worst,
		worst,
		...change,
	});
}

const onServer = {
	...aSighting().device,
	id: redacted("b7745aa10c3d9fea3f1c0d94be2475f8c61d2e09"),
	name: redacted("srv-dc-02.corp.example.com"),
	group: redacted("Domain controllers"),
	facts: { ...onLaptop.facts, os: redacted("WindowsServer2022"), kind: "server", users: [], internetFacing: true },
} as const;

const onFileServer = {
	...onServer,
	id: redacted("c61d2e09b7745aa10c3d9fea3f1c0d94be2475f8"),
	name: redacted("srv-fs-01.corp.example.com"),
	group: redacted("File servers"),
	facts: { ...onServer.facts, internetFacing: false },
} as const;

/** The same account on a server: as bad as it gets. */
function anUnapprovedServer(change: Partial<Finding> = {}): Finding {
	const severityReason = redacted("an account that is not approved exposes remote administration of a server");
	return anUnapprovedFinding({
		key: "52d8e6b10f37aabbccddeeff",
		device: onFileServer,
		severity: "critical",
		worst: { ...anUnapprovedFinding().worst, severity: "critical", severityReason },
		...change,
	});
}

const quickOnServer = aFinding({
	tunnels: [],
	key: "7c01d2e8a944aabbccddeeff",
	severity: "critical",
	device: onServer,
	worst: aSighting({
		severity: "critical",
		severityReason: redacted("a quick tunnel to remote administration of a server"),
		mode: "quick",
		tunnel: undefined,
		exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }],
		ownership: { verdict: "cannot-tell", reason: redacted("A quick tunnel belongs to no account: anyone who has its address gets in.") },
		program: {
			...aSighting().program,
			commandLine: redacted("svchost32.exe tunnel --url rdp://localhost:3389"),
			path: redacted("C:\\Windows\\Temp\\svchost32.exe"),
			fileName: redacted("svchost32.exe"),
			folderClass: "temp",
			renamed: true,
			user: redacted("NT AUTHORITY\\SYSTEM"),
			chain: [redacted("w3wp.exe"), redacted("cmd.exe"), redacted("svchost32.exe")],
		},
	}),
});

const tokenInFile = aFinding({
	key: "1f4e9b7720ccaabbccddeeff",
	count: 41,
	want: 2,
	reasons: { new: 1, still: 2 },
	quietMs: 48 * 3_600_000,
	tunnels: [],
	firstSeen: at("21T19:34:11"),
	lastSeen: at("22T19:40:12"),
	device: { ...aSighting().device, name: redacted("eng-ws-0031.corp.example.com"), group: redacted("") },
	worst: aSighting({
		mode: "named-token-file",
		tokenFile: redacted("C:\\ProgramData\\cf\\t.txt"),
		otherTunnels: [{ account: "0cc175b9c0f1b6a831c399e269772661", tunnelId: "", endpoint: "", fingerprint: "" }],
		tunnel: undefined,
		ownership: {
			verdict: "cannot-tell",
			reason: redacted("The token is read from a file, so the account is not on the command line."),
		},
		program: {
			...aSighting().program,
			commandLine: redacted("cloudflared.exe tunnel run --token-file C:\\ProgramData\\cf\\t.txt"),
			path: redacted("C:\\ProgramData\\cf\\cloudflared.exe"),
			folderClass: "program-data",
			user: redacted("NT AUTHORITY\\SYSTEM"),
			chain: [redacted("services.exe"), redacted("cloudflared.exe")],
		},
	}),
});

export const storm: StormNotice = {
	type: "storm",
	id: "cf-storm-8d20b1c7e3f4",
	count: 37,
	bySeverity: { critical: 1, high: 12, medium: 24, low: 0, info: 0 },
	worst: [
		anUnapprovedServer(),
		quickOnServer,
		anUnapprovedFinding(),
		...["0143", "0150", "0188", "0201"].map((number) =>
			anUnapprovedFinding({ device: { ...aSighting().device, name: redacted(`fin-lt-${number}.corp.example.com`) } }),
		),
		tokenInFile,
	],
	since: at("21T19:31:40"),
	now: at("21T19:36:10"),
};

const severeNames = Array.from({ length: 19 }, (_, n) => `fin-lt-0${140 + n}.corp.example.com`);

export const wave: WaveNotice = {
	type: "wave",
	id: "cf-wave-5a9c03d1e7b2",
	count: 21,
	bySeverity: { critical: 2, high: 19, medium: 0, low: 0, info: 0 },
	findings: [
		anUnapprovedServer(),
		quickOnServer,
		...severeNames.map((name) => anUnapprovedFinding({ device: { ...aSighting().device, name: redacted(name) } })),
	],
	singly: ["webhook"],
	since: at("21T19:33:40"),
	now: at("21T19:36:10"),
};

export const digest: DigestNotice = {
	type: "digest",
	id: "cf-digest-20261122",
	from: at("21T06:00:00"),
	to: at("22T06:00:00"),
	held: [
		{ finding: tokenInFile, more: 1203 },
		{ finding: anUnapprovedFinding(), more: 12 },
	],
	heldCount: 2,
	approvedCount: 14,
	approvedFirsts: [
		{
			finding: anUnapprovedFinding(),
			account: "9f86d081884c7d659a2feaa0c55ad015",
			tunnelId: "6ff42ae2-765d-4adf-8112-31c55c1551ef",
			at: at("21T19:36:10"),
		},
	],
	approvedFirstCount: 3,
	deadCount: 1,
	rereadCount: 16,
	silencedCount: 1,
	answers: [
		{
			finding: tokenInFile,
			line: {
				kind: "silence",
				by: redacted("Kim Lee"),
				how: "page",
				verified: false,
				at: at("21T19:41:20"),
				n: 2,
				until: at("22T19:41:20"),
			},
		},
	],
	idleRules: ["cloudflared-file-renamed", "cloudflared-quick-tunnel"],
	drill: { begunAt: at("21T10:00:00"), hubs: 1, arrived: 1, slowestMs: 2_400 },
	now: at("22T06:00:02"),
};

export const heartbeat: HeartbeatNotice = {
	type: "heartbeat",
	id: "cf-heartbeat-20261128",
	lastMessageAt: at("21T19:36:10"),
	openCount: 3,
	newestEventAt: at("28T19:35:30"),
	now: at("28T19:36:10"),
};

export const operations: OperationsNotice = {
	type: "operations",
	id: "cf-ops-events-unread-5c3f9a10-202611211936",
	incident: "cf-ops-events-unread-5c3f9a10-202611211936",
	phase: "begun",
	code: "events-unread",
	subject: redacted("defender"),
	what: redacted("412 messages wait in defender, and Tunnelwatch has recorded none from at least one partition for 12 minutes."),
	todo: redacted('Look at the exceptions of "detect": its listener, its consumer group, its role on the hub, and the table.'),
	since: at("21T19:24:00"),
	endedAt: undefined,
	now: at("21T19:36:00"),
};

const byKim = { by: redacted("Kim Lee"), how: "page", verified: false, at: at("21T19:41:20"), n: 2 } as const;

/** A person has answered, and nothing else happened. */
export function anAnswer(line: Pick<Answered, "kind"> & Partial<Answered>, finding: Partial<Finding> = {}): Notice {
	const answer = { ...byKim, ...line };
	const answered = anUnapprovedFinding({ want: 2, reasons: { new: 1, answered: 2 }, history: [answer], ...finding });
	return aNotice({ id: "cf-52d8e6b10f37-2", n: 2, kinds: ["answered"], finding: answered, answers: [answer], now: at("21T19:41:30") });
}

const until = at("22T19:41:20");

/** What people hear when somebody has answered. */
export const answerSamples = {
	acknowledged: anAnswer({ kind: "acknowledge", by: redacted("kim.lee@contoso.example"), verified: true }, { ack: { ...byKim, until } }),
	silenced: anAnswer(
		{ kind: "silence", until, note: redacted("Patch window of the server team, change 4711.") },
		{ silence: { ...byKim, until, severity: "medium", scope: [], held: 0 } },
	),
	unsilenced: anAnswer({ kind: "lift", held: 0 }),
	proposed: anAnswer({ kind: "propose", how: "cli", verified: true }, { ack: { ...byKim, until } }),
	closed: anAnswer({ kind: "close", as: "cleaned", how: "cli", verified: true }, { status: "closed" }),
	escalated: aNotice({
		...anAnswer({ kind: "not-ours" }, { reasons: { new: 1, escalated: 2 }, severity: "high" }),
		kinds: ["escalated"],
	}),
} satisfies Readonly<Record<string, Notice>>;

/** Every sort of message there is, as the product made it and as a builder fills it. */
export const everyMessage: readonly AnyNotice[] = [
	...Object.values(variants),
	...Object.values(answerSamples),
	...[aNotice({ finding: anUnapprovedFinding() }), storm, wave, digest, heartbeat, operations],
];
