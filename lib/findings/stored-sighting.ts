import * as z from "zod";
import { deviceClasses } from "../defender/device.ts";
import { redactedText } from "../secrets/redacted.ts";
import type { ProgramKind } from "../sighting/reading.ts";
import type { FolderClass, Mode, TargetClass } from "../sighting/sighting.ts";
import { jsonColumn, redactedColumn, severityColumn } from "../store/columns.ts";
import { repeated } from "./write-sighting.ts";

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

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A key that was absent stays absent, where zod would allow `undefined` in it. */
function present<T extends object>(value: T): Present<T> {
	// Nothing but the undefined ones is taken away, and those only stand under optional keys.
	return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Present<T>;
}

const spread = z.object({ devices: z.number(), since: moment, others: z.array(redactedColumn).max(3).optional() }).transform(present);

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
					likely: z.literal(true).optional(),
					release: z.object({ version: z.string(), asset: z.string() }).optional(),
					starter: redactedColumn.optional(),
					launcher: redactedColumn.optional(),
				})
				.transform(present),
			mode,
			elsewhere: z.literal(true).optional(),
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
			later: z.enum(["start", "variable"]).optional(),
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
