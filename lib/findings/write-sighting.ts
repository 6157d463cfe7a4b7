import type { DeviceFacts, Sighting } from "../sighting/sighting.ts";
import { cut } from "../store/columns.ts";

/** A column holds 32,768 UTF-16 units. */
const maxUnits = 30_000;

interface Bounds {
	readonly text: number;
	readonly commandLine: number;
	readonly rules: number;
	readonly evidence: number;
	readonly list: number;
}

/** From generous to certain to fit: an attacker chooses the lengths of most texts. */
const ladder: readonly Bounds[] = [
	{ text: 1_024, commandLine: 8_192, rules: 30, evidence: 10, list: 20 },
	{ text: 512, commandLine: 2_048, rules: 10, evidence: 3, list: 10 },
	{ text: 100, commandLine: 200, rules: 5, evidence: 1, list: 3 },
];

/** JSON that fits into one column, and how many list entries had to be left out for it. */
export function writeSighting(sighting: Sighting, smallest = false): { readonly text: string; readonly dropped: number } {
	for (const bounds of smallest ? ladder.slice(-1) : ladder) {
		const bounded = bound(sighting, bounds);
		const text = JSON.stringify({ ...bounded, rules: withReferences(bounded), tunnel: bounded.tunnel ?? null });
		if (text.length <= maxUnits) return { text, dropped: entries(sighting) - entries(bounded) };
	}
	throw new Error("the smallest sample of a sighting does not fit into a column");
}

/** Texts of the sample that evidence mostly repeats. */
export const repeated = ["commandLine", "path", "fileName"] as const;

/** Evidence whose text stands in the sample anyway only says where. */
function withReferences({ rules, program }: Sighting) {
	return rules.map((rule) => ({
		...rule,
		evidence: rule.evidence.map(({ value, ...rest }) => {
			// What was cut for the evidence is the beginning of the longer text.
			const of = value === "" ? undefined : repeated.find((name) => program[name] === value || isCutOf(value, program[name]));
			return of === undefined ? { ...rest, value } : { ...rest, of };
		}),
	}));
}

function isCutOf(value: string, text: string): boolean {
	return value.endsWith("…") && text.length > value.length && text.startsWith(value.slice(0, -1));
}

function bound({ reading: _, process: __, ...sighting }: Sighting, { text, commandLine, rules, evidence, list }: Bounds): Sighting {
	const { device, program } = sighting;
	return {
		...sighting,
		device: {
			tenantId: cut(device.tenantId, text),
			id: cut(device.id, text),
			name: cut(device.name, text),
			group: cut(device.group, text),
			...(device.facts === undefined ? {} : { facts: boundFacts(device.facts, text, list) }),
		},
		actionType: cut(sighting.actionType, text),
		reportId: cut(sighting.reportId, text),
		timestamp: cut(sighting.timestamp, text),
		rules: sighting.rules.slice(0, rules).map((rule) => ({
			...rule,
			evidence: rule.evidence.slice(0, evidence).map(({ column, test, value }) => ({
				column,
				test: cut(test, text),
				value: cut(value, text),
			})),
		})),
		program: {
			...program,
			fileName: cut(program.fileName, text),
			path: cut(program.path, text),
			commandLine: cut(program.commandLine, commandLine),
			sha256: cut(program.sha256, 64),
			sha1: cut(program.sha1, 40),
			...(program.release === undefined
				? {}
				: { release: { version: cut(program.release.version, 32), asset: cut(program.release.asset, 64) } }),
			user: cut(program.user, text),
			...(program.signer === undefined ? {} : { signer: cut(program.signer, text) }),
			...(program.starter === undefined ? {} : { starter: cut(program.starter, text) }),
			...(program.launcher === undefined ? {} : { launcher: cut(program.launcher, text) }),
			// The end of the chain is the program itself.
			chain: program.chain.slice(-list).map((name) => cut(name, text)),
		},
		exposes: sighting.exposes.slice(0, list).map((target) => ({ ...target, text: cut(target.text, text) })),
		hostname: cut(sighting.hostname, text),
		ownership: { ...sighting.ownership, reason: cut(sighting.ownership.reason, text) },
		...(sighting.severityReason === undefined ? {} : { severityReason: cut(sighting.severityReason, text) }),
		...(sighting.remote === undefined ? {} : { remote: cut(sighting.remote, text) }),
		...(sighting.registry === undefined
			? {}
			: {
					registry: {
						key: cut(sighting.registry.key, text),
						name: cut(sighting.registry.name, text),
						value: cut(sighting.registry.value, text),
					},
				}),
		...(sighting.formerName === undefined ? {} : { formerName: cut(sighting.formerName, text) }),
		...(sighting.tokenFile === undefined ? {} : { tokenFile: cut(sighting.tokenFile, text) }),
		...(sighting.flags === undefined ? {} : { flags: sighting.flags.slice(0, list).map((flag) => cut(flag, 64)) }),
		...(sighting.otherTunnels === undefined ? {} : { otherTunnels: sighting.otherTunnels.slice(0, list) }),
	};
}

function boundFacts(facts: DeviceFacts, text: number, list: number): DeviceFacts {
	return {
		...facts,
		os: cut(facts.os, text),
		publicIp: cut(facts.publicIp, text),
		addresses: facts.addresses.slice(0, list).map((address) => cut(address, text)),
		users: facts.users.slice(0, list).map((user) => cut(user, text)),
		exposure: cut(facts.exposure, text),
	};
}

function entries({ rules, program, exposes }: Sighting): number {
	return rules.reduce((sum, rule) => sum + 1 + rule.evidence.length, program.chain.length + exposes.length);
}
