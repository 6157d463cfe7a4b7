import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type Severity, severities } from "../../lib/detect/severity-scale.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { addressOf } from "../../lib/notify/index.ts";
import { explainLines, routeFacts } from "../../lib/notify/routes/choose-line.ts";
import { type KnownNames, readRoutes } from "../../lib/notify/routes/read-routes.ts";
import { routesFile } from "../../lib/notify/routes/route-line.ts";
import { routeRemarks } from "../../lib/notify/routes/route-remarks.ts";
import { createRouter, type RoutedDestination } from "../../lib/notify/routes/router.ts";
import { aFinding, aSighting, at, redacted, tenantId } from "../builders.ts";

const chat = (name: string, from?: Severity): RoutedDestination => ({ name, from, kind: { audience: "chat", from: "info" } });
const pager = (name: string, from?: Severity): RoutedDestination => ({ name, from, kind: { audience: "machine", from: "high" } });
const destinations = [chat("teams"), chat("teams-emea"), chat("teams-labs"), pager("pagerduty")];
const known: KnownNames = { destinations, fallback: undefined, settingFor: addressOf };

function mistakes(file: unknown, names: Partial<KnownNames> = {}): readonly string[] {
	const read = readRoutes(typeof file === "string" ? file : JSON.stringify(file), { ...known, ...names });
	return read.ok ? [] : read.mistakes;
}

function router(file: unknown, set: readonly RoutedDestination[] = destinations, fallback?: string) {
	const read = readRoutes(JSON.stringify(file), { destinations: set, fallback, settingFor: addressOf });
	if (!read.ok) throw new Error(read.mistakes.join("\n"));
	return createRouter({ lines: () => read.value, destinations: set.filter(({ name }) => name !== fallback), fallback });
}

const device = (change: Partial<Finding["device"]>) => ({ ...aSighting().device, ...change });
const emea = aFinding({ device: device({ group: redacted("EMEA servers") }), severity: "high", noticeSeverity: "high" });

describe("the first line that holds decides", () => {
	const table = [
		{ name: "EMEA", when: { deviceGroup: ["EMEA Servers"], severity: ">=medium" }, to: ["Teams-EMEA", "pagerduty"] },
		{ name: "Labs", when: { deviceGroup: ["Labs"] }, to: ["teams-labs"], mention: false },
		{ name: "Noise", when: { severity: ["info"] }, to: [], digestOnly: true },
	];

	test("every member must hold, of a list one value, and text is compared without case", () => {
		expect(router(table)(emea)).toMatchObject({ line: "EMEA", tells: ["teams-emea", "pagerduty"], keeps: [] });
		expect(router(table)({ ...emea, noticeSeverity: "low" })).toMatchObject({
			line: undefined,
			tells: ["teams", "teams-emea", "teams-labs"],
		});
	});

	test("what no line holds for goes everywhere, from each destination's least severity on", () => {
		const high = aFinding({ noticeSeverity: "high" });
		expect(router(table)(high)).toEqual({
			line: undefined,
			tells: ["teams", "teams-emea", "teams-labs", "pagerduty"],
			keeps: [],
			digest: undefined,
		});
		expect(router(table)(aFinding())).toMatchObject({ keeps: ["pagerduty"] });
	});

	test("a line can want nobody mentioned", () => {
		expect(router(table)(aFinding({ device: device({ group: redacted("labs") }) }))).toMatchObject({ line: "Labs", mention: false });
		expect(router(table)(emea)).not.toHaveProperty("mention");
	});

	test("a line for the digest only tells nobody and stands in every chat's digest", () => {
		const info = aFinding({ severity: "info", noticeSeverity: "info" });
		expect(router(table)(info)).toMatchObject({ line: "Noise", tells: [], keeps: ["teams", "teams-emea", "teams-labs"] });
	});

	test.each([
		["tenant", { tenant: [tenantId.toUpperCase()] }],
		["a device's name", { device: ["FIN-LT-0142.corp.example.com"] }],
		["a device's id", { device: ["A3F1C0D94BE2475F8C61D2E09B7745AA10C3D9FE"] }],
		["ownership", { ownership: ["ours", "cannot-tell"] }],
		["family", { family: ["Cloudflared"] }],
		["any rule that fired", { rule: ["cloudflared-usage"] }],
		["severity at its boundary", { severity: ">=medium" }],
	])("by %s", (_what, when) => {
		expect(router([{ name: "One", when, to: ["teams-labs"] }])(aFinding())).toMatchObject({ line: "One", tells: ["teams-labs"] });
	});

	test.each([
		{ tenant: ["00000000-0000-4000-8000-000000000001"] },
		{ device: ["fin-lt-0142"] },
		{ ownership: ["not-ours"] },
		{ rule: ["cloudflared-portable-execution"] },
		{ severity: ">=high" },
		{ severity: ["low", "high"] },
		{ ownership: ["cannot-tell"], deviceGroup: ["Labs"] },
	])("not where %j does not hold", (when) => {
		expect(router([{ name: "One", when, to: ["teams-labs"] }])(aFinding()).line).toBeUndefined();
	});
});

describe("the least severity of a destination", () => {
	test("keeps what is below for its digest, and tells what is exactly as severe", () => {
		const choose = createRouter({ lines: () => undefined, destinations: [chat("teams", "high"), chat("slack")], fallback: undefined });
		expect(choose(aFinding())).toMatchObject({ tells: ["slack"], keeps: ["teams"] });
		expect(choose(aFinding({ noticeSeverity: "high" }))).toMatchObject({ tells: ["teams", "slack"], keeps: [] });
	});

	test("does not hold back what a person has said is not ours", () => {
		const choose = createRouter({ lines: () => undefined, destinations: [chat("teams", "critical")], fallback: undefined });
		expect(choose(aFinding({ confirmedAt: at("21T20:00:00") }))).toMatchObject({ tells: ["teams"], keeps: [] });
	});

	test("a pager asks for high by itself only while others take the rest", () => {
		const choose = (set: readonly RoutedDestination[]) =>
			createRouter({ lines: () => undefined, destinations: set, fallback: undefined })(aFinding());
		expect(choose([pager("pagerduty"), pager("pagerduty-us")])).toMatchObject({ tells: ["pagerduty", "pagerduty-us"], keeps: [] });
		expect(choose([pager("pagerduty"), chat("teams")])).toMatchObject({ tells: ["teams"], keeps: ["pagerduty"] });
		expect(choose([pager("pagerduty", "info"), chat("teams")])).toMatchObject({ tells: ["pagerduty", "teams"] });
	});

	test("what a line leads only to a pager that does not want it stands in every chat's digest", () => {
		const choose = router([{ name: "Pager", to: ["pagerduty"] }]);
		expect(choose(aFinding())).toMatchObject({ tells: [], keeps: ["pagerduty", "teams", "teams-emea", "teams-labs"] });
	});

	test("where no chat is set, a pager that alone is led to takes everything, unless a setting says otherwise", () => {
		const line = [{ name: "Pager", to: ["pagerduty"] }];
		const webhook: RoutedDestination = { name: "webhook", from: undefined, kind: { audience: "machine", from: "info" } };
		expect(router(line, [webhook, pager("pagerduty")])(aFinding())).toMatchObject({ tells: ["pagerduty"], keeps: [] });
		expect(router(line, [webhook, pager("pagerduty", "high")])(aFinding())).toMatchObject({ tells: [], keeps: ["pagerduty"] });
		const both = [{ name: "Both", to: ["pagerduty", "webhook"] }];
		expect(router(both, [webhook, pager("pagerduty")])(aFinding())).toMatchObject({ tells: ["webhook"], keeps: ["pagerduty"] });
	});
});

describe("what is allowed and perhaps not meant", () => {
	const remarks = (file: unknown, set: readonly RoutedDestination[], hasDigest: boolean) => {
		const read = readRoutes(JSON.stringify(file), { ...known, destinations: set });
		if (!read.ok) throw new Error(read.mistakes.join("\n"));
		return routeRemarks(read.value, { destinations: set }, hasDigest);
	};
	const all = { name: "All", to: ["teams"] };
	const pages = (when?: object) => [{ name: "Pager", when: { family: ["cloudflared"], ...when }, to: ["pagerduty"] }, all];
	const set = [chat("teams"), pager("pagerduty")];

	test("a line that leads to a pager alone says what the pager does not take, and where that is", () => {
		const says = '"Pager" leads to pagerduty, which gets nothing of severity info, low, medium';
		expect(remarks(pages(), set, true)).toEqual([`${says}: that is only in the digest of the chats`]);
		expect(remarks(pages(), set, false)).toEqual([`${says}: DIGEST_HOUR_UTC is not set: nobody hears of it`]);
	});

	test("without a chat, severities that nobody takes are named, with a routes file and without one", () => {
		const hook = (from?: Severity): RoutedDestination => ({ name: "webhook", from, kind: { audience: "machine", from: "info" } });
		const says = "no destination takes severity info, low, and no chat is set: nobody hears of it";
		expect(remarks([], [hook("medium"), pager("pagerduty")], true)).toEqual([says]);
		expect(remarks([], [hook("medium"), pager("pagerduty")], false)).toEqual([says]);
		expect(remarks([], [hook(), pager("pagerduty")], true)).toEqual([]);
		expect(remarks([], [pager("pagerduty", "high")], true)).toEqual([
			"no destination takes severity info, low, medium, and no chat is set: nobody hears of it",
		]);
		// Unless it says so itself, a pager that is alone takes everything.
		expect(remarks([], [pager("pagerduty")], true)).toEqual([]);
		expect(remarks([], [chat("teams", "high"), hook("medium")], true)).toEqual([]);
		const line = { name: "Servers", when: { deviceGroup: ["Servers"], severity: ">=low" }, to: ["webhook"] };
		expect(remarks([line], [hook("high")], true)).toEqual([
			'"Servers" leads to webhook, which gets nothing of severity low, medium: no chat is set, so nobody hears of it',
			"no destination takes severity info, low, medium, and no chat is set: nobody hears of it",
		]);
	});

	test("not where it takes all that the line leads there, or a chat hears of the rest", () => {
		expect(remarks(pages({ severity: ">=high" }), set, false)).toEqual([]);
		expect(remarks(pages(), [chat("teams"), pager("pagerduty", "info")], false)).toEqual([]);
		expect(remarks([{ name: "Both", when: { family: ["cloudflared"] }, to: ["teams", "pagerduty"] }, all], set, false)).toEqual([]);
	});
});

describe("a file with mistakes is refused as a whole, and each is named by its place", () => {
	test("all of them at once", () => {
		const file = [
			{ name: "A", when: { severity: ">medium", colour: ["red"] }, to: ["teams"] },
			{ name: "B", to: [] },
			{ to: ["teams"], digestonly: true },
		];
		expect(mistakes(file)).toEqual([
			expect.stringMatching(/^routes\[0\] \(A\)\.when\.severity: must be one of >=info/),
			"routes[0] (A).when: does not know colour",
			'routes[1] (B).to: names no destination: name one, or say "digestOnly": true',
			expect.stringMatching(/^routes\[2\]\.name: /),
			"routes[2]: does not know digestonly",
		]);
	});

	test("names that mean nothing", () => {
		const file = [
			{ name: "A", when: { rule: ["no-such-rule"], family: ["vpn"] }, to: ["teams", "teams-apac", "pigeon", "TEAMS"] },
			{ name: "a", when: { tenant: [tenantId] }, to: ["slack"] },
		];
		expect(mistakes(file)).toEqual([
			"routes[0] (A).when.rule: there is no rule no-such-rule",
			"routes[0] (A).when.family: there is no family vpn",
			"routes[0] (A).to[1]: teams-apac is not set; set TEAMS_WEBHOOK_URL_APAC",
			"routes[0] (A).to[2]: there is no destination pigeon",
			"routes[0] (A).to[3]: teams is named twice",
			"routes[1] (a).name: routes[0] has this name too",
			"routes[1] (a).to[0]: slack is not set; set SLACK_WEBHOOK_URL",
		]);
	});

	test("where the destinations are not known, only the form of a name is looked at", () => {
		expect(mistakes([{ name: "A", to: ["teams-apac"] }], { destinations: undefined })).toEqual([]);
		expect(mistakes([{ name: "A", to: ["pigeon"] }], { destinations: undefined })).toHaveLength(1);
	});

	test("the fallback is outside the table, and a machine has no digest", () => {
		expect(mistakes([{ name: "A", to: ["pagerduty"] }], { fallback: "pagerduty" })).toEqual([
			expect.stringContaining("pagerduty is the fallback"),
		]);
		expect(mistakes([{ name: "A", to: ["pagerduty"], digestOnly: true }])).toEqual([
			"routes[0] (A).digestOnly: pagerduty has no digest; name a chat",
		]);
	});

	test("a line for the digest only, where no chat is set that has one", () => {
		const file = [{ name: "Noise", when: { severity: ["info"] }, to: [], digestOnly: true }];
		const wrong = ["routes[0] (Noise).digestOnly: only a chat has a digest, and none is set: nobody would hear of it"];
		expect(mistakes(file, { destinations: [pager("pagerduty")] })).toEqual(wrong);
		expect(mistakes(file, { destinations: [pager("pagerduty"), chat("teams")], fallback: "teams" })).toEqual(wrong);
		expect(mistakes(file, { destinations: [pager("pagerduty"), chat("teams")] })).toEqual([]);
	});

	test.each([
		["the address of a destination", "https://hooks.example.com/?key=canary"],
		["a routing key", "0123456789abcdef0123456789canary"],
		["a routing key that begins with a letter", "canary0123456789abcdef0123456789"],
		["a key with a name before it", "pagerduty-canary0123456789abcdef"],
	])("%s where a name belongs is not repeated: mistakes are told to many", (_what, secret) => {
		const file = [{ name: "A", when: { rule: [secret], family: [secret] }, to: [secret, secret] }];
		expect(mistakes(file)).toHaveLength(4);
		expect(mistakes(file).join("\n")).not.toMatch(/canary/i);
	});

	const line = (name: string, when?: object) => ({ name, ...(when === undefined ? {} : { when }), to: ["teams"] });
	test.each([
		["behind one that holds for everything", [line("All"), line("EMEA", { deviceGroup: ["EMEA"] })], /because "All" has no `when`/],
		["behind an empty `when`", [line("All", {}), line("Rest")], /because "All" has no `when`/],
		["behind the same condition", [line("A", { deviceGroup: ["x"] }), line("B", { deviceGroup: ["X"] })], /because "A" holds whenever/],
		["behind a wider one", [line("A", { severity: ">=low" }), line("B", { severity: ">=high", family: ["cloudflared"] })], /because "A"/],
		[
			"behind several that share its severities",
			[line("A", { severity: ">=high" }), line("B", { severity: ["info", "low", "medium"] }), line("C")],
			/because "A", "B" together|because "B", "A" together/,
		],
		[
			"behind several that share its groups",
			[line("A", { deviceGroup: ["x"] }), line("B", { deviceGroup: ["y"] }), line("C", { deviceGroup: ["x", "y"], severity: ">=high" })],
			/routes\[2\] \(C\): can never be reached/,
		],
	])("a line that can never be reached: %s", (_what, file, words) => {
		expect(mistakes(file)).toEqual([expect.stringMatching(words)]);
	});

	test.each([
		["a wider one behind a narrower", [line("A", { severity: ">=high" }), line("B", { severity: ">=low" })]],
		["one severity that no line before it takes", [line("A", { severity: ">=high" }), line("B", { severity: ["info", "low"] }), line("C")]],
		["another member", [line("A", { deviceGroup: ["x"], severity: ">=high" }), line("B", { deviceGroup: ["x"] })]],
	])("a line that can be reached is no mistake: %s", (_what, file) => {
		expect(mistakes(file)).toEqual([]);
	});
});

describe("what is published about the file", () => {
	const page = readFileSync(new URL("../../docs/routes.md", import.meta.url), "utf8");
	const example: unknown = JSON.parse(/```json\n([\s\S]+?)```/.exec(page)?.[1] ?? "");

	test("the schema for editors is made from the one that reads the file", () => {
		const schema: unknown = JSON.parse(readFileSync(new URL("../../docs/routes.schema.json", import.meta.url), "utf8"));
		expect(schema).toEqual(z.toJSONSchema(routesFile, { io: "input" }));
		expect(new Ajv2020().compile(schema as object)(example)).toBe(true);
	});

	test.each([
		["Labs", "critical", "Labs", ["teams-labs"], []],
		["EMEA servers", "high", "EMEA at night", ["teams-emea", "pagerduty"], []],
		["EMEA servers", "medium", "EMEA", ["teams-emea"], []],
		["EMEA clients", "high", "EMEA", ["teams-emea"], []],
		["APAC servers", "info", "Noise", [], ["teams"]],
		["APAC servers", "medium", undefined, ["teams", "teams-emea", "teams-labs"], ["pagerduty"]],
	] as const)("the page's example leads %s, %s as it says", (group, severity, line, tells, keeps) => {
		const one = aFinding({ device: device({ group: redacted(group) }), severity, noticeSeverity: severity });
		expect(router(example)(one)).toMatchObject({ line, tells, keeps });
	});
});

describe("a hostile file costs a sentence", () => {
	test.each([
		["no JSON", "{", /the file is not JSON/],
		["another thing", { routes: [] }, /must be a list of lines/],
		["a prototype", '[{"name":"A","to":["teams"],"__proto__":{"to":[]}}]', /./],
		["the names of object members", [{ name: "A", to: ["constructor", "__proto__", "toString"] }], /there is no destination constructor/],
		["a pattern as a name", [{ name: "(a+)+$", to: ["(a+)+$"] }], /there is no destination \(a\+\)\+\$/],
		["control characters", [{ name: "A\u202e\u0007", to: ["teams"] }], /must hold no control characters/],
		[
			"a thousand lines",
			Array.from({ length: 1_000 }, (_, n) => ({ name: `${n}`, when: { device: [`d${n}`] }, to: ["teams"] })),
			/at most 100/,
		],
		["a long list", [{ name: "A", when: { device: Array.from({ length: 5_000 }, (_, n) => `d${n}`) }, to: ["teams"] }], /at most 200/],
		["megabytes", `[${" ".repeat(2_000_000)}]`, /larger than 1 MB/],
		["depth", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, /./],
		["numbers as names", [{ name: 1, to: [2], when: { tenant: "x", severity: 3 } }], /routes\[0\]/],
		["null", [null], /routes\[0\]/],
	])("%s", (_what, file, words) => {
		const found = mistakes(file);
		expect(found.join("\n")).toMatch(words);
		expect(found.length).toBeLessThanOrEqual(101);
		expect(Math.max(...found.map((one) => one.length))).toBeLessThan(800);
	});

	test("the widest allowed file is read in bounded steps", () => {
		const values = (n: number) => Array.from({ length: 200 }, (_, at) => `v${n}-${at}`);
		const wide = Array.from({ length: 25 }, (_, n) => ({
			name: `${n}`,
			when: { device: values(n), deviceGroup: values(n) },
			to: ["teams"],
		}));
		expect(mistakes(wide)).toEqual([]);
	});
});

test("an explanation says which member of each line did not hold, what it wants and what the finding has", () => {
	const read = readRoutes(
		JSON.stringify([
			{ name: "EMEA", when: { deviceGroup: ["EMEA"], severity: ">=high" }, to: ["teams-emea"] },
			{ name: "High", when: { severity: ">=high" }, to: ["pagerduty"] },
			{ name: "Finance", when: { deviceGroup: ["Finance"] }, to: ["teams"] },
			{ name: "Rest", to: ["teams-labs"] },
		]),
		known,
	);
	if (!read.ok) throw new Error(read.mistakes.join());
	expect(explainLines(read.value, routeFacts(aFinding()))).toEqual([
		{ line: "EMEA", holds: false, why: { member: "deviceGroup", wants: "emea", has: "finance" } },
		{ line: "High", holds: false, why: { member: "severity", wants: ">=high", has: "medium" } },
		{ line: "Finance", holds: true },
	]);
});

describe("for any table and any finding", () => {
	const groups = ["finance", "emea", "labs"];
	const names = destinations.map(({ name }) => name);
	const someOf = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
	const line = fc.record(
		{
			when: fc.record(
				{
					deviceGroup: someOf(groups),
					severity: fc.oneof(fc.constantFrom(...severities.map((one) => `>=${one}`)), someOf(severities)),
					ownership: someOf(["ours", "not-ours", "cannot-tell"]),
				},
				{ requiredKeys: [] },
			),
			to: fc.subarray([...names], { minLength: 1 }),
		},
		{ requiredKeys: ["to"] },
	);
	const table = fc.array(line, { maxLength: 6 }).map((lines) => lines.map((one, n) => ({ name: `line ${n}`, ...one })));
	const finding = fc
		.record({
			group: fc.constantFrom(...groups),
			severity: fc.constantFrom(...severities),
			verdict: fc.constantFrom("ours", "not-ours", "cannot-tell"),
		})
		.map(({ group, severity, verdict }) =>
			aFinding({
				device: device({ group: redacted(group) }),
				severity,
				noticeSeverity: severity,
				worst: aSighting({ ownership: { verdict: verdict as "ours", reason: redacted("a reason") } }),
			}),
		);
	const froms = fc.record(Object.fromEntries(names.map((name) => [name, fc.option(fc.constantFrom(...severities), { nil: undefined })])));

	test("it reaches exactly the destinations of its first line that want it, and is never lost", () => {
		fc.assert(
			fc.property(table, finding, froms, (file, one, from) => {
				const set = destinations.map((destination) => ({ ...destination, from: from[destination.name] }));
				const read = readRoutes(JSON.stringify(file), { ...known, destinations: set });
				// A table with a line out of reach is refused; without it, the same finding takes the same way.
				const lines = read.ok ? file : [];
				const route = router(lines, set)(one);
				// By hand: the first line that fits, then who takes this severity.
				const rank = (severity: Severity) => severities.indexOf(severity);
				const wanted = noticeOf(one);
				const first = lines.find(({ when: { deviceGroup, severity, ownership } = {} as NonNullable<(typeof lines)[number]["when"]> }) => {
					const least = typeof severity === "string" ? rank(severity.slice(2) as Severity) : 0;
					const isSevere = Array.isArray(severity) ? severity.includes(wanted) : rank(wanted) >= least;
					return (
						isSevere && (deviceGroup?.includes(one.device.group) ?? true) && (ownership?.includes(one.worst.ownership.verdict) ?? true)
					);
				});
				const meant = set.filter(({ name }) => first?.to.includes(name) ?? true);
				const takes = meant.filter(({ from: least, kind }) => rank(wanted) >= rank(least ?? kind.from));
				expect(route.line).toBe(first?.name);
				expect(route.tells).toEqual(takes.map(({ name }) => name));
				for (const { name } of meant) expect([...route.tells, ...route.keeps]).toContain(name);
				expect(route.tells.length > 0 || route.keeps.some((name) => name.startsWith("teams"))).toBe(true);
				if (first !== undefined && route.tells.length > 0) expect([...route.tells, ...route.keeps].toSorted()).toEqual(first.to.toSorted());
			}),
			{ numRuns: 400 },
		);
	});

	test("a line is refused as out of reach only if no finding reaches it", () => {
		fc.assert(
			fc.property(table, fc.array(finding, { minLength: 20, maxLength: 20 }), (file, findings) => {
				const out = mistakes(file).flatMap((what) => /^routes\[(\d+)\].*can never be reached/.exec(what)?.[1] ?? []);
				for (const n of out) {
					const index = Number(n);
					for (const one of findings) {
						const reach = (lines: typeof file) => {
							const read = readRoutes(JSON.stringify(lines), known);
							return read.ok ? explainLines(read.value, routeFacts(one)).at(-1) : undefined;
						};
						// Alone it may hold; then one before it holds too.
						const alone = reach(file.slice(index, index + 1));
						const before = file.slice(0, index).some((_, at) => reach(file.slice(at, at + 1))?.holds === true);
						expect(alone?.holds !== true || before).toBe(true);
					}
				}
			}),
			{ numRuns: 60 },
		);
	});
});

function noticeOf({ noticeSeverity, severity }: Finding): Severity {
	return noticeSeverity ?? severity;
}
