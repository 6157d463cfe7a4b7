import { expect, test } from "vitest";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { type IdentityCase, identityCases } from "./identity-cases.ts";
import { judged } from "./judged-case.ts";
import { base64 } from "./tokens.ts";

const own = { account: "2b7f0c9d4e1a48639d05f7c2a8b61e34", tunnel: "9a3c51d7-08be-4f62-a7d1-63e04b9f2c85" };
const secret = base64("INVENTED-FOR-TESTS-ONLY-NOT-REAL");
const approved = base64(`{"a":"${own.account}","t":"${own.tunnel}","s":"${secret}"}`);
const foreign = base64(`{"a":"${"ee".repeat(16)}","t":"${own.tunnel}","s":"${secret}"}`);
const cases = identityCases();

interface Outcome {
	readonly told: boolean;
	readonly severity: number;
	readonly verdict: string;
}

function outcomeOf(one: IdentityCase): Outcome {
	const sighting = judged(one);
	return {
		told: sighting !== undefined && sighting.quiet === undefined,
		severity: sighting === undefined ? -1 : severities.indexOf(sighting.severity),
		verdict: sighting?.ownership.verdict ?? "none",
	};
}

function changed(one: IdentityCase, change: Readonly<Record<string, unknown>>): IdentityCase {
	return { ...one, record: { ...one.record, ...change } };
}

function text(one: IdentityCase, column: string): string {
	const value = one.record[column];
	return typeof value === "string" ? value : "";
}

/** An approved or foreign token in each place that decides nothing. */
function withToken(one: IdentityCase, token: string): readonly IdentityCase[] {
	return [
		changed(one, { InitiatingProcessCommandLine: `${text(one, "InitiatingProcessCommandLine")} # ${token}` }),
		changed(one, { PreviousRegistryValueData: `"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token ${token}` }),
		changed(one, { FileOriginReferrerUrl: `https://example.com/${token}` }),
	];
}

test.for(cases)("$name: an approved token anywhere else silences nothing, lowers nothing and clears no foreign account", (one) => {
	const before = outcomeOf(one);
	for (const variant of withToken(one, approved)) {
		const after = outcomeOf(variant);
		if (before.told) expect(after.told).toBe(true);
		expect(after.severity).toBeGreaterThanOrEqual(before.severity);
		if (before.verdict === "not-ours") expect(after.verdict).toBe("not-ours");
	}
});

test.for(cases)("$name: a foreign token anywhere else raises no trust", (one) => {
	const before = outcomeOf(one);
	for (const variant of withToken(one, foreign)) {
		const after = outcomeOf(variant);
		if (before.verdict !== "ours") expect(after.verdict).not.toBe("ours");
		expect(after.severity).toBeGreaterThanOrEqual(before.severity);
	}
});

test.for(cases.filter((one) => one.table === "DeviceProcessEvents" && one.expect.program === "named"))(
	"$name: from a temporary folder it is no quieter, and never ours",
	(one) => {
		const before = outcomeOf(one);
		const moved = outcomeOf(changed(one, { FolderPath: `C:\\Windows\\Temp\\${text(one, "FileName")}` }));
		expect(moved.severity).toBeGreaterThanOrEqual(before.severity);
		expect(moved.verdict).not.toBe("ours");
	},
);

const ofItself = cases.filter((one) => text(one, "ProcessCommandLine").includes("--") && /cloudflared/.test(text(one, "FileName")));

test.for(ofItself)("$name: one dash is read as two", (one) => {
	const single = text(one, "ProcessCommandLine").replaceAll(/(^|\s)--(?=[a-z])/g, "$1-");
	expect(outcomeOf(changed(one, { ProcessCommandLine: single })).verdict).toBe(outcomeOf(one).verdict);
});

const crowds = [
	...[15, 16, 17, 63, 64, 65].map((count) => ({
		crowd: `behind ${count} approved ones`,
		text: `${`${approved} `.repeat(count)}${foreign}`,
	})),
	{ crowd: "in the middle of a long text", text: `${"x ".repeat(32_768)}${foreign} ${"x ".repeat(32_768)}` },
	{ crowd: "encoded together with an approved one", text: base64(`--token ${approved} --token ${foreign}`) },
];

test.for(cases.filter((one) => one.expect.verdict === "ours"))("$name: a foreign token elsewhere hides behind nothing", (one) => {
	for (const { crowd, text: added } of crowds) {
		const after = outcomeOf(changed(one, { InitiatingProcessCommandLine: `bash # ${added}` }));
		expect({ crowd, told: after.told, ours: after.verdict === "ours" }).toEqual({ crowd, told: true, ours: false });
	}
});

test.for(cases.filter((one) => one.expect.verdict === "ours"))("$name: without its token it is not ours", (one) => {
	const without = Object.fromEntries(
		Object.entries(one.record).map(([column, value]) => [
			column,
			typeof value === "string" ? value.replace(/eyJ[A-Za-z0-9+/=]{40,}/g, "x") : value,
		]),
	);
	expect(outcomeOf({ ...one, record: without }).verdict).not.toBe("ours");
});

test.for(cases.filter((one) => typeof one.record["AdditionalFields"] === "string"))(
	"$name: AdditionalFields reads the same as an object",
	(one) => {
		const object: unknown = JSON.parse(text(one, "AdditionalFields"));
		expect(outcomeOf(changed(one, { AdditionalFields: object }))).toEqual(outcomeOf(one));
	},
);
