import { expect, test } from "vitest";
import { raise } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues, readOwed } from "../../lib/outbox/owed-row.ts";
import { byUrgency, type Urgency, urgencyOf } from "../../lib/outbox/urgency.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const device = aSighting().device;
const facts = { os: redacted(""), publicIp: redacted(""), addresses: [], users: [], exposure: redacted(""), internetFacing: undefined };
const server = { device: { ...device, facts: { ...facts, kind: "server" } } } as const;
const target = (kind: "rdp" | "http") => [{ text: redacted("x"), class: kind }];
const by = (verdict: "ours" | "not-ours") => ({ verdict, reason: redacted("") });

test.each<[string, Partial<Sighting>, Urgency]>([
	["an ordinary sighting", {}, "ordinary"],
	["an account that is not ours", { ownership: by("not-ours") }, "urgent"],
	["RDP that is exposed", { exposes: target("rdp") }, "urgent"],
	["a web page that is exposed", { exposes: target("http") }, "ordinary"],
	["a server", server, "urgent"],
	["a workstation", { device: { ...device, facts: { ...facts, kind: "workstation" } } }, "ordinary"],
	["what is ours, whatever it exposes", { ownership: by("ours"), exposes: target("rdp") }, "ordinary"],
])("%s of medium severity is as urgent as it should be", (_name, change, urgency) => {
	expect(urgencyOf("medium", [aSighting(change)])).toBe(urgency);
});

test.each<[string, Partial<Sighting>, Urgency]>([
	["a foreign account behind RDP", { ownership: by("not-ours"), exposes: target("rdp") }, "foremost"],
	["a foreign account on a server", { ownership: by("not-ours"), ...server }, "foremost"],
	["a foreign account, and nothing else", { ownership: by("not-ours") }, "severe"],
	["a foreign account behind a web page", { ownership: by("not-ours"), exposes: target("http") }, "severe"],
	["RDP of an account nobody can place", { exposes: target("rdp") }, "severe"],
])("%s of high severity is as urgent as it should be", (_name, change, urgency) => {
	expect(urgencyOf("high", [aSighting({ severity: "high", ...change })])).toBe(urgency);
	expect(urgencyOf("critical", [aSighting({ severity: "high", ...change })])).toBe("critical");
});

test("the most urgent is told first, among equals the severest, then the oldest", () => {
	const one = (key: string, urgency: Urgency, severity: "low" | "medium" | "high", wantedAt: string) => ({
		key,
		owed: { urgency, severity, wantedAt: at(wantedAt) },
	});
	const sorted = [
		one("d", "ordinary", "medium", "21T10:00:00"),
		one("a", "severe", "high", "21T12:00:00"),
		one("e", "ordinary", "low", "21T08:00:00"),
		one("c", "ordinary", "medium", "21T09:00:00"),
		one("b", "urgent", "low", "21T12:00:00"),
	].sort(byUrgency);

	expect(sorted.map(({ key }) => key)).toEqual(["a", "b", "c", "d", "e"]);
});

test.each([
	[{ severity: "critical", lane: "first", rank: 0 }, "critical"],
	[{ severity: "high", lane: "first", rank: 1 }, "foremost"],
	[{ severity: "high", lane: "first", rank: 0 }, "severe"],
	[{ severity: "medium", lane: "first", rank: 0 }, "urgent"],
	[{ severity: "medium", lane: "rest" }, "ordinary"],
] as const)("a row of the version before with %j is %s", (columns, expected) => {
	const owed = raise(undefined, { reason: "new", finding: aFinding(), urgency: "ordinary", dueAt: at("21T19:36:10") });
	const { urgency, ...older } = owedValues(owed);
	const address = { ...owedAddress(aFinding().key, "teams"), etag: "1" };

	expect(urgency).toBe("ordinary");
	expect(readOwed({ ...address, values: { ...older, ...columns } }).owed?.urgency).toBe(expected);
});
