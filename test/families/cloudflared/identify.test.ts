import { expect, test } from "vitest";
import { identify } from "../../../lib/families/cloudflared/identify.ts";
import { approvedToken, foreignToken, ownAccount, ownTunnel } from "./generated-records.ts";
import { identityCases, recordOf } from "./identity-cases.ts";

const cases = identityCases();

test("all labelled records are there", () => {
	expect(cases).toHaveLength(134);
});

test.for([
	[
		"--token-file /Library/Application Support/com.cloudflare.cloudflared/token",
		"/Library/Application Support/com.cloudflare.cloudflared/token",
	],
	["--token-file=/Users/ana/Library/Application Support/t --no-prechecks", "/Users/ana/Library/Application Support/t"],
	["--token-file /a --token-file /Library/Application Support/t", "/Library/Application Support/t"],
	["--token-file '/Library/Application Support/t'", "/Library/Application Support/t"],
	["--token-file /Library/Application tunnel", "/Library/Application"],
	["--token-file /srv/Library/Application Support/t", "/srv/Library/Application"],
] as const)("the step names the whole path of a token file on macOS: %s", ([args, shown]) => {
	const columns = { FileName: "cloudflared", FolderPath: "/usr/local/bin/cloudflared" };
	const read = (line: string) =>
		identify(recordOf({ table: "DeviceProcessEvents", record: { ...columns, ProcessCommandLine: `cloudflared tunnel run ${line}` } }));
	expect(read(args).tokenFile).toBe(shown);
});

test("a token file's path that may be two arguments counts for no verdict as the installer's own", () => {
	const record = { FileName: "cloudflared", FolderPath: "/usr/local/bin/cloudflared" };
	const place = (path: string) =>
		identify(
			recordOf({
				table: "DeviceProcessEvents",
				record: { ...record, ProcessCommandLine: `cloudflared tunnel run --token-file ${path}` },
			}),
		).reading.tokenFile;
	expect(place('"/Library/Application Support/com.cloudflare.cloudflared/token"')).toBe("default");
	expect(place("/Library/Application Support/com.cloudflare.cloudflared/token")).toBe("other");
});

test.for([`tunnel run --token ${foreignToken} --token ${approvedToken}`, `service install ${approvedToken} ${foreignToken}`])(
	"of two tokens in one command one counts and the other one is named, too: %s",
	(line) => {
		const record = { FileName: "cloudflared.exe", ProcessCommandLine: `cloudflared ${line}` };
		const { claims, secondCredential } = identify(recordOf({ table: "DeviceProcessEvents", record })).reading;
		expect(claims).toMatchObject([
			{ place: "effective", tunnel: { account: ownAccount, tunnelId: ownTunnel } },
			{ place: "given", tunnel: { account: "d94e1b7a3c5f48208e6d0b9a7f2c4e13" } },
		]);
		expect(secondCredential).toBe(true);
	},
);

test.for(cases)("$name: program, mode and what is exposed", (one) => {
	const { reading } = identify(recordOf(one));
	const { exposes } = reading;
	const network = exposes.includes("network") ? ["network"] : exposes;
	expect({ program: reading.kind, mode: reading.mode, exposes: network }).toEqual({
		program: one.expect.program,
		mode: one.expect.mode,
		exposes: one.expect.exposes,
	});
});
