import { expect, test } from "vitest";
import { answersOf } from "../../lib/app/answers.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { tell } from "../../lib/notify/story/tell.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { aNotice, knowledge } from "../notify/samples.ts";

const settings: Parameters<typeof answersOf>[0] = {
	ACTIONS: "off",
	ACTIONS_KEY: [Buffer.alloc(32, 7)],
	ACTIONS_URL: "https://tunnelwatch.example.net",
	ACTIONS_TENANT: undefined,
	ACTIONS_RESPONDERS: [],
	FALLBACK: undefined,
};

/** The words on the answer buttons of the message about a finding. */
function offered(ACTIONS: "off" | "link" | "entra", change: Partial<Finding> = {}): readonly string[] | undefined {
	const answers = answersOf({ ...settings, ACTIONS }, undefined)?.("teams");
	const { links } = tell(aNotice({ finding: aFinding(change) }), { ...knowledge, answers });
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
