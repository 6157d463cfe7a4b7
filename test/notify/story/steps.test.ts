import { describe, expect, test } from "vitest";
import { tell } from "../../../lib/notify/story/tell.ts";
import type { Mode, Ownership, TargetClass, Tunnel } from "../../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../../builders.ts";
import { aNotice, knowledge } from "../samples.ts";

const verdicts: readonly Ownership["verdict"][] = ["ours", "not-ours", "cannot-tell"];
const modes: readonly Mode[] = [
	"named-token",
	"named-token-file",
	"named-env",
	"named-credentials",
	"adhoc-named",
	"quick",
	"service-install",
	"service-uninstall",
	"service-mode",
	"access-client",
	"maintenance",
	"unknown",
];
const targets: readonly (TargetClass | undefined)[] = [undefined, "rdp", "ssh", "smb", "vnc", "winrm", "http", "network", "other"];
const tables = [
	"DeviceProcessEvents",
	"DeviceNetworkEvents",
	"DeviceFileEvents",
	"DeviceRegistryEvents",
	"DeviceLogonEvents",
	"DeviceEvents",
];

interface Situation {
	readonly verdict: Ownership["verdict"];
	readonly mode: Mode;
	readonly target: TargetClass | undefined;
	readonly table: string;
	readonly user?: string;
	readonly tunnel?: Tunnel | undefined;
	readonly fileName?: string;
	readonly tokenFile?: string;
}

function storyOf({
	verdict,
	mode,
	target,
	table,
	user = "CONTOSO\\j.meyer",
	fileName = "cloudflared.exe",
	tokenFile,
	...given
}: Situation) {
	const usual = aSighting();
	const worst = aSighting({
		mode,
		table,
		tunnel: "tunnel" in given ? given.tunnel : usual.tunnel,
		...(tokenFile === undefined ? {} : { tokenFile: redacted(tokenFile) }),
		ownership: { verdict, reason: redacted("A reason.") },
		exposes: target === undefined ? [] : [{ class: target, text: redacted("localhost:3389") }],
		program: { ...usual.program, user: redacted(user), fileName: redacted(fileName) },
	});
	return tell(aNotice({ finding: aFinding({ worst, newest: worst, tunnels: [], firstSeen: at("21T20:07:05") }) }), knowledge);
}

const everySituation: readonly Situation[] = verdicts.flatMap((verdict) =>
	modes.flatMap((mode) =>
		targets.flatMap((target) =>
			tables.flatMap((table) =>
				[
					{},
					{ user: "NT AUTHORITY\\SYSTEM" },
					{ user: "" },
					{ tunnel: undefined },
					{ tunnel: undefined, tokenFile: "C:\\ProgramData\\cf\\t.txt" },
					{ user: "", tunnel: undefined, fileName: "" },
				].map((more) => ({ verdict, mode, target, table, ...more })),
			),
		),
	),
);

test("no step names a column, lacks its value, or says what the head has answered, in any situation", () => {
	const column = /\b(?:Device|Initiating|Process|Account|Remote|Registry|Folder|File|Local|Action|Logon)[A-Z]\w+|\bSHA(?:1|256)\b/;
	const lacking = /\(\)| {2}|\s[.,;:]|undefined|^ | on \.| of \.| at \.|\b(?:whether|why|who|from|in) *[.,]/;
	/** Plain comparisons: `expect` costs more than they do, and there are 60,000. */
	function* flaws(situation: Situation): Generator<string> {
		const { steps, happened } = storyOf(situation);
		const all = steps.join(" ");
		if (steps.length < 1 || steps.length > 3) yield `${steps.length} steps`;
		for (const text of [...steps, happened]) {
			if (column.test(text)) yield `a column: ${text}`;
			if (lacking.test(text)) yield `a gap: ${text}`;
			if (!/^\S.*\.$/.test(text)) yield `no sentence: ${text}`;
		}
		// The head has said it: an unapproved account needs no comparing, an approved tunnel no isolating.
		if (situation.verdict !== "cannot-tell" && /is yours|names the account/.test(all)) yield `answered already: ${all}`;
		if (situation.verdict === "ours" && /isolate|hostile|Ask /i.test(all)) yield `too much for an approved tunnel: ${all}`;
		// A client goes out through somebody's tunnel: nothing comes in here, and none is opened.
		if (situation.mode === "access-client" && /tunnel drops|127\.0\.0\.1|since|from outside/.test(all)) yield `as if it let in: ${all}`;
		if (situation.verdict !== "ours" && !/isolate fin-lt-0142/.test(all)) yield `does not isolate: ${all}`;
	}
	expect(everySituation.length).toBeGreaterThan(10_000);
	expect(everySituation.flatMap((situation) => [...flaws(situation)].map((flaw) => `${flaw} ${JSON.stringify(situation)}`))).toEqual([]);
});

describe("the first step leads to who can explain it", () => {
	const first = (situation: Partial<Situation>) =>
		storyOf({ verdict: "not-ours", mode: "named-token", target: undefined, table: "DeviceProcessEvents", ...situation }).steps[0];

	test("a person is asked by name, about the file and the device", () => {
		expect(first({})).toBe("Ask CONTOSO\\j.meyer whether they started cloudflared.exe on fin-lt-0142.");
		expect(first({ mode: "service-install" })).toBe("Ask CONTOSO\\j.meyer whether they installed cloudflared.exe on fin-lt-0142.");
	});

	test.each(["NT AUTHORITY\\SYSTEM", "CORP\\SRV-DC01$", "root", "NT SERVICE\\MSSQLSERVER", "example\\root"])("nobody asks %s", (user) => {
		expect(first({ user })).toBe("Find out who started cloudflared.exe on fin-lt-0142. It was started by powershell.exe.");
	});

	test.each(["systemd.user", "CONTOSO\\svc-backup", "maria", "CONTOSO\\root.cause"])("%s can be asked", (user) => {
		expect(first({ user })).toBe(`Ask ${user} whether they started cloudflared.exe on fin-lt-0142.`);
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
		"Collect C:\\cf\\t.txt from fin-lt-0142 (Open device › Live response): its token names the account.",
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

	test("a client exposes nothing, whatever address it names", () => {
		expect(happened({ mode: "access-client" })).not.toContain("reachable");
	});
});
