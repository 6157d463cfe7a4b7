import { describe, expect, test } from "vitest";
import { huntingQuery } from "../../lib/notify/hunting-query.ts";
import { createPortal } from "../../lib/notify/portal.ts";
import { findingLinks } from "../../lib/notify/story/finding-story.ts";
import { aFinding, aSighting, at, deviceId, redacted, tenantId } from "../builders.ts";
import { unpackQuery } from "./golden.ts";
import { aNotice, knowledge, rules } from "./samples.ts";

const portal = createPortal("https://security.microsoft.com");
const { device } = aSighting();

describe("the link to a device", () => {
	test("opens its timeline from half an hour before to half an hour after", () => {
		expect(portal.device(device, at("21T19:34:11.402"), at("21T19:36:04.118"))).toBe(
			"https://security.microsoft.com/machines/a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe/timeline?from=2026-11-21T19%3A04%3A11.402Z&to=2026-11-21T20%3A06%3A04.118Z&tid=3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
		);
	});

	test.each(["name:fin-lt-0142", "", `${deviceId}/../x`, deviceId.slice(1), "[x](https://evil.example)"])(
		"is left out for the id %j",
		(id) => {
			expect(portal.device({ ...device, id: redacted(id) }, at("21T19:34:11"), at("21T19:36:04"))).toBeUndefined();
		},
	);

	test("names no tenant when the tenant id is not one", () => {
		const link = portal.device({ ...device, tenantId: redacted("x&y=z") }, at("21T19:34:11"), at("21T19:36:04"));
		expect(link).not.toMatch(/tid|x&y/);
	});
});

test("the link to a file needs a SHA-1", () => {
	expect(portal.file("5e2b1f0c9d7a4b8e6f3a2c1d0e9f8a7b6c5d4e3f", tenantId)).toBe(
		"https://security.microsoft.com/file/5e2b1f0c9d7a4b8e6f3a2c1d0e9f8a7b6c5d4e3f?tid=3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
	);
	expect(portal.file("", tenantId)).toBeUndefined();
	expect(portal.file("../../evil", tenantId)).toBeUndefined();
});

describe("the hunting link", () => {
	function queryOf(link: string | undefined): string {
		return unpackQuery(new URL(link ?? "").searchParams.get("query") ?? "");
	}

	test("carries the rule's own condition, the device, its start and logons from loopback", () => {
		const { hunt } = findingLinks(aNotice(), rules, portal);
		expect(queryOf(hunt)).toBe(`let devices = dynamic(["a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe"]);
let start = datetime(2026-11-21T19:06:04.008Z);
union (
union DeviceEvents, DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents, DeviceImageLoadEvents
| where FileName has "cloudflared"
    or InitiatingProcessFileName has "cloudflared"
    or ProcessCommandLine has_all ("tunnel", "run", "--token")
    or InitiatingProcessCommandLine has_all ("tunnel", "run", "--token")
| where DeviceId in (devices) and Timestamp > start
), (
DeviceLogonEvents
| where DeviceId in (devices) and Timestamp > start and RemoteIP in ("127.0.0.1", "::1")
)
| sort by Timestamp desc`);
		expect(hunt?.length).toBeLessThan(1000);
	});

	test("falls back to any cloudflared when the rule is gone or makes too long a link", () => {
		const random = Array.from({ length: 400 }, (_, index) =>
			Math.sin(index + 1)
				.toString(36)
				.slice(2),
		).join(" ");
		const long = findingLinks(aNotice(), (id) => ({ ...rule(id), kql: `DeviceEvents | where FileName == "${random}"` }), portal);
		const gone = findingLinks(aNotice(), () => undefined, portal);
		expect(queryOf(long.hunt)).toContain('FileName has "cloudflared"');
		expect(long.hunt).toBe(gone.hunt);
	});

	test("is left out when no device has a valid id", () => {
		const finding = aFinding({ device: { ...device, id: redacted('x"]) | take 1') } });
		expect(findingLinks(aNotice({ finding }), rules, portal).hunt).toBeUndefined();
		expect(huntingQuery(['"]) | take 1', "name:x"], at("21T19:34:11"), ["DeviceEvents"])).toBeUndefined();
	});

	test.each([
		["21T19:36:10", "day"],
		["22T19:06:03", "day"],
		["22T19:06:05", "week"],
		["28T19:06:03", "week"],
		["28T19:06:05", "month"],
	])("on %s it looks back a %s", (now, range) => {
		const { hunt } = findingLinks(aNotice({ now: at(now) }), rules, portal);
		expect(new URL(hunt ?? "").searchParams.get("timeRangeId")).toBe(range);
	});

	function rule(id: string): NonNullable<ReturnType<typeof rules>> {
		const facts = knowledge.rules(id);
		if (facts === undefined) throw new Error(`no rule ${id}`);
		return facts;
	}
});
