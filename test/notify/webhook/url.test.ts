import { describe, expect, test } from "vitest";
import { isAllowedAddress, isLoopbackAddress } from "../../../lib/notify/webhook/address.ts";
import { checkWebhookUrl } from "../../../lib/notify/webhook/url.ts";

const deployed: Parameters<typeof checkWebhookUrl>[1] = { allowPrivate: false, allowLoopback: false };

function verdict(url: string, options = deployed): string {
	const check = checkWebhookUrl(url, options);
	expect(JSON.stringify(check)).not.toContain("CANARY");
	return check.ok ? "accepted" : check.problem;
}

describe("an address of a webhook", () => {
	test.each([
		"https://hooks.example.com/x?key=CANARY",
		"https://hooks.example.com:8443/",
		"https://192.0.2.10/x",
		"https://[2001:db8::1]/x",
	])("%s is accepted", (url) => {
		expect(verdict(url)).toBe("accepted");
	});

	test.each([
		["CANARY", /not an address/],
		["http://hooks.example.com/CANARY", /must begin with https/],
		["ftp://hooks.example.com/CANARY", /must begin with https/],
		["https://CANARY@hooks.example.com/", /user name or a password/],
		["https://a:CANARY@hooks.example.com/", /user name or a password/],
		["https://10.1.2.3/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://127.0.0.1/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://0x7f000001/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://2130706433/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://169.254.169.254/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://[::1]/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://[::ffff:10.0.0.1]/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://[::127.0.0.1]/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["https://[fec0::1]/CANARY", /WEBHOOK_ALLOW_PRIVATE/],
		["http://127.0.0.1:8080/CANARY", /must begin with https/],
	])("%s is refused", (url, problem) => {
		expect(verdict(url)).toMatch(problem);
	});

	test("on this machine is accepted only where the caller allows it", () => {
		for (const url of ["http://127.0.0.1:8080/x", "http://localhost:1/x", "http://[::1]:9/x", "https://localhost/x"]) {
			expect(verdict(url, { allowPrivate: false, allowLoopback: true })).toBe("accepted");
		}
		expect(verdict("http://10.0.0.1/x", { allowPrivate: true, allowLoopback: true })).toMatch(/https/);
	});

	test("in the own network is accepted when the setting says so, a metadata service never", () => {
		const own = { allowPrivate: true, allowLoopback: false };
		expect(verdict("https://10.1.2.3/x", own)).toBe("accepted");
		expect(verdict("https://[fd12::1]/x", own)).toBe("accepted");
		expect(verdict("https://169.254.169.254/x", own)).toMatch(/private or reserved/);
	});
});

describe("an IP address", () => {
	test.each([
		["192.0.2.10", true, true],
		["9.255.255.255", true, true],
		["10.0.0.0", false, true],
		["10.255.255.255", false, true],
		["11.0.0.0", true, true],
		["172.15.255.255", true, true],
		["172.16.0.0", false, true],
		["172.31.255.255", false, true],
		["172.32.0.0", true, true],
		["192.168.1.1", false, true],
		["100.64.0.1", false, true],
		["127.0.0.1", false, true],
		["::1", false, true],
		["fd12:3456::1", false, true],
		["::ffff:192.168.1.1", false, true],
		["169.254.169.254", false, false],
		["::ffff:169.254.169.254", false, false],
		["168.63.129.16", false, false],
		["fd00:ec2::254", false, false],
		["0.0.0.0", false, false],
		["::", false, false],
		["fe80::1", false, false],
		["224.0.0.1", false, false],
		["255.255.255.255", false, false],
		["192.88.98.255", true, true],
		["192.88.99.0", false, false],
		["192.88.99.255", false, false],
		["192.88.100.0", true, true],
		["fe7f:ffff::1", true, true],
		["febf:ffff::1", false, false],
		["fec0::1", false, true],
		["feff:ffff::1", false, true],
		["fe80::1%eth0", false, false],
		["fec0::1%eth0", false, true],
		["2001:db8::1", true, true],
		["hooks.example.com", false, false],
		["", false, false],
	])("%s is public: %s, and allowed with private ones: %s", (address, isPublic, withPrivate) => {
		expect(isAllowedAddress(address, { allowPrivate: false })).toBe(isPublic);
		expect(isAllowedAddress(address, { allowPrivate: true })).toBe(withPrivate);
	});

	test.each([
		["as an old compatible one", "::127.0.0.1", false],
		["as an old compatible one", "::a00:1", false],
		["as an old compatible one", "::2", false],
		["as an old compatible one", "::ffff:ffff", false],
		["after them", "::1:0:0", true],
		["as a mapped one", "::ffff:127.0.0.1", false],
		["as a mapped one", "::ffff:a9fe:a9fe", false],
		["as a mapped one", "0:0:0:0:0:ffff:c0a8:0101", false],
		["public and mapped", "::ffff:192.0.2.10", true],
		["before the translated ones", "::fffe:ffff:ffff:ffff", true],
		["as a translated one", "::ffff:0:10.0.0.1", false],
		["after the translated ones", "::ffff:1:0:0", true],
		["before NAT64", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", true],
		["through NAT64", "64:ff9b::10.0.0.1", false],
		["through NAT64", "64:ff9b::a9fe:a9fe", false],
		["after NAT64", "64:ff9b::1:0:0", true],
		["through a NAT64 of one's own", "64:ff9b:1::10.0.0.1", false],
		["after it", "64:ff9b:2::1", true],
		["before 6to4", "2001:ffff:ffff::1", true],
		["through 6to4", "2002:a00:1::", false],
		["through 6to4", "2002:7f00:1::1", false],
		["through 6to4", "2002:ffff:ffff::1", false],
		["after 6to4", "2003::1", true],
	])("cannot hide an IPv4 address %s: %s (allowed: %s)", (_how, address, allowed) => {
		expect(isAllowedAddress(address, { allowPrivate: false })).toBe(allowed);
	});

	test.each(["::169.254.169.254", "::ffff:169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1"])(
		"%s stays closed with private ones allowed: it is a metadata service",
		(address) => {
			expect(isAllowedAddress(address, { allowPrivate: true })).toBe(false);
		},
	);

	test("is loopback only in 127.0.0.0/8 and as ::1", () => {
		for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) expect(isLoopbackAddress(address)).toBe(true);
		for (const address of ["126.0.0.1", "128.0.0.1", "::2", "10.0.0.1"]) expect(isLoopbackAddress(address)).toBe(false);
	});
});
