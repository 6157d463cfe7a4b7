import { describe, expect, test } from "vitest";
import { cloudflaredWords } from "../../lib/families/cloudflared/card-words.ts";
import type { Reading } from "../../lib/sighting/reading.ts";
import { plainReading } from "../../lib/verdict/plain-reading.ts";
import type { Facts } from "../../lib/verdict/severity-facts.ts";
import { weigh } from "../../lib/verdict/severity-table.ts";
import { aSighting } from "../builders.ts";

const plain = plainReading(
	aSighting({ tunnel: undefined, mode: "named-token-file", program: { ...aSighting().program, folderClass: "unknown" } }),
);

/** A named tunnel whose token is in a file, started by nobody knows what, on a device of which nothing is known. */
function weighed(reading: Partial<Reading>, change: Partial<Omit<Facts, "reading">> = {}): readonly [string, string] {
	const { severity, reason } = weigh(
		{
			rules: "medium",
			reading: { ...plain, ...reading },
			verdict: "cannot-tell",
			standing: undefined,
			doubts: [],
			foreignBeside: false,
			unapprovedToken: false,
			listsAccounts: true,
			fleet: "none",
			memory: "none",
			weakApproval: false,
			device: "unknown",
			firstInTenant: undefined,
			...change,
		},
		cloudflaredWords,
	);
	return [severity, reason];
}

const installed: Partial<Reading> = { folderClass: "standard", tokenFile: "default", byServiceManager: true };
const quick: Partial<Reading> = { mode: "quick", exposes: ["http"] };

describe("a tunnel that is not visible", () => {
	test.each<readonly [string, Partial<Reading>, Partial<Facts>, string]>([
		["is medium where nothing else is known", {}, {}, "medium"],
		["is low as the service that an installer sets up", installed, { rules: "low" }, "low"],
		["is medium at most there, whatever the rule says", installed, { rules: "high" }, "medium"],
		["is medium at least from a user's folder", { ...installed, folderClass: "user" }, { rules: "low" }, "medium"],
		["is medium at least with its token where anybody can write", { ...installed, tokenFile: "open" }, { rules: "low" }, "medium"],
		["is high when started again and again from there", { folderClass: "temp", later: true }, {}, "high"],
		["is high when started by Office", { folderClass: "user", byUnusualParent: true }, {}, "high"],
		[
			"is medium when started by hand on a server",
			{ ...installed, byServiceManager: false, byShell: true },
			{ device: "server", rules: "low" },
			"medium",
		],
		["is high when its connection is led elsewhere", { ...installed, detours: ["edge"] }, {}, "high"],
		["is counted, not told, as an approved connector", installed, { fleet: "complete" }, "info"],
		["is low as the registry row of an approved connector", { ...installed, registry: true }, { fleet: "registry" }, "low"],
		["is medium where one part of an approved connector differs", installed, { fleet: "partly", rules: "low" }, "medium"],
		["is one step lower where memory speaks for it", { folderClass: "standard", byServiceManager: true }, { memory: "lowers" }, "low"],
		["is never below its floor for memory", { folderClass: "user" }, { memory: "lowers" }, "medium"],
	])("%s", (_, reading, change, severity) => {
		expect(weighed(reading, change)[0]).toBe(severity);
	});
});

test.each<readonly [string, Partial<Reading>, string]>([
	["a folder that all may write to", { publicFolder: true }, "high"],
	["a folder for temporary files", { folderClass: "temp" }, "high"],
	["a user's folder", { folderClass: "user" }, "high"],
	["another computer", { folderClass: "network" }, "high"],
	["no place for programs", { folderClass: "odd" }, "high"],
	["a token file that anybody can write", { tokenFile: "open" }, "high"],
	["credentials that anybody can write", { credentialsFile: "open" }, "high"],
	["settings that anybody can write", { config: "open" }, "high"],
	["a folder for temporary files in a container", { folderClass: "temp", container: true }, "medium"],
	["a folder of which nothing is known", {}, "medium"],
])("how bad a tunnel is that is not visible and starts again and again, from %s", (_, reading, severity) => {
	expect(weighed({ ...reading, later: true })[0]).toBe(severity);
});

describe("a quick tunnel", () => {
	test.each<readonly [string, Partial<Reading>, Partial<Facts>, string]>([
		["to a web page of a client is medium", quick, { rules: "high" }, "medium"],
		["by a developer's tool is low", { ...quick, launched: true }, {}, "low"],
		["on a server is high, whoever brought it", { ...quick, launched: true }, { device: "server" }, "high"],
		["to RDP of a client is high", { ...quick, exposes: ["rdp"] }, {}, "high"],
		["to SSH by a developer's tool is high", { ...quick, exposes: ["ssh"], launched: true }, {}, "high"],
		["to file shares of a server is critical", { ...quick, exposes: ["smb"] }, { device: "server" }, "critical"],
		["to a whole network is high", { ...quick, exposes: ["network"] }, {}, "high"],
		["of another service is high", { ...quick, detours: ["quick-service"] }, {}, "high"],
	])("%s", (_, reading, change, severity) => {
		expect(weighed(reading, change)[0]).toBe(severity);
	});
});

describe("another account", () => {
	test.each<readonly [string, Partial<Reading>, Partial<Facts>, string]>([
		["is high", { mode: "named-token" }, {}, "high"],
		["is critical with remote administration of a server", { mode: "named-token", exposes: ["rdp"] }, { device: "server" }, "critical"],
		["is high there on a workstation", { mode: "named-token", exposes: ["rdp"] }, { device: "workstation" }, "high"],
		["is high on a server that it opens no administration of", { mode: "named-token", exposes: ["http"] }, { device: "server" }, "high"],
		["is high on a server where nothing says what it opens", { mode: "named-token" }, { device: "server" }, "high"],
		["is medium where nothing could start", { mode: "would-fail" }, { rules: "low" }, "medium"],
		["is medium at most with a help text", { mode: "maintenance" }, { rules: "high" }, "medium"],
	])("%s", (_, reading, change, severity) => {
		expect(weighed(reading, { ...change, verdict: "not-ours", standing: "foreign" })[0]).toBe(severity);
	});

	test("is high beside an approved token, and no more", () => {
		expect(
			weighed({ mode: "named-token" }, { standing: "approved", doubts: ["foreign-beside"], foreignBeside: true, rules: "critical" }),
		).toEqual(["high", "a token of another account stands beside it"]);
	});
});

describe("another name", () => {
	const renamed: Partial<Reading> = { kind: "renamed", inner: "renamed", certain: true };
	test.each<readonly [string, Partial<Reading>, Partial<Facts>, string]>([
		["is high where it is certain", renamed, {}, "high"],
		["is medium where it is likely", { ...renamed, certain: false }, { rules: "low" }, "medium"],
		["is high with an approved token", { ...renamed, mode: "named-token" }, { standing: "approved", doubts: ["renamed"] }, "high"],
		["is medium at most for the client side", { ...renamed, mode: "access-client" }, { rules: "high" }, "medium"],
		["is medium at least for a saved copy", { ...renamed, file: true, mode: "unknown" }, { rules: "low" }, "medium"],
		["is high for a program that only calls itself cloudflared", { ...renamed, certain: false, pretends: true }, {}, "high"],
	])("%s", (_, reading, change, severity) => {
		expect(weighed(reading, change)[0]).toBe(severity);
	});
});

describe("who talks to Cloudflare", () => {
	const other: Partial<Reading> = { kind: "other", inner: "other", mode: "unknown" };
	test.each<readonly [string, Partial<Reading>, string]>([
		["a connection test is low", { ...other, contact: { host: "edge", talker: "checker" } }, "low"],
		["a container's host is medium at most", { ...other, contact: { host: "edge", talker: "host-process" } }, "medium"],
		["nobody known is medium at most", { ...other, contact: { host: "edge", talker: "nobody" } }, "medium"],
		["a browser at the dashboard is not told", { ...other, bystander: true, contact: { host: "everyday", talker: "browser" } }, "info"],
		["cloudflared at a foreign address is high", { contact: { host: "foreign-edge", talker: "tool" } }, "high"],
	])("%s", (_, reading, severity) => {
		expect(weighed(reading, { rules: "high" })[0]).toBe(severity);
	});
});

test("our own tunnel is info, whatever the rule says", () => {
	expect(weighed({ mode: "named-token" }, { rules: "critical", verdict: "ours", standing: "approved" })).toEqual([
		"info",
		"the account and the tunnel are approved",
	]);
});

test("where no row of the table holds, the rule decides", () => {
	const elsewhere: Partial<Reading> = { kind: "other", inner: "other", mode: "unknown" };
	expect(weighed(elsewhere, { rules: "critical" })).toEqual(["critical", "as the rule says"]);
});

test("what only has the words of a tunnel is counted and not told", () => {
	expect(weighed({ kind: "other", inner: "other", mode: "unknown", bystander: true }, { rules: "high" })[0]).toBe("info");
});
