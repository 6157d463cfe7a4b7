import * as z from "zod";
import { type Severity, severities } from "../detect/severity-scale.ts";
import type { Destination, FailureReason } from "../outbox/delivery.ts";
import type { PostFunction } from "./http/answer.ts";
import type { UrlCheck } from "./http/url-check.ts";
import type { CardPage } from "./page.ts";
import type { TellContext } from "./story/tell.ts";
import type { Inert } from "./text.ts";

/** Settings of a destination by name: each with its form, its default and a sentence of help. */
type Shape = Readonly<Record<string, z.ZodType>>;

type Values<S extends Shape> = { readonly [Name in keyof S]: z.output<S[Name]> };

/** Settings as they were given, by name; empty ones are absent. */
export type Given = Readonly<Record<string, string>>;

/** Where the program runs. */
export interface Place {
	/** Plain http to this very machine, for trying things out. Never where it is deployed. */
	readonly allowLoopback: boolean;
}

/** An access token of the app's identity, for a scope such as `https://service.example.com/.default`. Rejects if there is none. */
export type GetToken = (scope: string, signal: AbortSignal) => Promise<string>;

/** A destination's dependencies. */
export interface Outside extends Place {
	readonly getToken: GetToken;
	readonly post: PostFunction;
	readonly clock: () => Date;
	readonly knowledge: TellContext;
}

/** One form of a message that a receiver may want, tried on it for a person to look whether it arrived. */
export interface Trial {
	readonly letter: Inert;
	/** What people see of it: "A (message)". */
	readonly form: Inert;
	/** What to set if this form arrives and the one that is set does not. */
	readonly setting: string;
	readonly value: string;
	readonly isSet: boolean;
	readonly send: Destination["send"];
}

/** Everything particular about one destination, declared in its folder. */
interface Declaration<S extends Shape> {
	/** Part of row keys and of every log line: it never changes. */
	readonly name: string;
	/**
	 * chat: people read it, so it has a pace, storm notices, check-ins and the digest. machine: it gets every finding by
	 * itself, at once.
	 */
	readonly audience: "chat" | "machine";
	/** What is less severe is not sent there unless a setting says otherwise; absent = everything is sent. */
	readonly from?: Severity;
	readonly settings: S;
	/** The setting that switches it on. */
	readonly address: keyof S & string;
	/** Settings that the vault keeps. */
	readonly secrets: readonly (keyof S & string)[];
	/** Further settings that belong to one address: one with a label does not take them from those without. */
	readonly personal?: readonly (keyof S & string)[];
	/** It keeps an incident for each finding, so it hears when one is closed because nothing was seen any more. */
	readonly resolves?: true;
	/** Settings in the right form, with made-up values. */
	readonly example: Given;
	/** `doctor`'s advice for a failure, where this destination has better than the general one. */
	readonly fixes: Readonly<Partial<Record<FailureReason, string>>>;
	/** What to check if a test message was accepted but did not appear, for receivers whose acceptance proves little. */
	readonly arrival?: string;
	/** Looks at the form of the address. Nothing is opened. */
	check(settings: Values<S>, place: Place): UrlCheck;
	create(settings: Values<S>, outside: Outside): Pick<Destination, "send">;
	/**
	 * Test messages in each form that the receiver may want, where it accepts all of them and uses one. Imported when it
	 * is asked for: only `doctor` tries.
	 */
	readonly trials?: () => Promise<(settings: Values<S>, outside: Outside) => readonly Trial[]>;
	/** Draws its messages as people see them. Imported when it is asked for: the deployed function never draws. */
	readonly page?: () => Promise<CardPage>;
}

/** A destination whose settings are right; nothing is open yet. */
export interface Configured {
	/** Part of row keys and of every log line: the kind's name, with the label of a further address after a hyphen. */
	readonly name: string;
	readonly kind: DestinationKind;
	/** What is less severe is kept for its digest; `undefined`: nobody has said, and it is the kind's own. */
	readonly from: Severity | undefined;
	/** Worth a look, and no reason to refuse it. */
	readonly warning: string | undefined;
	open(outside: Outside): Destination;
	/** Absent where a test message in the form that is set says enough. */
	trials?(outside: Outside): Promise<readonly Trial[]>;
}

/** One entry of the list of destinations: a declaration whose settings only it can read. */
export interface DestinationKind
	extends Pick<Declaration<Shape>, "name" | "audience" | "settings" | "address" | "secrets" | "example" | "fixes" | "arrival" | "page"> {
	readonly from: Severity;
	/**
	 * Mistakes begin with the setting's name and hold no value; `configured` is absent when it is off or wrong.
	 * @param label of a further address, in lower case: its settings have the label behind their names. What it does not
	 * say it takes from the settings without a label, but never a secret or what is `personal`: those belong to one receiver.
	 */
	configure(
		given: Given,
		place: Place,
		label?: string,
	): { readonly configured: Configured | undefined; readonly mistakes: readonly string[] };
}

/** `emea` → `_EMEA`, behind the name of each setting of a further address. */
export function suffixOf(label: string | undefined): string {
	return label === undefined ? "" : `_${label.toUpperCase().replaceAll("-", "_")}`;
}

/** Makes a declaration an entry of the list. */
export function destinationKind<S extends Shape>(declared: Declaration<S>): DestinationKind {
	const {
		name,
		audience,
		from = "info",
		address,
		secrets,
		personal = [],
		resolves,
		example,
		fixes,
		arrival,
		page,
		check,
		create,
		trials,
	} = declared;
	const fromSetting = `${name.toUpperCase()}_FROM`;
	const leastSeverity = fromSchema(from, audience);
	const settings: Readonly<Record<string, z.ZodType>> = { ...declared.settings, [fromSetting]: leastSeverity };
	const kind: DestinationKind = {
		...{ name, audience, from, settings, address, secrets, example, fixes },
		...(arrival === undefined ? {} : { arrival }),
		...(page === undefined ? {} : { page }),
		configure(given, place, label) {
			const suffix = suffixOf(label);
			const never: readonly string[] = [...secrets, ...personal];
			const isOwn = (setting: string) => given[setting + suffix] !== undefined || never.includes(setting);
			const named = (setting: string) => (isOwn(setting) ? setting + suffix : setting);
			const own = Object.fromEntries(Object.keys(settings).map((setting) => [setting, given[named(setting)]]));
			const { values, mistakes: wrong } = read(declared.settings, own);
			const mistakes = [...wrong, ...read({ [fromSetting]: leastSeverity }, own).mistakes].map(
				({ setting, problem }) => `${named(setting)}: ${problem}`,
			);
			if (own[address] === undefined) return { configured: undefined, mistakes };
			const checked = check(values, place);
			const all = checked.ok ? mistakes : [...mistakes, `${named(checked.setting ?? address)}: ${checked.problem}`];
			if (!checked.ok || all.length > 0) return { configured: undefined, mistakes: all };
			const warning = checked.warning === undefined ? undefined : `${named(address)}: ${checked.warning}`;
			const fullName = label === undefined ? name : `${name}-${label}`;
			const open = (outside: Outside): Destination => ({
				...create(values, outside),
				name: fullName,
				...(audience === "machine" ? { unlimited: true } : {}),
				...(resolves === undefined ? {} : { resolves }),
			});
			const tried = trials === undefined ? {} : { trials: async (outside: Outside) => (await trials())(values, outside) };
			const least = severities.find((one) => one === own[fromSetting]);
			return { configured: { name: fullName, kind, from: least, warning, open, ...tried }, mistakes: [] };
		},
	};
	return kind;
}

function fromSchema(from: Severity, audience: "chat" | "machine"): z.ZodType {
	const rest = audience === "chat" ? "The rest stands in its digest." : "The rest is left to the others.";
	return z
		.enum(severities, { error: `write ${severities.join(", ")}` })
		.optional()
		.describe(
			`Least severity that is sent there (docs/routes.md). Default: \`${from}\`${from === "info" ? "" : ", unless there is no other kind of destination"}. ${rest}`,
		);
}

/** A wrong value is named and then taken for absent, so that it hides no other mistake. */
function read<S extends Shape>(
	settings: S,
	given: Readonly<Record<string, string | undefined>>,
): { readonly values: Values<S>; readonly mistakes: readonly { readonly setting: string; readonly problem: string }[] } {
	const mistakes: { readonly setting: string; readonly problem: string }[] = [];
	const values = Object.entries(settings).map(([name, schema]) => {
		const result = schema.safeParse(given[name]);
		if (result.success) return [name, result.data];
		for (const issue of result.error.issues) mistakes.push({ setting: name, problem: issue.message });
		return [name, schema.safeParse(undefined).data];
	});
	// Each value was read by the schema of its own name.
	return { values: Object.fromEntries(values) as Values<S>, mistakes };
}
