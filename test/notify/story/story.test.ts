import { describe, expect, test } from "vitest";
import { summaryOf } from "../../../lib/notify/story/story.ts";
import { tell } from "../../../lib/notify/story/tell.ts";
import { duration, exactDuration, utc } from "../../../lib/notify/story/time.ts";
import type { Notice } from "../../../lib/outbox/delivery.ts";
import type { Mode, Ownership, Target } from "../../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../../builders.ts";
import { aNotice, anUnapprovedFinding, digest, heartbeat, knowledge, operations, storm, wave } from "../samples.ts";

function told(change: Partial<Notice> = {}) {
	return tell(aNotice(change), knowledge);
}

function rowOf(story: ReturnType<typeof told>, label: string): string {
	const row = story.rows.find((one) => one.label === label);
	return row === undefined ? "" : row.spans.map(({ text }) => text).join(" ");
}

describe("the title says what and where", () => {
	const rdp: Target = { text: redacted("rdp://localhost:3389"), class: "rdp" };
	const web: Target = { text: redacted("http://localhost:8080"), class: "http" };

	test.each<[Mode, Ownership["verdict"], readonly Target[], string]>([
		["named-token", "not-ours", [], "Unapproved Cloudflare tunnel on fin-lt-0142"],
		["named-token", "cannot-tell", [], "Cloudflare tunnel on fin-lt-0142"],
		["named-token", "ours", [], "Approved Cloudflare tunnel on fin-lt-0142"],
		["quick", "not-ours", [rdp], "Quick Cloudflare tunnel exposing RDP on fin-lt-0142"],
		["quick", "not-ours", [web], "Quick Cloudflare tunnel on fin-lt-0142"],
		["quick", "not-ours", [web, rdp], "Quick Cloudflare tunnel exposing RDP on fin-lt-0142"],
		["service-install", "not-ours", [], "Cloudflare tunnel service installed on fin-lt-0142"],
		["access-client", "cannot-tell", [], "cloudflared client on fin-lt-0142"],
		["unknown", "cannot-tell", [], "cloudflared seen on fin-lt-0142"],
	])("%s, %s", (mode, verdict, exposes, title) => {
		const worst = aSighting({ mode, exposes, ownership: { verdict, reason: redacted("…") } });
		expect(told({ finding: aFinding({ worst }) }).title).toBe(title);
	});
});

test("what only reached somebody's tunnel, or was seen without a process, is named as that", () => {
	const titled = (id: string) => {
		const worst = aSighting({ mode: "unknown", tunnel: undefined, rules: [{ id, severity: "high", evidence: [] }] });
		return told({ finding: aFinding({ worst, tunnels: [] }) }).title;
	};
	expect(titled("trycloudflare-webdav")).toBe("Traffic to a quick Cloudflare tunnel on fin-lt-0142");
	expect(titled("loopback-rdp-logon")).toBe("RDP logon from the device itself on fin-lt-0142");
	expect(titled("cloudflared-edge-inspected")).toBe("Connection to Cloudflare tunnel servers on fin-lt-0142");
	expect(titled("constructor")).toBe("cloudflared seen on fin-lt-0142");
});

test("many devices that only go out through tunnels are not said to have opened any", () => {
	const client = aFinding({ worst: aSighting({ mode: "access-client", tunnel: undefined }), tunnels: [] });
	const words = (notice: Parameters<typeof tell>[0]) => {
		const { title, why, steps } = tell(notice, knowledge);
		return [title, why, ...steps].join(" ");
	};
	for (const notice of [
		{ ...storm, worst: [client, client] },
		{ ...wave, findings: [client, client] },
	]) {
		expect(words(notice)).not.toMatch(/tunnels|way into the device/);
		expect(words(notice)).toMatch(/^cloudflared on \d+ devices/);
	}
	expect(words(storm)).toMatch(/^Cloudflare tunnels on 37 devices .*opened tunnels.*The tunnels drop/);
});

test("a tunnel that the device opened earlier is not that through which it goes out", () => {
	const worst = aSighting({ mode: "access-client", tunnel: undefined });
	const learned = {
		tunnel: { account: "9f86d081884c7d659a2feaa0c55ad015", tunnelId: "", endpoint: "", fingerprint: "" },
		at: at("20T10:00:00"),
	};
	expect(JSON.stringify(told({ finding: aFinding({ worst, tunnels: [learned] }) }))).not.toContain("9f86d081");
});

test("the summary is one line with severity, what, where and whose", () => {
	expect(summaryOf(told())).toBe("MEDIUM: Cloudflare tunnel on fin-lt-0142. Owner unknown.");
});

test("the head shows the strongest reason, and the number from the second notice on", () => {
	expect(told({ kinds: ["new"], n: 1 }).kind).toBe("New finding");
	expect(told({ kinds: ["worse", "changed"], n: 2 }).kind).toBe("Escalated, notice 2");
	expect(told({ kinds: ["changed"], n: 3 }).kind).toBe("New evidence, notice 3");
	expect(told({ kinds: ["still"], n: 4 }).kind).toBe("Reminder, notice 4");
	expect(told({ kinds: ["back"], n: 5 }).kind).toBe("Seen again after 30 quiet days, notice 5");
});

test("a weaker sighting that came later never hides the worst one", () => {
	const finding = aFinding({
		newest: aSighting({ mode: "maintenance", program: { ...aSighting().program, commandLine: redacted("cloudflared.exe version") } }),
	});
	expect(told({ finding }).title).toBe("Cloudflare tunnel on fin-lt-0142");
	expect(told({ finding }).commandLine).toBe("cloudflared.exe tunnel run --token [removed: 184 characters]");
});

describe("what is new since the last notice", () => {
	const changes = [
		{ n: 1, kind: "new", text: redacted("first of all") },
		{ n: 2, kind: "worse", text: redacted("now it exposes RDP") },
		{ n: 3, kind: "changed", text: redacted("another user") },
	] as const;

	test("is what this notice brings", () => {
		const finding = aFinding({ changes, reasons: { new: 1, worse: 2, changed: 3 } });
		expect(told({ finding, n: 3, kinds: ["changed"] }).news).toEqual(["another user"]);
	});

	test("is also what an earlier notice could not deliver", () => {
		const finding = aFinding({ changes, reasons: { new: 1, worse: 2, changed: 3 } });
		expect(told({ finding, n: 3, kinds: ["worse", "changed"] }).news).toEqual(["now it exposes RDP", "another user"]);
	});

	test("is nothing on the first notice", () => {
		expect(told({ finding: aFinding({ changes: changes.slice(0, 1) }) }).news).toEqual([]);
	});
});

describe("the rows", () => {
	test("leave out what is not known", () => {
		const worst = aSighting({
			mode: "unknown",
			tunnel: undefined,
			program: { ...aSighting().program, user: redacted(""), path: redacted("cloudflared.exe"), folderClass: "unknown", chain: [] },
		});
		const device = { ...aSighting().device, group: redacted("") };
		const story = told({ finding: aFinding({ device, worst, tunnels: [] }) });
		expect(story.rows.map(({ label }) => label)).toEqual(["Device", "Seen", "Rules"]);
		expect(rowOf(story, "Device")).toBe("fin-lt-0142.corp.example.com");
	});

	test("tell what an earlier start revealed when this one hides its token, and since when it is known", () => {
		const finding = aFinding({ worst: aSighting({ mode: "named-token-file", tunnel: undefined }) });
		expect(rowOf(told({ finding }), "Tunnel")).toBe(
			"Named tunnel, token in a file account 9f86d081…5ad015, tunnel 6ff42ae2…1551ef, learned 2026-11-21 19:36:04 UTC",
		);
	});

	test.each([
		[1, "only on this device"],
		[2, "on 2 devices since 2026-11-02 08:15:00 UTC"],
		[99, "on 99 devices since 2026-11-02 08:15:00 UTC"],
		[100, "on 100 or more devices since 2026-11-02 08:15:00 UTC"],
	])("say how common the account is: %i", (devices, words) => {
		const worst = aSighting({ prevalence: { account: { devices, since: at("02T08:15:00") } } });
		expect(rowOf(told({ finding: aFinding({ worst }) }), "Tunnel")).toBe(
			`Named tunnel account 9f86d081…5ad015, tunnel 6ff42ae2…1551ef, ${words}`,
		);
	});

	test.each([
		["Windows11 23H2", "workstation", false, "Windows11 23H2, group Finance"],
		["WindowsServer2022", "server", true, "WindowsServer2022, group Finance, faces the internet"],
		["Ubuntu 24.4", "server", undefined, "Ubuntu 24.4, server, group Finance"],
		["", "unknown", undefined, "group Finance"],
	] as const)("say what kind of device it is: %s, %s", (os, kind, internetFacing, words) => {
		const facts = { os: redacted(os), kind, internetFacing, publicIp: redacted(""), addresses: [], users: [], exposure: redacted("") };
		const finding = aFinding({ device: { ...aSighting().device, facts } });
		expect(rowOf(told({ finding }), "Device")).toBe(`fin-lt-0142.corp.example.com ${words}`);
	});

	test("say when the program hides its name", () => {
		const worst = aSighting({ program: { ...aSighting().program, renamed: true, folderClass: "temp" } });
		expect(rowOf(told({ finding: aFinding({ worst }) }), "Folder")).toMatch(/temporary folder, cloudflared under another name$/);
	});

	test("count one event and many", () => {
		expect(rowOf(told(), "Seen")).toBe("1 event at 2026-11-21 19:36:04 UTC");
		expect(rowOf(told({ finding: aFinding({ count: 1203 }) }), "Seen")).toBe("1,203 events since 2026-11-21 19:36:04 UTC");
	});
});

test("the details hold what one searches for elsewhere, and why", () => {
	const worst = aSighting({
		exportedAt: at("21T19:38:48.118"),
		program: { ...aSighting().program, signer: redacted("Unknown, Unsigned") },
		severityReason: redacted("a quick tunnel on a server"),
		tokenFile: redacted("C:\\cf\\t.txt"),
		otherTunnels: [{ account: "0cc175b9c0f1b6a831c399e269772661", tunnelId: "", endpoint: "", fingerprint: "" }],
		prevalence: { binary: { devices: 3, since: at("02T08:15:00") } },
	});
	const details = told({ finding: aFinding({ worst }) }).details.map(
		({ label, spans }) => `${label}: ${spans.map(({ text }) => text).join(" ")}`,
	);
	expect(details).toEqual([
		"Severity: a quick tunnel on a server",
		"Account: 9f86d081884c7d659a2feaa0c55ad015",
		"Tunnel: 6ff42ae2-765d-4adf-8112-31c55c1551ef",
		"Path: C:\\Users\\j.meyer\\Downloads\\cloudflared.exe",
		"SHA-256: 3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2 on 3 devices since 2026-11-02 08:15:00 UTC",
		"Also seen: 0cc175b9c0f1b6a831c399e269772661",
		"Token file: C:\\cf\\t.txt",
		"Secret: removed; SHA-256 starts 1b4f0e98",
		"SHA-1: 5e2b1f0c9d7a4b8e6f3a2c1d0e9f8a7b6c5d4e3f",
		"Signer: Unknown, Unsigned",
		"Device ID: a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe",
		"Record: DeviceProcessEvents 40213 at 2026-11-21T19:36:04.0082679Z",
		"Delay: 2 min 44 s from the sensor to the export",
		"ATT&CK: T1572, T1090",
		'Rule: cloudflared-usage: FileName has "cloudflared": cloudflared.exe',
	]);
});

test("all details have room at once", () => {
	const sighting = aSighting();
	const worst = aSighting({
		severityReason: redacted("a quick tunnel on a server"),
		tokenFile: redacted("C:\\cf\\t.txt"),
		otherTunnels: [{ account: "0cc175b9c0f1b6a831c399e269772661", tunnelId: "", endpoint: "", fingerprint: "" }],
		exportedAt: at("21T19:38:48.118"),
		program: { ...sighting.program, signer: redacted("Unknown, Unsigned") },
		rules: ["a", "b", "c", "d"].map((id) => ({ id, severity: "medium" as const, evidence: [] })),
	});
	const { device } = anUnapprovedFinding();
	expect(
		told({ finding: aFinding({ device, worst, rules: ["cloudflared-usage", "cloudflared-portable-execution"] }) }).details.map(
			({ label }) => label,
		),
	).toEqual(
		"Severity,Account,Tunnel,Path,SHA-256,Also seen,Token file,Secret,SHA-1,Signer,Device ID,Addresses,Logged on,Exposure,Record,Delay,ATT&CK,All rules,Rule,Rule,Rule,Rule".split(
			",",
		),
	);
});

describe("the delay of an export", () => {
	const delay = (exportedAt: Date): string | undefined =>
		told({ finding: aFinding({ worst: aSighting({ exportedAt }) }) }).details.find(({ label }) => label === "Delay")?.spans[0]?.text;

	test("is told from the first millisecond on", () => {
		expect(delay(at("21T19:36:04.009"))).toBe("0 s from the sensor to the export");
	});

	test("is left out when there is none to tell: no time of the sensor, or a clock that is wrong", () => {
		expect(delay(at("21T19:36:04.008"))).toBeUndefined();
		expect(delay(at("21T19:30:00"))).toBeUndefined();
	});
});

describe("the footer says when it speaks again", () => {
	test("after a first notice", () => {
		expect(told().footer).toBe("Finding cf-3f9c2a7d5110 · notice 1 · muted for 24 h unless something changes");
	});

	test("after a repeated one, with what was held back", () => {
		const finding = aFinding({ quietMs: 48 * 3_600_000 });
		expect(told({ finding, n: 2, kinds: ["still"], moreSinceLast: 38 }).footer).toBe(
			"Finding cf-3f9c2a7d5110 · notice 2 · 38 more events since the last notice; next reminder in 48 h",
		);
	});
});

describe("a rule that is no longer in the list", () => {
	test("still gives a reason and three steps", () => {
		const story = tell(aNotice(), { ...knowledge, rules: () => undefined });
		expect(rowOf(story, "Rules")).toBe("cloudflared-usage");
		expect(story.why).toMatch(/^The device may be reachable from the internet/);
		expect(story.steps).toHaveLength(3);
	});

	test("does not silence one that is", () => {
		const rules = [{ id: "gone", severity: "critical" as const, evidence: [] }, ...aSighting().rules];
		expect(told({ finding: aFinding({ worst: aSighting({ rules }) }) }).why).toMatch(/^cloudflared was seen on this device/);
	});
});

test("a storm names the cause its devices share, and each device leads to its page", () => {
	const story = tell(storm, knowledge);
	expect(story.happened).toBe("Account 9f86d081…5ad015 on 6 of the 8 listed: probably one cause.");
	expect(story.steps[0]).toBe("Start with srv-fs-01; 5 others share its account.");
	expect(story.rows).toHaveLength(8);
	for (const { link } of story.rows) expect(link).toMatch(/^https:\/\/security\.microsoft\.com\/machines\/[0-9a-f]{40}\/timeline/);
});

test("a device without a name is shown by its id, so that somebody can look it up", () => {
	const device = { ...aSighting().device, name: redacted("") };
	expect(rowOf(told({ finding: aFinding({ device }) }), "Device")).toMatch(/^a3f1c0d94b\S+/);
});

test("a storm whose devices are all listed, and one other of them shares a cause", () => {
	const two = [anUnapprovedFinding(), anUnapprovedFinding({ device: { ...aSighting().device, name: redacted("fin-lt-0143") } })];
	const story = tell({ ...storm, count: 2, worst: two }, knowledge);
	expect(story.happened).toBe("Account 9f86d081…5ad015 on 2 of 2: probably one cause.");
	expect(story.steps[0]).toBe("Start with fin-lt-0142; 1 other shares its account.");
});

test("what a person answered on another day than the card's says which day", () => {
	const answered = (day: string) =>
		({ kind: "not-ours", by: redacted("Kim Lee"), how: "page", verified: true, at: at(`${day}T20:44:10`), n: 2 }) as const;
	const newsOn = (day: string) => told({ n: 2, kinds: ["escalated"], answers: [answered(day)] }).news[0];
	expect(newsOn("21")).toBe("Confirmed not ours by Kim Lee at 20:44 UTC.");
	expect(newsOn("22")).toBe("Confirmed not ours by Kim Lee at 2026-11-22 20:44 UTC.");
	const both = told({ n: 3, kinds: ["answered"], answers: [answered("21"), answered("22")] });
	expect([both.verdict.reason, both.rows[0]?.label]).toEqual([expect.stringMatching(/^By Kim Lee at 20:44 UTC\./), "2026-11-21 20:44 UTC"]);
});

test("a storm without a common cause says so", () => {
	const strangers = ["1", "2", "3"].map((digit) =>
		aFinding({
			tunnels: [],
			worst: aSighting({
				tunnel: { account: digit.repeat(32), tunnelId: "", endpoint: "", fingerprint: "" },
				program: { ...aSighting().program, user: redacted(`CONTOSO\\user${digit}`), sha256: digit.repeat(64) },
			}),
		}),
	);
	expect(tell({ ...storm, worst: strangers }, knowledge).happened).toBe(
		"No account, user or program is common to most of the devices listed.",
	);
});

test("a digest with failed notices does not say there is nothing to do", () => {
	expect(tell({ ...digest, deadCount: 0 }, knowledge)).toMatchObject({ verdict: { word: "Nothing to do." }, steps: [] });
	const failed = tell({ ...digest, deadCount: 2 }, knowledge);
	expect(failed.verdict.word).toBe("2 notices failed for good.");
	expect(failed.steps[0]).toContain("tunnelwatch findings --dead");
});

test("the head says how long ago it happened, and how soon people were told", () => {
	const finding = aFinding({ lastSeen: at("21T19:24:10"), touchedAt: at("21T19:36:09.200") });
	expect(told({ finding, now: at("21T19:36:10") }).age).toBe("12 min ago, told 0.8 s after it was read");
	expect(told({ finding: { ...finding, lastSeen: at("21T20:00:00") }, now: at("21T19:36:10") }).age).toBe("told 0.8 s after it was read");
});

test("where a file is read when a person likes, the head says only how long ago it happened", () => {
	const finding = aFinding({ lastSeen: at("21T19:24:10"), touchedAt: at("21T19:36:09.200") });
	const replayed = tell(aNotice({ finding, now: at("21T19:36:10") }), { ...knowledge, isReplay: true });
	expect(replayed.age).toBe("12 min ago");
});

test("a check-in says nothing is to do only when nothing is open, and a digest counts no failures where there are none", () => {
	expect(tell({ ...heartbeat, openCount: 0 }, knowledge).verdict.word).toBe("Nothing to do.");
	expect(tell({ ...heartbeat, openCount: 3 }, knowledge).verdict.word).toBe("No news.");
	const labels = (deadCount: number) => tell({ ...digest, deadCount }, knowledge).rows.map(({ label }) => label);
	expect(labels(1)).toContain("Failed");
	expect(labels(0)).not.toContain("Failed");
});

test("a client's sentence says what it reaches", () => {
	const worst = aSighting({ mode: "access-client", tunnel: undefined, hostname: redacted("rdp.example.net") });
	expect(told({ finding: aFinding({ worst, tunnels: [] }) }).happened).toMatch(
		/^CONTOSO\\j\.meyer started cloudflared\.exe to reach rdp\.example\.net\.$|started cloudflared\.exe from .* to reach rdp\.example\.net\.$/,
	);
});

test("a storm is as severe as its worst finding", () => {
	expect(tell(storm, knowledge)).toMatchObject({ severity: "critical", title: "Cloudflare tunnels on 37 devices" });
	const calm = { ...storm, bySeverity: { critical: 0, high: 0, medium: 0, low: 37, info: 0 } };
	expect(tell(calm, knowledge).severity).toBe("low");
});

test("a sign of life says how long nothing had to be told, and how fresh the stream is", () => {
	const story = tell(heartbeat, knowledge);
	expect(story.verdict.reason).toBe("No alert for 7 days.");
	expect(rowOf(story, "Stream")).toBe("newest event 40 s old 2026-11-28 19:35:30 UTC");
	const first = tell({ ...heartbeat, lastMessageAt: undefined, newestEventAt: undefined }, knowledge);
	expect(first.verdict.reason).toBe("This is the first message in this channel.");
	expect(rowOf(first, "Stream")).toBe("no event read yet");
});

test("trouble of the watch says what is wrong and what to do; its end says how long it lasted", () => {
	const story = tell(operations, knowledge);
	expect(story).toMatchObject({ severity: "high", title: "Events wait unread", verdict: { word: "Alerts may be missing." } });
	expect(story.steps).toHaveLength(1);
	expect(story.footer).toContain("docs/alarms.md#events-unread");
	const over = tell({ ...operations, phase: "over", endedAt: at("21T21:40:00") }, knowledge);
	expect(over).toMatchObject({ severity: "info", title: "Events wait unread", verdict: { word: "Back to normal." }, steps: [] });
	expect(over.verdict.reason).toBe("It lasted 2 h.");
});

test.each([
	[0, "0 s"],
	[-5, "0 s"],
	[59_999, "59 s"],
	[60_000, "1 min"],
	[7_199_999, "119 min"],
	[7_200_000, "2 h"],
	[259_199_999, "71 h"],
	[259_200_000, "3 days"],
])("%i ms are written %s", (ms, text) => {
	expect(duration(ms)).toBe(text);
});

test.each([
	[999, "0 s"],
	[59_999, "59 s"],
	[60_000, "1 min"],
	[164_110, "2 min 44 s"],
	[3_599_999, "59 min 59 s"],
	[3_600_000, "1 h"],
	[11_520_000, "3 h 12 min"],
	[259_199_999, "71 h 59 min"],
	[259_200_000, "3 days"],
])("%i ms are written %s where it matters more", (ms, text) => {
	expect(exactDuration(ms)).toBe(text);
});

test("moments are written in UTC, to the second", () => {
	expect(utc(at("21T19:36:04.999"))).toBe("2026-11-21 19:36:04 UTC");
});
