import { expect, test } from "vitest";
import { readLink } from "../../lib/actions/link.ts";
import { answersOf } from "../../lib/app/answers.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { tell } from "../../lib/notify/story/tell.ts";
import type { Notice } from "../../lib/outbox/delivery.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { aNotice, knowledge } from "../notify/samples.ts";

const settings: Parameters<typeof answersOf>[0] = {
	ACTIONS: "off",
	ACTIONS_KEY: [Buffer.alloc(32, 7)],
	ACTIONS_URL: "https://tunnelwatch.example.net",
	ACTIONS_TENANT: undefined,
	ACTIONS_RESPONDERS: [],
	FALLBACK: undefined,
	QUIET_MAX_DAYS: 7,
};

/** Where the first answer button of a message leads, and when that ends. */
function linkOf(change: Partial<Notice>, more: Partial<typeof settings> = {}) {
	const answers = answersOf({ ...settings, ACTIONS: "link", ...more }, undefined)?.("teams");
	const url = tell(aNotice(change), { ...knowledge, answers }).links.answers?.[0]?.url ?? "";
	return { url, expires: readLink([Buffer.alloc(32, 7)], url.slice(-60))?.expires };
}

test("the links of a message are the same in every attempt, and last eight days from when it was owed", () => {
	const wantedAt = at("21T23:59:50");
	const first = linkOf({ wantedAt, now: at("21T23:59:55") });

	expect(linkOf({ wantedAt, now: at("22T00:00:01") })).toEqual(first);
	expect(linkOf({ wantedAt, now: at("24T23:59:00") })).toEqual(first);
	expect(first.expires).toEqual(at("29T23:59:50"));
});

test("where a device may stay quiet for longer, its links last until a day after that", () => {
	expect(linkOf({ wantedAt: at("01T12:00:00") }, { QUIET_MAX_DAYS: 14 }).expires).toEqual(at("16T12:00:00"));
	expect(linkOf({ wantedAt: at("01T12:00:00") }, { QUIET_MAX_DAYS: 1 }).expires).toEqual(at("09T12:00:00"));
});

/** The words on the answer buttons of the message about a finding. */
function offered(
	ACTIONS: "off" | "link" | "entra",
	change: Partial<Finding> = {},
	notice: Partial<Notice> = {},
): readonly string[] | undefined {
	const answers = answersOf({ ...settings, ACTIONS }, undefined)?.("teams");
	const { links } = tell(aNotice({ finding: aFinding(change), ...notice }), { ...knowledge, answers });
	return links.answers?.map(({ label }) => label);
}

test("a message offers what its page takes: no silence once it is confirmed that the tunnel is not ours", () => {
	expect(offered("off")).toBeUndefined();
	expect(offered("link")).toEqual(["Acknowledge", "Silence"]);
	expect(offered("link", { confirmedAt: at("21T19:40:00") })).toEqual(["Acknowledge"]);
	expect(offered("entra", { confirmedAt: at("21T19:40:00") })).toEqual(["Acknowledge"]);
});

test("a silence that needs a sign-in is offered only where people sign in, and one that nobody may make nowhere", () => {
	expect(offered("link", { severity: "critical" })).toEqual(["Acknowledge"]);
	expect(offered("entra", { severity: "critical" })).toEqual(["Acknowledge", "Silence"]);
	const unverified = { kind: "silence", by: redacted("Ana"), how: "page", verified: false, at: at("20T00:00:00"), n: 1 } as const;
	expect(offered("link", { history: [unverified, unverified] })).toEqual(["Acknowledge"]);
	expect(offered("entra", { history: [unverified, unverified] })).toEqual(["Acknowledge", "Silence"]);
	const quick = aSighting({ tunnel: undefined, mode: "quick" });
	const unknown = aSighting({ ...quick, program: { ...quick.program, sha256: "" } });
	expect(offered("entra", { worst: unknown, newest: unknown })).toEqual(["Acknowledge"]);
});

test("while it is silenced, a message offers to lift the silence, and nothing else where it only tells of it", () => {
	const by = { by: redacted("Kim Lee"), how: "page", verified: false, at: at("21T19:36:00") } as const;
	const silence = { ...by, until: at("22T19:36:00"), severity: "high", scope: [], held: 0 } as const;
	const answers = [{ ...by, kind: "silence", n: 2, until: silence.until }] as const;
	const followUp = { kinds: ["answered"], answers } as const;

	expect(offered("link", { silence }, followUp)).toEqual(["Lift silence"]);
	expect(offered("link", { silence }, { kinds: ["new", "answered"], answers })).toEqual(["Acknowledge", "Lift silence"]);
	expect(offered("link", { silence }, { ...followUp, now: silence.until })).toEqual([]);
	expect(offered("link", { silence, status: "closed" }, followUp)).toBeUndefined();
});
