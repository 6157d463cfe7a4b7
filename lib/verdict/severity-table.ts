import type { DeviceClass } from "../defender/device.ts";
import { isWorse, type Severity, severities } from "../detect/severity-scale.ts";
import { type Redacted, say } from "../secrets/redacted.ts";
import type { Mode, Ownership, TargetClass } from "../sighting/sighting.ts";

/** Everything that a severity depends on. */
export interface Facts {
	/** The worst of the rules that matched. */
	readonly rules: Severity;
	readonly verdict: Ownership["verdict"];
	readonly mode: Mode;
	readonly exposes: readonly TargetClass[];
	readonly renamed: boolean;
	/** An account is visible. */
	readonly account: boolean;
	readonly device: DeviceClass;
	/** The account was never seen in this tenant before; `undefined` when nobody counts. */
	readonly firstInTenant: boolean | undefined;
	/** A weak approval, or an approved account seen earlier. */
	readonly lowered: boolean;
}

export interface Weighed {
	readonly severity: Severity;
	/** What decided, for people. */
	readonly reason: Redacted;
}

type Effect = { readonly atLeast: Severity } | { readonly atMost: Severity } | { readonly set: Severity } | { readonly down: 1 };

interface Row {
	readonly when: (facts: Facts) => boolean;
	readonly effect: Effect;
	readonly reason: Redacted;
}

/**
 * The whole table. It starts from the worst rule and goes down row by row; the last row that changed something is the
 * reason. First what raises, then what an approval or the kind of start takes away.
 */
const table: readonly Row[] = [
	{
		when: (f) => runsTunnel(f) && f.renamed && f.account,
		effect: { atLeast: "high" },
		reason: say`cloudflared under another name, with a tunnel's token`,
	},
	{
		when: (f) => runsTunnel(f) && letsPeopleIn(f),
		effect: { atLeast: "high" },
		reason: say`it exposes remote administration or a whole network`,
	},
	{ when: (f) => f.mode === "quick" && f.device === "server", effect: { atLeast: "high" }, reason: say`a quick tunnel on a server` },
	{ when: (f) => f.verdict === "not-ours", effect: { atLeast: "high" }, reason: say`the Cloudflare account is not an approved one` },
	{
		when: (f) => runsTunnel(f) && f.firstInTenant === true && f.device === "server",
		effect: { atLeast: "high" },
		reason: say`the first time this account is seen in the tenant, and on a server`,
	},
	{
		when: (f) => f.verdict === "not-ours" && f.device === "server" && letsPeopleIn(f),
		effect: { atLeast: "critical" },
		reason: say`an account that is not approved exposes remote administration of a server`,
	},
	{
		when: (f) => clientSide.has(f.mode) && f.verdict !== "not-ours" && !isWorse(f.rules, "medium") && f.renamed,
		effect: { atMost: "medium" },
		reason: say`it lets nobody in, but runs under another name`,
	},
	{
		when: (f) => clientSide.has(f.mode) && f.verdict !== "not-ours" && !isWorse(f.rules, "medium") && !f.renamed,
		effect: { atMost: "low" },
		reason: say`it lets nobody in`,
	},
	{
		when: (f) => f.verdict === "cannot-tell" && f.lowered,
		effect: { down: 1 },
		reason: say`one step lower, because something speaks for it`,
	},
	{ when: (f) => f.verdict === "ours", effect: { set: "info" }, reason: say`the account and the tunnel are approved` },
];

/** How urgent a sighting is, and why. */
export function weigh(facts: Facts): Weighed {
	const start: Weighed = { severity: facts.rules, reason: say`as the rule says` };
	return table
		.filter((row) => row.when(facts))
		.reduce<Weighed>((so, { effect, reason }) => {
			const severity = apply(effect, so.severity);
			return severity === so.severity ? so : { severity, reason };
		}, start);
}

function apply(effect: Effect, severity: Severity): Severity {
	if ("set" in effect) return effect.set;
	if ("down" in effect) return severities[Math.max(0, severities.indexOf(severity) - effect.down)] ?? severity;
	if ("atLeast" in effect) return isWorse(effect.atLeast, severity) ? effect.atLeast : severity;
	return isWorse(severity, effect.atMost) ? effect.atMost : severity;
}

/** Modes in which nobody can come in through the device. */
const clientSide: ReadonlySet<Mode> = new Set<Mode>(["access-client", "service-mode", "maintenance", "service-uninstall"]);

function runsTunnel({ mode }: Facts): boolean {
	return mode !== "unknown" && !clientSide.has(mode);
}

const remoteAdministration: ReadonlySet<TargetClass> = new Set<TargetClass>(["rdp", "ssh", "smb", "vnc", "winrm", "network"]);

function letsPeopleIn({ exposes }: Facts): boolean {
	return exposes.some((target) => remoteAdministration.has(target));
}
