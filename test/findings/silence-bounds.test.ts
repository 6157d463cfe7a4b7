import fc from "fast-check";
import { expect, test } from "vitest";
import { answer } from "../../lib/actions/answer.ts";
import { severities } from "../../lib/detect/severity-scale.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { decide, defaultPolicy } from "../../lib/findings/policy.ts";
import { signatures } from "../../lib/findings/signature.ts";
import type { Sighting, TargetClass } from "../../lib/sighting/sighting.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";

const dayMs = 86_400_000;
const silencedAt = at("01T12:00:00");
const runs = { numRuns: 100, seed: 20_261_126 };

const hex = (length: number) => fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const host = fc.string({ unit: fc.constantFrom(..."abcdefghij0123456789"), minLength: 3, maxLength: 12 });
const classes: readonly TargetClass[] = ["rdp", "ssh", "smb", "vnc", "winrm", "http", "network", "other"];

/** Whatever can be silenced for 30 days: its tunnel is known. */
const seenOnce = fc
	.record({
		account: hex(32),
		tunnelId: fc.uuid(),
		targets: fc.array(fc.tuple(host, fc.constantFrom(...classes)), { maxLength: 3 }),
		sha256: fc.oneof(fc.constant(""), hex(64)),
		user: fc.oneof(fc.constant(""), host),
		severity: fc.constantFrom("low" as const, "medium" as const, "high" as const),
	})
	.map(({ account, tunnelId, targets, sha256, user, severity }) => {
		const { program } = aSighting();
		return aSighting({
			severity,
			tunnel: { account, tunnelId, endpoint: "", fingerprint: "" },
			exposes: targets.map(([name, of]) => ({ text: redacted(`tcp://${name}:1`), class: of })),
			program: { ...program, sha256, user: redacted(user) },
		});
	});

/** Each way to be another one, with a value that the first cannot have had. */
const ways: readonly (readonly [string, (seen: Sighting, other: string) => Partial<Sighting>])[] = [
	["account", ({ tunnel }, other) => ({ tunnel: tunnel && { ...tunnel, account: turned(tunnel.account, other) } })],
	["tunnel", ({ tunnel }, other) => ({ tunnel: tunnel && { ...tunnel, tunnelId: `another ${other}` } })],
	[
		"second tunnel",
		({ tunnel }, other) => ({ otherTunnels: tunnel === undefined ? [] : [{ ...tunnel, account: turned(tunnel.account, other) }] }),
	],
	["target", ({ exposes }, other) => ({ exposes: [...exposes, { text: redacted(`tcp://${other}.another:1`), class: "http" }] })],
	[
		"target of the same class",
		({ exposes }, other) => ({ exposes: [{ text: redacted(`tcp://${other}.another:1`), class: exposes[0]?.class ?? "rdp" }] }),
	],
	["binary", ({ program }, other) => ({ program: { ...program, sha256: turned("0".repeat(64), `f${other}`) } })],
	["user", ({ program }, other) => ({ program: { ...program, user: redacted(`ANOTHER\\${other}`) } })],
	["verdict", () => ({ ownership: { verdict: "not-ours", reason: redacted("") } })],
	["severity", ({ severity }) => ({ severity: severities[severities.indexOf(severity) + 1] ?? "critical" })],
];

/** As long, with its first digit another one. */
function turned(digits: string, other: string): string {
	const first = digits.startsWith("f") ? "0" : "f";
	return `${first}${other.replaceAll(/[^0-9a-f]/g, "")}${digits}`.slice(0, digits.length);
}

function silenced(finding: Finding, until: Date): Finding {
	const answered = answer(finding, { kind: "silence", by: redacted("Kim Lee"), how: "cli", verified: true, until }, silencedAt);
	if (!answered.ok) throw new Error(answered.refusal.code);
	return answered.finding;
}

/** Told once, so that nothing but the silence and the quiet period keep more of it back. */
function told(seen: Sighting, more: Partial<Finding> = {}): Finding {
	const { severity } = seen;
	return aFinding({ newest: seen, worst: seen, severity, noticeSeverity: severity, sigs: signatures(seen).map(({ id }) => id), ...more });
}

const silence = { days: fc.integer({ min: 1, max: 30 }), part: fc.double({ min: 0, max: 0.999_999, noNaN: true }) };

test.each(ways)("a silence, however long, holds back what it was given for, and never another %s among it", (_, another) => {
	fc.assert(
		fc.property(
			fc.record({ seen: seenOnce, other: host, budget: fc.integer({ min: 0, max: 3 }), place: fc.nat(2), ...silence }),
			(given) => {
				const { seen, other, days, part } = given;
				const until = new Date(silencedAt.getTime() + days * dayMs);
				const finding = silenced(told(seen, { changesLeft: given.budget, nextNoticeAt: new Date(until.getTime() + dayMs) }), until);
				const now = new Date(silencedAt.getTime() + Math.floor(part * days * dayMs));
				const same = [1, 2].map((n) => ({ ...seen, recordId: `same${n}` }));

				expect(decide(finding, same, now, defaultPolicy)).toMatchObject({ reason: "held", finding: { silence: { held: 2 } } });
				const stranger: Sighting = { ...seen, recordId: "another", ...another(seen, other) };
				const decided = decide(finding, same.toSpliced(given.place, 0, stranger), now, defaultPolicy);
				expect(["changed", "worse"]).toContain(decided.reason);
				expect(decided).toMatchObject({ dueAt: now, fresh: 3 });
			},
		),
		runs,
	);
});

test("whatever a silence does not cover is told with it when it would be told without it", () => {
	const loud = (finding: Finding, sighting: Sighting, now: Date) =>
		!["held", "repeat", "later"].includes(decide(finding, [sighting], now, defaultPolicy).reason);
	let spoke = 0;
	fc.assert(
		fc.property(fc.record({ seen: seenOnce, other: seenOnce, isKnown: fc.boolean(), isQuiet: fc.boolean(), ...silence }), (given) => {
			const { seen, other, days, part } = given;
			const until = new Date(silencedAt.getTime() + days * dayMs);
			const known = given.isKnown ? signatures(other).map(({ id }) => id) : [];
			const before = told(seen, {
				sigs: [...signatures(seen).map(({ id }) => id), ...known],
				nextNoticeAt: new Date(silencedAt.getTime() + (given.isQuiet ? 40 : 0) * dayMs),
			});
			const now = new Date(silencedAt.getTime() + Math.floor(part * days * dayMs));
			const next = { ...other, recordId: "next" };
			if (!loud(before, next, now)) return;
			spoke += 1;
			expect(loud(silenced(before, until), next, now)).toBe(true);
		}),
		runs,
	);
	expect(spoke).toBeGreaterThan(30);
});

test("no silence is longer than 30 days, and none holds anything back from its last moment on", () => {
	fc.assert(
		fc.property(
			fc.record({ seen: seenOnce, ms: fc.integer({ min: 1, max: 90 * dayMs }), late: fc.oneof(fc.constant(0), fc.nat(60 * dayMs)) }),
			({ seen, ms, late }) => {
				const until = new Date(silencedAt.getTime() + ms);
				const request = { kind: "silence", by: redacted("Kim Lee"), how: "cli", verified: true, until } as const;
				const answered = answer(told(seen), request, silencedAt);
				expect(answered.ok).toBe(ms <= 30 * dayMs);
				if (!answered.ok) return;
				const after = decide(
					{ ...answered.finding, nextNoticeAt: silencedAt },
					[{ ...seen, recordId: "next" }],
					new Date(until.getTime() + late),
					defaultPolicy,
				);
				expect(after.reason).toBe("still");
			},
		),
		runs,
	);
});
