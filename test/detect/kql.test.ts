import { expect, test } from "vitest";
import {
	all,
	any,
	contains,
	endsWith,
	equals,
	equalsNumber,
	has,
	hasAll,
	hasFlag,
	not,
	oneOf,
	startsWith,
} from "../../lib/detect/condition.ts";
import { kqlCondition, kqlQuery } from "../../lib/detect/kql.ts";
import { cloudflaredPortableExecution } from "../../lib/families/cloudflared/rules/cloudflared-portable-execution.ts";
import { cloudflaredUsage } from "../../lib/families/cloudflared/rules/cloudflared-usage.ts";

test("the usage rule reads as its author published it, with the column name corrected", () => {
	expect(kqlQuery(cloudflaredUsage)).toBe(
		[
			"union DeviceEvents, DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents, DeviceImageLoadEvents",
			'| where FileName has "cloudflared"',
			'    or InitiatingProcessFileName has "cloudflared"',
			'    or ProcessCommandLine has_all ("tunnel", "run", "--token")',
			'    or InitiatingProcessCommandLine has_all ("tunnel", "run", "--token")',
		].join("\n"),
	);
});

test("the portable rule reads one table and doubles its backslashes", () => {
	expect(kqlQuery(cloudflaredPortableExecution)).toBe(
		[
			"DeviceProcessEvents",
			'| where FolderPath endswith "\\\\cloudflared.exe"',
			'    and not(FolderPath contains ":\\\\Program Files (x86)\\\\cloudflared\\\\" or FolderPath contains ":\\\\Program Files\\\\cloudflared\\\\")',
		].join("\n"),
	);
});

test.each([
	[has("FileName", "a"), 'FileName has "a"'],
	[hasAll("FileName", "a", "b"), 'FileName has_all ("a", "b")'],
	[contains("FileName", 'say "a"'), 'FileName contains "say \\"a\\""'],
	[startsWith("FileName", "a"), 'FileName startswith "a"'],
	[endsWith("FileName", "\\a"), 'FileName endswith "\\\\a"'],
	[equals("FileName", "a"), 'FileName =~ "a"'],
	[oneOf("FileName", "a", "b"), 'FileName in~ ("a", "b")'],
	[equalsNumber("RemotePort", 22), "RemotePort == 22"],
	[equalsNumber("RemotePort", 22, 3389), "RemotePort in (22, 3389)"],
	[
		hasFlag("ProcessCommandLine", "url", "hello-world"),
		'ProcessCommandLine matches regex "(?i)(?:^|[ \\\\t\\\\r\\\\n\\"\'])--?(?:url|hello-world)(?:[= \\\\t\\\\r\\\\n\\"\']|$)"',
	],
	[not(has("FileName", "a")), 'not(FileName has "a")'],
])("each test has its KQL: %j", (condition, kql) => {
	expect(kqlCondition(condition)).toBe(kql);
});

test("groups inside groups keep their meaning", () => {
	const a = has("FileName", "a");

	expect(kqlCondition(all(a, any(a, all(a, a)), not(all(a, a))))).toBe(
		[
			'FileName has "a"',
			'and (FileName has "a" or (FileName has "a" and FileName has "a"))',
			'and not(FileName has "a" and FileName has "a")',
		].join("\n    "),
	);
});
