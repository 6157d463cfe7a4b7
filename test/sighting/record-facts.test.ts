import { describe, expect, test } from "vitest";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { redact } from "../../lib/families/redact.ts";
import { hostName, recordFacts } from "../../lib/sighting/record-facts.ts";

function aRecord(columns: Readonly<Record<string, unknown>>): DefenderRecord {
	return { table: "DeviceNetworkEvents", tenantId: "", exportedAt: "", columns } as DefenderRecord;
}

describe("a host name is shown whole, whatever words it is made of", () => {
	test.each(["fin-token.corp.example.com", "db-password.example.com", "secret.example.com", "api_key.corp.example.com", "token"])(
		"%s",
		(name) => {
			expect(hostName(name, redact)).toBe(name);
		},
	);

	test("what is no host name is looked at as any other text", () => {
		expect(hostName("x --token=hunter2hunter2hunter2", redact)).not.toContain("hunter2");
	});

	test("a secret of a known shape is removed even where it could be a label", () => {
		const key = `AKIA${"Q7".repeat(8)}`;
		expect(hostName(`${key}.example.com`, (text) => redact(text.replace(key, "[removed]")))).toBe("[removed].example.com");
	});
});

describe("what only rows of some tables tell", () => {
	test.each([
		[{ RemoteIP: "10.1.2.3", RemotePort: 5985 }, "10.1.2.3:5985"],
		[{ RemoteIP: "2001:db8::1", RemotePort: 443 }, "[2001:db8::1]:443"],
		[{ RemoteIP: "10.1.2.3", RemotePort: 5432, RemoteUrl: "db.example.com" }, "db.example.com (10.1.2.3:5432)"],
		[{ RemoteUrl: "db.example.com" }, "db.example.com"],
		[{ RemoteIP: "10.1.2.3", RemotePort: 0 }, "10.1.2.3"],
		[{ RemoteIP: "10.1.2.3", RemoteUrl: "10.1.2.3", RemotePort: 22 }, "10.1.2.3:22"],
	])("the far end %j is %s", (columns, remote) => {
		expect(recordFacts(aRecord(columns), redact)).toEqual({ remote });
	});

	test("nothing is told of what a record does not hold", () => {
		expect(recordFacts(aRecord({ RemotePort: 22, RegistryValueData: "x", PreviousFileName: "" }), redact)).toEqual({});
	});

	test("a registry value without its secret, and the name a file had before", () => {
		const columns = {
			RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Cloudflared",
			RegistryValueName: "ImagePath",
			RegistryValueData: "C:\\cf\\cloudflared.exe tunnel run --password hunter2hunter2",
			PreviousFileName: "cloudflared.exe",
		};
		expect(recordFacts(aRecord(columns), redact)).toMatchObject({
			registry: { key: columns.RegistryKey, name: "ImagePath", value: expect.not.stringContaining("hunter2") },
			formerName: "cloudflared.exe",
		});
	});
});
