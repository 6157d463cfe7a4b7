import * as z from "zod";
import { foldId } from "../defender/device-identity.ts";
import { selectRules } from "../families/select.ts";
import {
	addressOf,
	configureDestinations,
	destinationKinds,
	type LabelledSetting,
	labelledSettings,
	notifySettings,
} from "../notify/index.ts";
import type { Configured, Given } from "../notify/kind.ts";
import { portalSettings } from "../notify/portal-settings.ts";
import { readDrillSchedule } from "../watch/drill.ts";
import { answerMistakes, answerSettings } from "./answer-settings.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The service, or the emulator on this machine (`http://127.0.0.1:10002/devstoreaccount1`). */
const tableEndpoint = /^(https:\/\/[a-z0-9.-]+\/?|http:\/\/(127\.0\.0\.1|localhost):\d{1,5}\/devstoreaccount1\/?)$/;

function wholeNumber(min: number, max: number) {
	const wanted = `write a whole number from ${min} to ${max}`;
	return z
		.string()
		.regex(/^\d+$/, wanted)
		.transform(Number)
		.refine((value) => value >= min && value <= max, wanted);
}

const kindNames = destinationKinds.map((kind) => kind.name);

/** Settings of the program itself and what all destinations share: form, default, and a sentence of help. */
const ownSettings = {
	TABLE_ENDPOINT: z
		.string()
		.regex(tableEndpoint, "write https://<account>.table.core.windows.net, without a key or signature")
		.optional()
		.describe(
			"Table endpoint of the storage account that keeps the findings. The function needs it; on your machine, without it, an embedded table is used.",
		),
	TABLE_NAME: z
		.string()
		.regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/, "write 3 to 63 letters and digits, a letter first")
		.default("tunnelwatch")
		.describe("Name of the table. It is created when it is missing."),
	RULES: z
		.string()
		.default("recommended")
		.superRefine((value, context) => {
			const selected = selectRules(value);
			if (!selected.ok) context.addIssue({ code: "custom", message: selected.mistakes.join("; ") });
		})
		.describe("Rules to use: a set (`base`, `recommended`, `all`) and/or ids, separated by commas; `-id` drops one."),
	TENANT_IDS: z
		.string()
		.transform((value) =>
			value
				.split(/[\s,]+/)
				.filter((part) => part !== "")
				.map((part) => foldId(part)),
		)
		.refine((list) => list.every((id) => guid.test(id)), "write tenant ids (GUIDs), separated by commas")
		.prefault("")
		.describe("Tenants whose records are read; records of others are set aside and counted. Empty = any."),
	QUIET_HOURS: wholeNumber(1, 168)
		.prefault("24")
		.describe("Hours a device stays quiet after a notice, unless something new or worse happens."),
	QUIET_MAX_DAYS: wholeNumber(1, 90).prefault("7").describe("The quiet time doubles with each repeat up to this many days."),
	CHANGES_PER_PERIOD: wholeNumber(0, 20)
		.prefault("3")
		.describe("Notices about new evidence on one device within one quiet time; later ones wait for its end."),
	APPROVALS_FILE: z
		.string()
		.optional()
		.describe(
			"File that says which tunnels are ours (docs/approvals.md), or the https address of a blob that the identity may read. Default: `approvals.json` in the app's folder, if there is one.",
		),
	PACKAGE_SHA256: z
		.string()
		.regex(/^[0-9a-f]{64}$/, "write 64 hexadecimal digits in lower case")
		.optional()
		.describe("SHA-256 of the package that the template deployed. Health warns when another one runs."),
	DEVICE_CONTEXT: z
		.enum(["true", "false"], { error: "write true or false" })
		.prefault("false")
		.transform((text) => text === "true")
		.describe(
			"`true` also reads DeviceInfo and DeviceNetworkInfo, to show system, addresses and users. Stream both tables; their rows are parsed besides the matches.",
		),
	ROUTES_FILE: z
		.string()
		.optional()
		.describe(
			"File that says which findings go to which destination (docs/routes.md), or the https address of a blob that the identity may read. Default: `routes.json` in the app's folder, if there is one; without it, everything goes everywhere.",
		),
	FALLBACK: z
		.string()
		.transform((name) => name.toLowerCase())
		.refine((name) => addressOf(name) !== undefined, `write ${kindNames.join(" or ")}, or one of them with its label`)
		.optional()
		.describe("Destination that gets only what is urgent (high or critical) and another one has not taken for 10 minutes."),
	DIGEST_HOUR_UTC: wholeNumber(0, 23)
		.optional()
		.describe("Hour of the day for a daily digest to chats: what was held back, approved, given up. Empty = no digest."),
	WEEKLY_DRILL_UTC: z
		.string()
		.transform((value, context) => {
			const schedule = readDrillSchedule(value);
			if (schedule !== undefined) return schedule;
			context.addIssue({ code: "custom", message: "write a day and an hour, for example Tue 10" });
			return z.NEVER;
		})
		.optional()
		.describe(
			"Day and hour, UTC, of a weekly drill that sends itself, for example `Tue 10`: silent when it arrives, an alarm when it does not. Empty = none. The identity needs Azure Event Hubs Data Sender on each hub.",
		),
	...answerSettings,
	...portalSettings,
};

/** Every setting of ours. The README's table is made from this. */
export const settingSchemas: Readonly<Record<string, z.ZodType>> = { ...ownSettings, ...notifySettings };

export const settingNames: readonly string[] = Object.keys(settingSchemas);

const settingsSchema = z.object(ownSettings);

export interface Settings extends z.output<typeof settingsSchema> {
	/** Those that are switched on. */
	readonly destinations: readonly Configured[];
}

/** Further addresses: any setting of a destination with a label behind it. */
export const labelledHelp = {
	names: destinationKinds.map(({ address }) => `${address}_<LABEL>`),
	help: `A further destination, \`${kindNames[0]}-<label>\`, with a pace and a state of its own; at most 20. The destination's other settings take a label too; what is not given with the label is that without, except secrets (docs/routes.md).`,
} as const;

/** Only on a person's machine. */
export const localSettings = {
	DATA_FOLDER: {
		standard: ".tunnelwatch",
		help: "Folder of the embedded table, on your machine only; the default lies in the folder you are in.",
	},
} as const;

/** Settings the platform reads for us: they name the hub in the trigger's binding. */
export const platformSettings = {
	EVENTHUB_NAME:
		"Event Hub that the Defender streaming export writes to; several separated by commas. Each gets a trigger of its own, and costs like the first.",
	EVENTHUB_CONSUMER_GROUP: "A consumer group of its own in each hub, never `$Default`.",
	EventHub__fullyQualifiedNamespace:
		"`<namespace>.servicebus.windows.net`; with `EventHub__credential` = `managedidentity` and `EventHub__clientId`.",
} as const;

export type SettingsResult =
	| { readonly ok: true; readonly settings: Settings }
	| { readonly ok: false; readonly mistakes: readonly string[] };

/**
 * Reads all settings at once. Every mistake is named, with the fix and never with the value. An empty value is an
 * absent one: templates and portals write empty strings.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): SettingsResult {
	const given: Record<string, string> = {};
	const mistakes: string[] = [];
	const labelled = labelledSettings(Object.keys(environment)).map((one) => ({ from: one.given, name: one.name }));
	for (const { from, name } of [...settingNames.map((name) => ({ from: name, name })), ...labelled]) {
		const value = environment[from]?.trim() ?? "";
		if (value !== "" && given[name] !== undefined) mistakes.push(`${name}: it is given twice, in capitals and in small letters`);
		if (value.startsWith("@Microsoft.KeyVault(")) {
			mistakes.push(
				`${name}: the Key Vault reference is not resolved; check that the identity has "Key Vault Secrets User" on the vault and that the secret exists`,
			);
		} else if (value !== "") given[name] = value;
	}
	const result = settingsSchema.safeParse(given);
	if (!result.success) {
		// zod's own words can repeat the value ("received …"); only our own messages and a neutral sentence leave here.
		for (const issue of result.error.issues) mistakes.push(`${issue.path.join(".")}: ${issue.message}`);
	}
	const read = configureDestinations(given, { allowLoopback: isLocal(given["TABLE_ENDPOINT"]) });
	mistakes.push(...read.mistakes, ...fallbackMistakes(given), ...answerMistakes(given, environment));
	if (!result.success || mistakes.length > 0) return { ok: false, mistakes };
	return { ok: true, settings: { ...result.data, destinations: read.destinations } };
}

/** A fallback that nothing falls back from, or that is not there, would take messages away from people. */
function fallbackMistakes(given: Given): readonly string[] {
	const { FALLBACK = "" } = given;
	const fallback = FALLBACK.toLowerCase();
	const address = addressOf(fallback);
	if (address === undefined) return [];
	const names = [
		...destinationKinds.map((kind) => kind.address),
		...labelledSettings(Object.keys(given))
			.filter(isAddress)
			.map(({ name }) => name),
	];
	const others = names.filter((name) => name !== address);
	return [
		...(given[address] === undefined ? [`FALLBACK: ${fallback} is off; set ${address}`] : []),
		...(others.every((name) => given[name] === undefined)
			? [`FALLBACK: there is nothing to fall back from; set ${others.join(" or ")} too`]
			: []),
	];
}

function isAddress({ setting, kind }: LabelledSetting): boolean {
	return setting === kind.address;
}

/** With the table on this machine, destinations may be here too, without TLS: for trying things out. */
export function isLocal(tableEndpoint: string | undefined): boolean {
	return tableEndpoint === undefined || tableEndpoint.startsWith("http:");
}
