import { describe, expect, test } from "vitest";
import { proposeApprovals } from "../../cli/propose/propose.ts";
import { blankReading } from "../../lib/sighting/blank-reading.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aSighting, at, redacted } from "../builders.ts";

const now = at("25T10:00:00");
const tunnel = { account: "a".repeat(32), tunnelId: "11111111-2222-4333-8444-555555555555", endpoint: "", fingerprint: "00000000" };
const base = aSighting();

/** Run by the real program from its usual folder. */
const seen = (device: string, day: string, more: Partial<Sighting> = {}): Sighting =>
	aSighting({
		device: { ...base.device, id: redacted(device) },
		at: at(`${day}T09:00:00`),
		mode: "named-token",
		tunnel,
		exposes: [],
		program: {
			...base.program,
			renamed: false,
			folderClass: "standard",
			path: redacted("C:\\Program Files\\cloudflared\\cloudflared.exe"),
		},
		...more,
	});

test("a tunnel on several devices from its usual folder is proposed for 90 days, with its evidence", () => {
	const { proposals, rejected } = proposeApprovals([seen("a", "21"), seen("b", "21")], [], now);
	expect(proposals).toEqual([
		{
			account: tunnel.account,
			tunnelId: tunnel.tunnelId,
			evidence: ["seen on 2 devices", "always run from its usual folder"],
			devices: 2,
			until: "2027-02-23",
		},
	]);
	expect(rejected).toEqual([]);
});

test("one device on one day is never enough, however well it is installed", () => {
	const { proposals, rejected } = proposeApprovals([seen("a", "21"), seen("a", "21", { mode: "service-install" })], [], now);
	expect(proposals).toEqual([]);
	expect(rejected).toMatchObject([{ why: "seen on one device on one day only" }]);
});

test("one thing that speaks for it is not enough; a second one is", () => {
	const odd = { program: { ...seen("a", "21").program, folderClass: "user" as const } };
	expect(proposeApprovals([seen("a", "21", odd), seen("b", "21", odd)], [], now).proposals).toEqual([]);
	expect(proposeApprovals([seen("a", "21", odd), seen("b", "22", odd)], [], now).proposals).toHaveLength(1);
});

describe("whatever speaks for it, never", () => {
	const program = seen("a", "21").program;
	test.each<[string, Partial<Sighting>]>([
		["a renamed program", { program: { ...program, renamed: true } }],
		["a temporary folder", { program: { ...program, folderClass: "temp" } }],
		["remote administration", { exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] }],
		["a whole network", { exposes: [{ text: redacted("bastion"), class: "network" }] }],
		["a whole network in older releases", { reading: { ...blankReading, opensInOldReleases: true } }],
		["a second tunnel beside it", { otherTunnels: [{ ...tunnel, tunnelId: "99999999-2222-4333-8444-555555555555" }] }],
		["a quick tunnel", { mode: "quick" }],
	])("%s", (_, more) => {
		const { proposals, rejected } = proposeApprovals([seen("a", "21"), seen("b", "22"), seen("c", "23", more)], [], now);
		expect(proposals).toEqual([]);
		expect(rejected).toHaveLength(1);
	});

	test("an account without a whole tunnel, or none at all", () => {
		const cut = { tunnel: { ...tunnel, tunnelId: "" } };
		expect(proposeApprovals([seen("a", "21", cut), seen("b", "22", cut), seen("c", "23", { tunnel: undefined })], [], now)).toEqual({
			proposals: [],
			rejected: [],
		});
	});

	test("an account with a crowd of tunnels, such as a hosting service's", () => {
		const many = Array.from({ length: 51 }, (_, n) => ({
			tunnel: { ...tunnel, tunnelId: `${String(n).padStart(8, "0")}-2222-4333-8444-555555555555` },
		}));
		const { proposals } = proposeApprovals(
			many.flatMap((one) => [seen("a", "21", one), seen("b", "22", one)]),
			[],
			now,
		);
		expect(proposals).toEqual([]);
	});
});
