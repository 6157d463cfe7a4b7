import { describe, expect, test } from "vitest";
import type { DeviceClass } from "../../lib/defender/device.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { approvedToken, deviceStory, foreignToken, type Row, tokenOf } from "./device-story.ts";

const exe = "C:\\Program Files\\cloudflared\\cloudflared.exe";

/** An approved tunnel as its service runs it, with something changed. */
function start(args: string, columns: Row["columns"] = {}, path = exe): Row {
	const name = path.split("\\").at(-1);
	return {
		time: "09:00:00",
		columns: {
			FileName: name,
			FolderPath: path,
			ProcessCommandLine: `"${path}" ${args}`,
			InitiatingProcessFileName: "services.exe",
			InitiatingProcessFolderPath: "c:\\windows\\system32\\services.exe",
			InitiatingProcessCommandLine: "services.exe",
			...columns,
		},
	};
}

async function seen(row: Row, device: DeviceClass = "workstation"): Promise<Sighting | undefined> {
	const [chapter] = await deviceStory([[row]], device);
	return chapter?.sightings[0];
}

const verdictOf = async (row: Row) => (await seen(row))?.ownership.verdict;
const approved = `tunnel run --token ${approvedToken}`;

describe("whose tunnel it is: the first row of the decision table that holds", () => {
	test("V1: a program that only has the words has no tunnel, whatever token stands among them", async () => {
		const columns = { FileName: "notepad.exe", FolderPath: "C:\\Windows\\notepad.exe" };
		const words = (text: string): Row => ({ time: "09:00:00", columns: { ...columns, ProcessCommandLine: `notepad.exe ${text}` } });

		expect(await seen(words("cloudflared.txt"))).toBeUndefined();
		expect(await seen(words(`tunnel run --token ${approvedToken}`))).toMatchObject({ ownership: { verdict: "cannot-tell" } });
		expect(await seen(words(`notes ${approvedToken}`))).toMatchObject({ ownership: { verdict: "cannot-tell" }, quiet: "bystander" });
	});

	test.each([
		["an own token", start(`tunnel run --token ${foreignToken}`)],
		["a service installed with it", start(`service install ${foreignToken}`)],
		[
			"credentials on the command line",
			start(
				`tunnel run --credentials-contents {\\"AccountTag\\":\\"e80d4b6a93f1427cb5d26c07fa18395e\\",\\"TunnelSecret\\":\\"AAAA\\",\\"TunnelID\\":\\"c40f7b19-52ea-4d38-91b6-0a7e3d85f2c4\\"} box`,
			),
		],
		[
			"a variable that its parent sets",
			start("tunnel run", {
				InitiatingProcessFileName: "cmd.exe",
				InitiatingProcessFolderPath: "c:\\windows\\system32\\cmd.exe",
				InitiatingProcessCommandLine: `cmd.exe /c set TUNNEL_TOKEN=${foreignToken}&& cloudflared tunnel run`,
			}),
		],
	])("V2: a foreign account in %s is not ours", async (_, row) => {
		expect(await seen(row)).toMatchObject({ ownership: { verdict: "not-ours" }, severity: "high" });
	});

	test("V2: where an approved token is the effective one, a foreign one beside it cannot be told, and is high", async () => {
		const both = start(`tunnel run --token ${foreignToken} --token ${approvedToken}`);
		expect(await seen(both)).toMatchObject({ ownership: { verdict: "cannot-tell" }, severity: "high" });
	});

	test.each([
		["quick", `tunnel --url http://localhost:80 --label ${approvedToken}`],
		["ad hoc", `tunnel --name box --label ${approvedToken} --url http://localhost:80`],
		["client side", `access tcp --hostname h.example.com --url localhost:22 --header x:${approvedToken}`],
		["set-up", `tunnel create --secret ${approvedToken} box`],
		["a start that would fail", `tunnel --token ${approvedToken} run`],
		["help", `tunnel run --token ${approvedToken} --help`],
	])("V3: %s belongs to no account, whatever token stands in it", async (_, args) => {
		expect(await verdictOf(start(args))).toBe("cannot-tell");
	});

	test.each([
		["run with an approved token", start(approved)],
		["installed with it", start(`service install ${approvedToken}`)],
		[
			"written to the service's entry",
			{
				table: "DeviceRegistryEvents",
				time: "09:00:00",
				columns: {
					ActionType: "RegistryValueSet",
					RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
					RegistryValueName: "ImagePath",
					RegistryValueData: `"${exe}" ${approved}`,
					InitiatingProcessFileName: "services.exe",
				},
			},
		],
	])("V4: ours is what is %s", async (_, row) => {
		expect(await seen(row)).toMatchObject({ ownership: { verdict: "ours" }, quiet: "approved", severity: "info" });
	});

	test.each(["tunnel run --token-file C:\\ProgramData\\cloudflared\\token", "tunnel run", "tunnel run box"])(
		"V5: with a credential that the record does not show (%s) nobody can tell",
		async (args) => {
			expect(await verdictOf(start(args))).toBe("cannot-tell");
		},
	);
});

const shared = tokenOf("2b7f0c9d4e1a48639d05f7c2a8b61e34", "11111111-2222-4333-8444-555555555555");

/** Everything but the doubt is as it is where the tunnel is ours. */
const doubts: readonly (readonly [string, Row, least: string])[] = [
	["N1: another name", start(approved, {}, "C:\\Program Files\\cloudflared\\svc.exe"), "high"],
	[
		"N1: a program that only calls itself cloudflared",
		start(approved, {
			FileName: "svc.exe",
			FolderPath: "C:\\Program Files\\x\\svc.exe",
			ProcessCommandLine: `cloudflared.exe ${approved}`,
		}),
		"high",
	],
	["N2: a variant of the name", start(approved, {}, "C:\\Program Files\\cloudflared\\cloudflared2.exe"), "low"],
	["N2: a temporary folder", start(approved, {}, "C:\\Windows\\Temp\\cloudflared.exe"), "medium"],
	["N2: a share", start(approved, {}, "\\\\srv\\tools\\cloudflared.exe"), "medium"],
	["N2: the folder of all users", start(approved, {}, "C:\\Users\\Public\\cloudflared.exe"), "medium"],
	["N2: a user's folder", start(approved, {}, "C:\\Users\\ana\\Downloads\\cloudflared.exe"), "low"],
	["N3: a token file beside it", start(`${approved} --token-file C:\\t`), "medium"],
	["N3: another tunnel's id beside it", start(`${approved} 11111111-2222-4333-8444-555555555555`), "medium"],
	["N3: a foreign token anywhere", start(approved, { InitiatingProcessCommandLine: `x.exe ${foreignToken}` }), "high"],
	["N4: a token cut off", start(approved.slice(0, -12)), "medium"],
	["N4: a variable in its place", start("tunnel run --token %T%", { InitiatingProcessFileName: "cmd.exe" }), "low"],
	["N5: remote administration", start(`tunnel --url rdp://localhost:3389 run --token ${approvedToken}`), "medium"],
	["N5: a whole network", start(`tunnel --bastion run --token ${approvedToken}`), "medium"],
	["N6: another edge", start(`tunnel --edge relay.example.net:7844 run --token ${approvedToken}`), "high"],
	["N6: other trusted roots", start(`tunnel --cacert C:\\ca.pem run --token ${approvedToken}`), "high"],
	["N6: a config file elsewhere", start(`tunnel --config C:\\x\\c.yml run --token ${approvedToken}`), "low"],
	["N7: a tunnel that is not on the account's list", start(`tunnel run --token ${shared}`), "medium"],
];

test.each(doubts)("an approved token is not ours with %s", async (_, row, least) => {
	const order = ["info", "low", "medium", "high", "critical"];
	const sighting = await seen(row);
	expect(sighting?.ownership.verdict).toBe("cannot-tell");
	expect(sighting?.quiet).toBeUndefined();
	expect(order.indexOf(sighting?.severity ?? "info")).toBeGreaterThanOrEqual(order.indexOf(least));
});

test("N6: a connection of it to the tunnel's port at an address that is not Cloudflare's is not ours, and high", async () => {
	const connection = (RemoteIP: string): Row => ({
		table: "DeviceNetworkEvents",
		time: "09:00:00",
		columns: {
			ActionType: "ConnectionSuccess",
			RemoteIP,
			RemotePort: 7844,
			InitiatingProcessFileName: "cloudflared.exe",
			InitiatingProcessFolderPath: exe,
			InitiatingProcessCommandLine: `"${exe}" ${approved}`,
			InitiatingProcessParentFileName: "services.exe",
		},
	});
	expect(await seen(connection("198.41.192.7"))).toMatchObject({ ownership: { verdict: "ours" } });
	expect(await seen(connection("203.0.113.9"))).toMatchObject({ ownership: { verdict: "cannot-tell" }, severity: "high" });
});

describe("on a domain controller", () => {
	test("a quick tunnel and a foreign account are critical, whatever they open; an approved tunnel stays ours", async () => {
		const quick = start("tunnel --url http://localhost:8080");
		const foreign = start(`tunnel run --token ${foreignToken}`);

		expect([(await seen(quick, "server"))?.severity, (await seen(foreign, "server"))?.severity]).toEqual(["high", "high"]);
		expect(await seen(quick, "domain-controller")).toMatchObject({
			severity: "critical",
			severityReason: "a quick tunnel on a domain controller",
		});
		expect((await seen(foreign, "domain-controller"))?.severity).toBe("critical");
		expect(await seen(start(approved), "domain-controller")).toMatchObject({ severity: "info", quiet: "approved" });
	});

	test("the name of its device group is enough", async () => {
		const inGroup = start("tunnel --url http://localhost:8080", { MachineGroup: "Domain Controllers" });

		expect((await seen(inGroup))?.severity).toBe("critical");
	});
});

describe("an approved tunnel for the first time on a device", () => {
	test("alerts nobody and is kept for the digest, once", async () => {
		const [first, again] = await deviceStory([[start(approved)], [{ ...start(approved), time: "11:00:00" }]]);

		expect([first?.reason, again?.reason]).toEqual(["held", "held"]);
		expect(again?.finding?.approvedFirsts).toEqual([
			{
				account: "2b7f0c9d4e1a48639d05f7c2a8b61e34",
				tunnelId: "9a3c51d7-08be-4f62-a7d1-63e04b9f2c85",
				at: new Date("2026-11-25T09:00:00Z"),
			},
		]);
	});
});
