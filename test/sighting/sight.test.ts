import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { type TableName, tables } from "../../lib/defender/tables.ts";
import type { Matched } from "../../lib/sighting/sight.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { deviceId, tenantId } from "../builders.ts";
import { account, base64, secret, token, tunnelId } from "../families/cloudflared/tokens.ts";
import { canaries } from "../secrets/canaries.ts";
import { sightOne as sight } from "./sight-one.ts";

const usage: Matched = {
	rule: { id: "cloudflared-usage", family: "cloudflared", severity: "medium" },
	evidence: [{ column: "ProcessCommandLine", test: 'has_all ("tunnel", "run", "--token")' }],
};

function aRecord(table: TableName, columns: Readonly<Record<string, unknown>>): DefenderRecord {
	const common = {
		DeviceId: deviceId,
		DeviceName: "FIN-LT-0142.corp.example.com",
		Timestamp: "2026-11-21T19:36:04.0082679Z",
		ReportId: 40213,
	};
	return { table, tenantId, exportedAt: "2026-11-21T19:39:00Z", columns: { ...common, MachineGroup: "Finance", ...columns } };
}

function seen(table: TableName, columns: Readonly<Record<string, unknown>>): Sighting {
	return sight(aRecord(table, columns), [usage]);
}

const started = {
	ActionType: "ProcessCreated",
	FileName: "cloudflared.exe",
	FolderPath: "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe",
	ProcessCommandLine: `cloudflared.exe tunnel run --token ${token}`,
	SHA256: "3C1F9B2D77A0C1BE43F3A5B9D1E26C8870FB5D9A4E61C03F2B7A98D4510CE6F2",
	AccountDomain: "CONTOSO",
	AccountName: "j.meyer",
	ProcessTokenElevation: "TokenElevationTypeFull",
	InitiatingProcessFileName: "powershell.exe",
	InitiatingProcessParentFileName: "\\Device\\HarddiskVolume3\\Windows\\explorer.exe",
};

describe("a sighting says", () => {
	test("what was started, by whom, from where, and whose tunnel it is", () => {
		expect(seen("DeviceProcessEvents", started)).toMatchObject({
			device: { tenantId, id: deviceId, name: "FIN-LT-0142.corp.example.com", group: "Finance" },
			actionType: "ProcessCreated",
			reportId: "40213",
			timestamp: "2026-11-21T19:36:04.0082679Z",
			at: new Date("2026-11-21T19:36:04.008Z"),
			exportedAt: new Date("2026-11-21T19:39:00Z"),
			times: 1,
			severity: "medium",
			mode: "named-token",
			tunnel: { account, tunnelId, fingerprint: "4ca9e3de" },
			exposes: [],
			ownership: { verdict: "cannot-tell" },
			program: {
				fileName: "cloudflared.exe",
				path: "C:\\Users\\j.meyer\\Downloads\\cloudflared.exe",
				folderClass: "user",
				commandLine: "cloudflared.exe tunnel run --token [removed: 180 characters]",
				sha256: "3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2",
				renamed: false,
				user: "CONTOSO\\j.meyer",
				elevated: true,
				chain: ["explorer.exe", "powershell.exe", "cloudflared.exe"],
			},
		});
	});

	test("which test decided, with the column redacted", () => {
		expect(seen("DeviceProcessEvents", started).rules).toEqual([
			{
				id: "cloudflared-usage",
				severity: "medium",
				evidence: [
					{
						column: "ProcessCommandLine",
						test: 'has_all ("tunnel", "run", "--token")',
						value: "cloudflared.exe tunnel run --token [removed: 180 characters]",
					},
				],
			},
		]);
	});

	test("what a quick tunnel lets in", () => {
		expect(seen("DeviceProcessEvents", { ...started, ProcessCommandLine: "cloudflared tunnel --url rdp://localhost:3389" })).toMatchObject({
			mode: "quick",
			exposes: [{ text: "rdp://localhost:3389", class: "rdp" }],
		});
	});

	test("that a program under another name behaves like cloudflared", () => {
		const renamed = { ...started, FileName: "svchost32.exe", ProcessCommandLine: `svchost32.exe tunnel run -token ${token}` };

		expect(seen("DeviceProcessEvents", renamed).program.renamed).toBe(true);
	});

	test("that a shell which starts cloudflared is no renamed cloudflared", () => {
		const shell = { ...started, FileName: "cmd.exe", ProcessCommandLine: `cmd /c "cloudflared tunnel run --token ${token}"` };

		expect(seen("DeviceProcessEvents", shell)).toMatchObject({ mode: "named-token", program: { fileName: "cmd.exe", renamed: false } });
	});

	test("that a file was renamed away from cloudflared", () => {
		const file = { FileName: "svchost32.exe", FolderPath: "C:\\ProgramData", PreviousFileName: "cloudflared.exe" };

		expect(seen("DeviceFileEvents", file).program).toMatchObject({ renamed: true, path: "C:\\ProgramData\\svchost32.exe" });
	});

	test("every tunnel of a record, the one that runs first: a decoy hides nothing", () => {
		const other = base64(`{"a":"ffffffffffffffffffffffffffffffff","t":"${tunnelId}","s":"${secret}"}`);
		const sighting = seen("DeviceProcessEvents", {
			...started,
			ProcessCommandLine: `cloudflared tunnel run --token ${other} --token ${token}`,
		});

		expect(sighting.tunnel?.account).toBe(account);
		expect(sighting.otherTunnels).toMatchObject([{ account: "ffffffffffffffffffffffffffffffff" }]);
	});

	test("the tunnel that is named by its id", () => {
		const byId = { ...started, ProcessCommandLine: `cloudflared tunnel run ${tunnelId}` };

		expect(seen("DeviceProcessEvents", byId)).toMatchObject({ mode: "named-credentials", tunnel: { account: "", tunnelId } });
	});

	test("the file that the token is read from", () => {
		const service = {
			...started,
			ProcessCommandLine: '"C:\\cf\\cloudflared.exe" tunnel run --token-file C:\\ProgramData\\cloudflared\\token',
		};

		expect(seen("DeviceProcessEvents", service)).toMatchObject({
			mode: "named-token-file",
			tokenFile: "C:\\ProgramData\\cloudflared\\token",
		});
	});
});

describe("the program is the one that is cloudflared", () => {
	test("what acted, when it started something else", () => {
		const child = {
			...started,
			FileName: "cmd.exe",
			ProcessCommandLine: "cmd.exe /c whoami",
			InitiatingProcessFileName: "cloudflared.exe",
			InitiatingProcessFolderPath: "c:\\windows\\temp\\cloudflared.exe",
			InitiatingProcessCommandLine: `cloudflared.exe tunnel run --token ${token}`,
			InitiatingProcessAccountName: "system",
			InitiatingProcessAccountSid: "S-1-5-18",
			InitiatingProcessSignerType: "Unknown",
			InitiatingProcessSignatureStatus: "Unsigned",
		};

		expect(seen("DeviceProcessEvents", child)).toMatchObject({
			mode: "named-token",
			program: {
				fileName: "cloudflared.exe",
				folderClass: "temp",
				user: "system",
				elevated: true,
				chain: ["explorer.exe", "cloudflared.exe"],
				signer: "Unknown, Unsigned",
			},
		});
	});

	test("what a service entry in the registry names", () => {
		const entry = {
			RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
			RegistryValueName: "ImagePath",
			RegistryValueData: `"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token ${token}`,
			InitiatingProcessFileName: "services.exe",
		};

		expect(seen("DeviceRegistryEvents", entry)).toMatchObject({
			mode: "named-token",
			tunnel: { account },
			program: { fileName: "cloudflared.exe", path: "C:\\Program Files\\cloudflared\\cloudflared.exe", folderClass: "standard" },
		});
	});

	test("what a script names", () => {
		const script = {
			ActionType: "PowerShellCommand",
			InitiatingProcessFileName: "powershell.exe",
			AdditionalFields: { Command: `Start-Process cloudflared.exe -ArgumentList tunnel,run,--token,${token}` },
		};

		expect(seen("DeviceEvents", script)).toMatchObject({ mode: "named-token", program: { fileName: "cloudflared.exe", renamed: false } });
	});

	test("what connected", () => {
		const connection = {
			InitiatingProcessFileName: "cloudflared.exe",
			InitiatingProcessCommandLine: "cloudflared tunnel --url ssh://localhost",
		};

		expect(seen("DeviceNetworkEvents", connection)).toMatchObject({ mode: "quick", exposes: [{ class: "ssh" }] });
	});

	test("what was installed as the service Cloudflared, whatever its name", () => {
		const service = {
			ActionType: "ServiceInstalled",
			FileName: "svchost32.exe",
			FolderPath: "C:\\ProgramData\\svchost32.exe",
			AdditionalFields: '{"ServiceName":"Cloudflared","ServiceAccount":"LocalSystem"}',
		};

		expect(seen("DeviceEvents", service)).toMatchObject({ mode: "unknown", program: { fileName: "svchost32.exe", renamed: true } });
	});
});

describe("the identity of a record", () => {
	test("is the same when it is exported again", () => {
		const again = { ...aRecord("DeviceProcessEvents", started), exportedAt: "2026-11-21T20:00:00Z" };

		expect(sight(again, [usage]).recordId).toBe(seen("DeviceProcessEvents", started).recordId);
	});

	test.each([
		["table", "DeviceEvents" as const, started],
		["device", "DeviceProcessEvents" as const, { ...started, DeviceId: "b".repeat(40) }],
		["time, to the last digit", "DeviceProcessEvents" as const, { ...started, Timestamp: "2026-11-21T19:36:04.0082678Z" }],
		["report id", "DeviceProcessEvents" as const, { ...started, ReportId: 40214 }],
	])("changes with its %s", (_, table, columns) => {
		expect(seen(table, columns).recordId).not.toBe(seen("DeviceProcessEvents", started).recordId);
	});

	test("changes with the time of a Log Analytics record, which need not have a Timestamp", () => {
		const flat = (TimeGenerated: string) => ({
			...aRecord("DeviceProcessEvents", { ...started, Timestamp: undefined, Type: "DeviceProcessEvents", TimeGenerated }),
			exportedAt: TimeGenerated,
		});
		const first = sight(flat("2026-11-21T10:00:00Z"), [usage]).recordId;

		expect(sight(flat("2026-11-22T10:00:00Z"), [usage]).recordId).not.toBe(first);
		expect(sight(flat("2026-11-21T10:00:00Z"), [usage]).recordId).toBe(first);
	});

	test("is the same when a record without a Timestamp is exported again in a fresh envelope", () => {
		const record = aRecord("DeviceProcessEvents", { ...started, Timestamp: null });
		const again = { ...record, exportedAt: "2026-11-21T20:00:00Z" };

		expect(sight(again, [usage]).recordId).toBe(sight(record, [usage]).recordId);
	});

	test("falls back to the device's name", () => {
		expect(seen("DeviceProcessEvents", { ...started, DeviceId: null }).device.id).toBe("name:fin-lt-0142.corp.example.com");
	});
});

describe("damaged records", () => {
	test("without a time take the export's", () => {
		expect(seen("DeviceProcessEvents", { ...started, Timestamp: null }).at).toEqual(new Date("2026-11-21T19:39:00Z"));
	});

	test.each(["+010000-01-01T00:00:00Z", "10000-01-01", "-000001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z"])(
		"with the time %s, which no table gives back, take the export's",
		(Timestamp) => {
			expect(seen("DeviceProcessEvents", { ...started, Timestamp }).at).toEqual(new Date("2026-11-21T19:39:00Z"));
			const both = { ...aRecord("DeviceProcessEvents", { ...started, Timestamp }), exportedAt: Timestamp };
			expect(sight(both, [usage])).toMatchObject({ at: new Date(0) });
			expect(sight(both, [usage])).not.toHaveProperty("exportedAt");
		},
	);

	test.each(["1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])("with the odd but storable time %s keep it", (Timestamp) => {
		expect(seen("DeviceProcessEvents", { ...started, Timestamp }).at.toISOString()).toBe(Timestamp);
	});

	test.each([
		['{"uniqueEventsAggregated":42}', 42],
		[{ uniqueEventsAggregated: 42 }, 42],
		['{"uniqueEventsAggregated":"x"}', 1],
		['{"uniqueEventsAggregated":0}', 1],
		["{", 1],
		["[]", 1],
		[null, 1],
	])("with AdditionalFields %j count as %i events", (AdditionalFields, times) => {
		expect(seen("DeviceProcessEvents", { ...started, AdditionalFields }).times).toBe(times);
	});

	test("of any type in any column never make it throw", () => {
		const value = fc.oneof(fc.anything(), fc.constantFrom(...canaries.map(({ text }) => text)));
		fc.assert(
			fc.property(
				fc.constantFrom(...(Object.keys(tables) as TableName[])),
				fc.dictionary(fc.constantFrom(...Object.keys(tables.DeviceEvents)), value),
				(table, columns) => {
					const sighting = sight({ table, tenantId, exportedAt: "", columns }, [usage]);
					expect(Number.isNaN(sighting.at.getTime())).toBe(false);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	test("with text of a megabyte stay small", () => {
		const sighting = seen("DeviceProcessEvents", { ...started, ProcessCommandLine: `cloudflared tunnel run ${"x".repeat(1_048_576)}` });

		expect(JSON.stringify(sighting).length).toBeLessThan(40_000);
	});
});

test("no canary in any column survives", () => {
	for (const table of Object.keys(tables) as TableName[]) {
		for (const { text, secrets } of canaries) {
			const columns = Object.fromEntries(Object.keys(tables[table]).map((column) => [column, text]));
			const output = JSON.stringify(sight({ table, tenantId: text, exportedAt: text, columns }, [usage]));
			for (const one of secrets) expect(output).not.toContain(one);
		}
	}
});
