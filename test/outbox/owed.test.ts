import { expect, test } from "vitest";
import { laneOf, raise, rankOf } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues, readOwed } from "../../lib/outbox/owed-row.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const device = aSighting().device;
const facts = { os: redacted(""), publicIp: redacted(""), addresses: [], users: [], exposure: redacted(""), internetFacing: undefined };
const target = (kind: "rdp" | "http") => [{ text: redacted("x"), class: kind }];
const by = (verdict: "ours" | "not-ours") => ({ verdict, reason: redacted("") });

test.each<[string, Partial<Sighting>, "first" | "rest"]>([
	["an ordinary sighting", {}, "rest"],
	["high severity", { severity: "high" }, "first"],
	["an account that is not ours", { ownership: by("not-ours") }, "first"],
	["RDP that is exposed", { exposes: target("rdp") }, "first"],
	["a web page that is exposed", { exposes: target("http") }, "rest"],
	["a server", { device: { ...device, facts: { ...facts, kind: "server" } } }, "first"],
	["a workstation", { device: { ...device, facts: { ...facts, kind: "workstation" } } }, "rest"],
	["what is ours, whatever it exposes", { ownership: by("ours"), severity: "high", exposes: target("rdp") }, "rest"],
])("%s goes in its lane", (_name, change, lane) => {
	expect(laneOf([aSighting(change)])).toBe(lane);
});

test.each<[string, Partial<Sighting>, number]>([
	["a foreign account behind RDP", { ownership: by("not-ours"), exposes: target("rdp") }, 1],
	["a foreign account on a server", { ownership: by("not-ours"), device: { ...device, facts: { ...facts, kind: "server" } } }, 1],
	["a foreign account, and nothing else", { ownership: by("not-ours"), severity: "high" }, 0],
	["a foreign account behind a web page", { ownership: by("not-ours"), exposes: target("http") }, 0],
	["RDP of an account nobody can place", { exposes: target("rdp"), severity: "high" }, 0],
])("%s has its rank among equals", (_name, change, rank) => {
	expect(rankOf([aSighting(change)])).toBe(rank);
});

test("a row that an older version wrote is read as one without a rank", () => {
	const owed = raise(undefined, { reason: "new", finding: aFinding(), lane: "first", rank: 1, dueAt: at("21T19:36:10") });
	const { rank, ...older } = owedValues(owed);
	const row = { ...owedAddress(aFinding().key, "teams"), etag: "1" };
	expect(rank).toBe(1);
	expect(readOwed({ ...row, values: owedValues(owed) }).owed?.rank).toBe(1);
	expect(readOwed({ ...row, values: older }).owed?.rank).toBe(0);
});
