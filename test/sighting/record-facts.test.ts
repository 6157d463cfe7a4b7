import { describe, expect, test } from "vitest";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { redact } from "../../lib/families/redact.ts";
import { passwordTools, secretFlags, secretKeys, secretVariables, slashSecrets } from "../../lib/secrets/secret-names.ts";
import { recordFacts } from "../../lib/sighting/record-facts.ts";

function aRecord(columns: Readonly<Record<string, unknown>>): DefenderRecord {
	return { table: "DeviceNetworkEvents", tenantId: "", exportedAt: "", columns } as DefenderRecord;
}

describe("a host name is shown whole, whatever words it is made of", () => {
	const words = [...secretFlags, ...secretKeys, ...secretVariables, ...slashSecrets, ...passwordTools, "bearer", "eyJhIjoi", "sig", "otp"];
	test.each([...new Set(words.map((word) => word.toLowerCase().replaceAll("_", "-")))])("%s", (word) => {
		const names = [
			word,
			`fin-${word}`,
			`${word}-01`,
			`fin-${word}.corp.example.com`,
			`${word}.example.com`,
			`a.${word}`,
			`a-${word}-b.example.com`,
		];
		for (const name of names) {
			expect(redact(name)).toBe(name);
			expect(recordFacts(aRecord({ RemoteIP: "10.1.2.3", RemotePort: 443, RemoteUrl: name }), redact).remote).toBe(
				`${name} (10.1.2.3:443)`,
			);
		}
	});

	test("a secret of a known shape is removed even where it could be a label", () => {
		expect(redact(`${"AK"}IA${"Q7".repeat(8)}.example.com`)).toMatch(/^\[removed: \d+ characters\]/);
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
