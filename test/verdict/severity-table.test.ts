import { describe, expect, test } from "vitest";
import { type Facts, weigh } from "../../lib/verdict/severity-table.ts";

/** A named tunnel of which nothing is known, on a device of which nothing is known. */
function weighed(change: Partial<Facts>): readonly [string, string] {
	const { severity, reason } = weigh({
		rules: "medium",
		verdict: "cannot-tell",
		mode: "named-token-file",
		exposes: [],
		renamed: false,
		account: false,
		device: "unknown",
		firstInTenant: undefined,
		lowered: false,
		...change,
	});
	return [severity, reason];
}

describe("the severity is the rule's", () => {
	test.each(["info", "low", "medium", "high", "critical"] as const)("%s, where nothing else is known", (rules) => {
		expect(weighed({ rules })).toEqual([rules, "as the rule says"]);
	});

	test("and is never lowered by what raises", () => {
		expect(weighed({ rules: "critical", verdict: "not-ours" })).toEqual(["critical", "as the rule says"]);
	});
});

describe("it rises", () => {
	test.each<readonly [string, Partial<Facts>, string, string]>([
		[
			"for another name with a token",
			{ renamed: true, account: true, mode: "named-token" },
			"high",
			"cloudflared under another name, with a tunnel's token",
		],
		["not for another name alone: other programs have such words", { renamed: true, mode: "named-token" }, "medium", "as the rule says"],
		["for RDP", { mode: "quick", exposes: ["rdp"] }, "high", "it exposes remote administration or a whole network"],
		["for SSH", { mode: "quick", exposes: ["http", "ssh"] }, "high", "it exposes remote administration or a whole network"],
		["for file shares", { mode: "quick", exposes: ["smb"] }, "high", "it exposes remote administration or a whole network"],
		["for VNC", { mode: "quick", exposes: ["vnc"] }, "high", "it exposes remote administration or a whole network"],
		["for WinRM", { mode: "quick", exposes: ["winrm"] }, "high", "it exposes remote administration or a whole network"],
		["for a whole network", { mode: "quick", exposes: ["network"] }, "high", "it exposes remote administration or a whole network"],
		["not for a web page", { mode: "quick", exposes: ["http", "other"] }, "medium", "as the rule says"],
		["for a quick tunnel on a server", { mode: "quick", device: "server" }, "high", "a quick tunnel on a server"],
		["not for one on a workstation", { mode: "quick", device: "workstation" }, "medium", "as the rule says"],
		["for an account that is not ours", { verdict: "not-ours" }, "high", "the Cloudflare account is not an approved one"],
		[
			"for the first time in the tenant, on a server",
			{ firstInTenant: true, device: "server" },
			"high",
			"the first time this account is seen in the tenant, and on a server",
		],
		["not where nobody counts", { device: "server" }, "medium", "as the rule says"],
		["not for the first time on a workstation", { firstInTenant: true, device: "workstation" }, "medium", "as the rule says"],
		["not for the second time on a server", { firstInTenant: false, device: "server" }, "medium", "as the rule says"],
		[
			"to the top for RDP of a server by somebody else",
			{ verdict: "not-ours", device: "server", exposes: ["rdp"] },
			"critical",
			"an account that is not approved exposes remote administration of a server",
		],
		[
			"but not there for a workstation",
			{ verdict: "not-ours", device: "workstation", exposes: ["rdp"] },
			"high",
			"it exposes remote administration or a whole network",
		],
	])("%s", (_, facts, severity, reason) => {
		expect(weighed(facts)).toEqual([severity, reason]);
	});
});

describe("it falls", () => {
	test.each<readonly [string, Partial<Facts>, string, string]>([
		["for the client side", { mode: "access-client" }, "low", "it lets nobody in"],
		["without a tunnel of its own", { mode: "service-mode" }, "low", "it lets nobody in"],
		["for set-up and clean-up", { mode: "maintenance" }, "low", "it lets nobody in"],
		["for a removed service", { mode: "service-uninstall" }, "low", "it lets nobody in"],
		["not for a client under another name", { mode: "access-client", renamed: true }, "medium", "as the rule says"],
		["not below a rule that means it", { mode: "access-client", rules: "high" }, "high", "as the rule says"],
		[
			"not for an account that is not ours",
			{ mode: "maintenance", verdict: "not-ours" },
			"high",
			"the Cloudflare account is not an approved one",
		],
		["one step for a weak approval", { lowered: true }, "low", "one step lower, because something speaks for it"],
		["one step from high", { lowered: true, exposes: ["rdp"], mode: "quick" }, "medium", "one step lower, because something speaks for it"],
		["not for somebody else's account", { lowered: true, verdict: "not-ours" }, "high", "the Cloudflare account is not an approved one"],
		["never below the lowest", { lowered: true, rules: "info" }, "info", "as the rule says"],
		[
			"to the lowest for our own tunnel",
			{ verdict: "ours", exposes: ["rdp"], device: "server" },
			"info",
			"the account and the tunnel are approved",
		],
	])("%s", (_, facts, severity, reason) => {
		expect(weighed(facts)).toEqual([severity, reason]);
	});
});
