import * as z from "zod";
import { deviceClasses } from "../defender/device.ts";
import { redactedText } from "../secrets/redacted.ts";
import type { ProgramKind } from "../sighting/reading.ts";
import type { DeviceFacts, FolderClass, Mode, Sighting, TargetClass } from "../sighting/sighting.ts";
import { cut, jsonColumn, redactedColumn, severityColumn } from "../store/columns.ts";

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
const repeated = ["commandLine", "path", "fileName"] as const;

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

/** A word that a newer version may have added reads as the unknown one. */
function words<T extends string>(all: Readonly<Record<T, true>>, unknown: NoInfer<T>) {
	return z.string().transform((word) => (Object.hasOwn(all, word) ? (word as T) : unknown));
}

const mode = words<Mode>(
	{
		"named-token": true,
		"named-token-file": true,
		"named-env": true,
		"named-credentials": true,
		"adhoc-named": true,
		quick: true,
		"service-install": true,
		"service-uninstall": true,
		"service-mode": true,
		"access-client": true,
		maintenance: true,
		"would-fail": true,
		unknown: true,
	},
	"unknown",
);

const programKind = words<ProgramKind>(
	{ named: true, release: true, variant: true, renamed: true, wrapper: true, other: true, mention: true },
	"other",
);

const folderClass = words<FolderClass>(
	{
		network: true,
		temp: true,
		odd: true,
		"package-manager": true,
		standard: true,
		"program-data": true,
		user: true,
		"admin-folder": true,
		container: true,
		unknown: true,
	},
	"unknown",
);

const targetClass = words<TargetClass>(
	{ rdp: true, ssh: true, smb: true, vnc: true, winrm: true, http: true, network: true, other: true },
	"other",
);

const factsSchema = z
	.object({
		os: redactedColumn,
		kind: z.enum(deviceClasses).catch("unknown"),
		publicIp: redactedColumn,
		addresses: z.array(redactedColumn),
		users: z.array(redactedColumn),
		exposure: redactedColumn,
		internetFacing: z.boolean().optional(),
	})
	.transform(({ internetFacing, ...rest }) => ({ ...rest, internetFacing }));

const device = z
	.object({ tenantId: redactedColumn, id: redactedColumn, name: redactedColumn, group: redactedColumn, facts: factsSchema.optional() })
	.transform(({ facts, ...rest }) => (facts === undefined ? rest : { ...rest, facts }));

const moment = z.iso.datetime().transform((text) => new Date(text));

const spread = z.object({ devices: z.number(), since: moment });

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A key that was absent stays absent, where zod would allow `undefined` in it. */
function present<T extends object>(value: T): Present<T> {
	// Nothing but the undefined ones is taken away, and those only stand under optional keys.
	return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Present<T>;
}

const prevalence = z.object({ account: spread.optional(), tunnel: spread.optional(), binary: spread.optional() }).transform(present);

const tunnelSchema = z.object({ account: z.string(), tunnelId: z.string(), endpoint: z.string(), fingerprint: z.string() });

export const rememberedSchema = z
	.object({
		tunnel: tunnelSchema,
		at: moment,
		sha256: z.string().optional(),
		folderClass: folderClass.optional(),
		service: z.boolean().optional(),
		sha1: z.string().optional(),
		path: redactedColumn.optional(),
		approvedInstall: z.boolean().optional(),
	})
	.transform(present);

export const serviceEventSchema = z.object({ at: moment, kind: z.enum(["started-with-arguments", "written"]), approved: z.boolean() });

export const approvedFirstsColumn = jsonColumn(z.array(z.object({ account: z.string(), tunnelId: z.string(), at: moment })));

const nothingKept = redactedText``;

/** Reads what `writeSighting` wrote. */
export const sightingColumn = jsonColumn(
	z
		.object({
			recordId: z.string(),
			/** Absent in rows of the first version, whose findings name it. */
			family: z.string().default(""),
			device,
			table: z.string(),
			actionType: redactedColumn,
			reportId: redactedColumn,
			timestamp: redactedColumn,
			at: moment,
			times: z.number(),
			severity: severityColumn,
			rules: z.array(
				z.object({
					id: z.string(),
					severity: severityColumn,
					evidence: z.array(
						z.object({
							column: z.string(),
							test: z.string(),
							/** Absent where it says which text of the program it is. */
							value: redactedColumn.optional(),
							of: z.enum(repeated).optional(),
						}),
					),
				}),
			),
			program: z
				.object({
					fileName: redactedColumn,
					path: redactedColumn,
					folderClass,
					commandLine: redactedColumn,
					sha256: z.string(),
					sha1: z.string(),
					renamed: z.boolean(),
					user: redactedColumn,
					elevated: z.boolean(),
					chain: z.array(redactedColumn),
					signer: redactedColumn.optional(),
					kind: programKind.optional(),
					release: z.object({ version: z.string(), asset: z.string() }).optional(),
					starter: redactedColumn.optional(),
					launcher: redactedColumn.optional(),
				})
				.transform(present),
			mode,
			severityReason: redactedColumn.optional(),
			exportedAt: moment.optional(),
			arrivedAt: moment.optional(),
			tokenFile: redactedColumn.optional(),
			remote: redactedColumn.optional(),
			registry: z.object({ key: redactedColumn, name: redactedColumn, value: redactedColumn }).optional(),
			formerName: redactedColumn.optional(),
			flags: z.array(z.string()).optional(),
			otherTunnels: z.array(tunnelSchema).optional(),
			quiet: z.enum(["approved", "connector", "bystander"]).optional(),
			serviceDeed: z.enum(["started-with-arguments", "written"]).optional(),
			prevalence: prevalence.optional(),
			tunnel: tunnelSchema.nullable(),
			exposes: z.array(z.object({ text: redactedColumn, class: targetClass })),
			hostname: redactedColumn,
			ownership: z.object({ verdict: z.enum(["ours", "not-ours", "cannot-tell"]), reason: redactedColumn }),
		})
		.transform(({ tunnel, rules, ...rest }) => ({
			...present(rest),
			rules: rules.map((rule) => ({
				...rule,
				evidence: rule.evidence.map(({ of, value, ...one }) => ({
					...one,
					value: value ?? (of === undefined ? nothingKept : rest.program[of]),
				})),
			})),
			tunnel: tunnel ?? undefined,
		})),
);
