import { expect, test } from "vitest";
import type { Sighting } from "../../lib/cloudflared/sighting.ts";
import { laneOf } from "../../lib/findings/owed.ts";
import { aSighting, redacted } from "../builders.ts";

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
