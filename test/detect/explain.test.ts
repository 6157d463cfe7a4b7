import fc from "fast-check";
import { expect, test } from "vitest";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { explain as explainWith } from "../../lib/detect/explain.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { allRules } from "../../lib/families/all-rules.ts";
import { cloudflaredPortableExecution } from "../../lib/families/cloudflared/rules/cloudflared-portable-execution.ts";
import { cloudflaredUsage } from "../../lib/families/cloudflared/rules/cloudflared-usage.ts";
import { redact } from "../../lib/families/redact.ts";
import { labelled, labels } from "../families/cloudflared/rules/corpus.ts";
import { aRecord } from "../families/cloudflared/rules/example-record.ts";

const explain = (...about: [Rule, DefenderRecord]) => explainWith(...about, redact);
const token =
	"eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJ0IjoiNmYyYjhjMWUtNGQzYS00YjdmLTllMTAtMmE1YzdkOWUxZjMwIiwicyI6IlUxbE9WRWhGVkVsRExVVllRVTFRVEVVdFRrOVVMVUV0VTBWRFVrVlVMVEE9In0=";

test("an explanation shows every test, what it found, and whether it held", () => {
	const record = aRecord("DeviceProcessEvents", { FolderPath: "C:\\Program Files\\cloudflared\\cloudflared.exe" });

	const { fires, readsTable, steps } = explain(cloudflaredPortableExecution, record);

	expect({ fires, readsTable }).toEqual({ fires: false, readsTable: true });
	const value = "C:\\Program Files\\cloudflared\\cloudflared.exe";
	expect(steps).toEqual([
		{ depth: 0, text: "all of", holds: false },
		{ depth: 1, text: 'FolderPath endswith "\\\\cloudflared.exe"', holds: true, value },
		{ depth: 1, text: "not", holds: false },
		{ depth: 2, text: "any of", holds: true },
		{ depth: 3, text: 'FolderPath contains ":\\\\Program Files (x86)\\\\cloudflared\\\\"', holds: false, value },
		{ depth: 3, text: 'FolderPath contains ":\\\\Program Files\\\\cloudflared\\\\"', holds: true, value },
	]);
});

test("a rule that does not read the record's table says so, and does not fire whatever its tests say", () => {
	const { fires, readsTable, steps } = explain(
		cloudflaredUsage,
		aRecord("DeviceLogonEvents", { InitiatingProcessFileName: "cloudflared" }),
	);

	expect({ fires, readsTable, holds: steps[0]?.holds }).toEqual({ fires: false, readsTable: false, holds: true });
});

test("a value that is no text is shown as it is, a missing one as nothing", () => {
	const { steps } = explain(cloudflaredUsage, aRecord("DeviceFileEvents", { FileName: 7, InitiatingProcessFileName: null }));

	expect(steps.map((step) => step.value)).toEqual([undefined, "7", "null", "", ""]);
});

test("no token is shown", () => {
	const { steps } = explain(cloudflaredUsage, aRecord("DeviceProcessEvents", { ProcessCommandLine: `x tunnel run --token ${token}` }));

	expect(JSON.stringify(steps)).not.toContain(token.slice(0, 40));
});

test("explanation and matcher always agree", () => {
	const records = [
		...labels.flatMap((label) => labelled(label) ?? []),
		...allRules
			.flatMap((rule) => [...rule.examples.match, ...rule.examples.ignore])
			.map((columns) => aRecord("DeviceProcessEvents", columns)),
	];
	fc.assert(
		fc.property(fc.constantFrom(...allRules), fc.constantFrom(...records), (rule, record) => {
			expect(explain(rule, record).fires).toBe(createMatcher([rule])(record).length === 1);
		}),
		{ numRuns: 2000 },
	);
});
