import type * as z from "zod";
import { type Configured, type DestinationKind, type Given, type Place, suffixOf } from "./kind.ts";
import { pagerduty } from "./pagerduty/kind.ts";
import { portalSettings } from "./portal-settings.ts";
import { slack } from "./slack/kind.ts";
import { teams } from "./teams/kind.ts";
import { webhook } from "./webhook/kind.ts";

/** Every destination there is. A new one: its folder, and its line here. */
export const destinationKinds: readonly DestinationKind[] = [teams, slack, webhook, pagerduty];

/** Every setting of every destination, and what they share. */
export const notifySettings: Readonly<Record<string, z.ZodType>> = Object.assign(
	{},
	...destinationKinds.map((kind) => kind.settings),
	portalSettings,
);

/** The settings that hold a secret. */
export const secretSettings: readonly string[] = destinationKinds.flatMap((kind) => kind.secrets);

/** "TEAMS_WEBHOOK_URL or WEBHOOK_URL": what to set, or nobody is ever told. */
export const addressSettings: string = destinationKinds.map((kind) => kind.address).join(" or ");

/** A setting of a further address, such as `TEAMS_WEBHOOK_URL_EMEA`. */
export interface LabelledSetting {
	/** As it was given. */
	readonly given: string;
	/** With its label in capitals, as it is read. */
	readonly name: string;
	/** Without its label. */
	readonly setting: string;
	readonly kind: DestinationKind;
	/** In lower case: part of the destination's name. */
	readonly label: string;
}

/** Further addresses: each costs a row for each finding and one more place that a wrong address can hide in. */
const mostLabelled = 20;

const labelForm = /^[a-z0-9]{1,20}(_[a-z0-9]{1,20}){0,3}$/i;

// The longest first: of two settings of which one begins like the other, the longer one is meant.
const bySetting = destinationKinds
	.flatMap((kind) => Object.keys(kind.settings).map((setting) => ({ kind, setting })))
	.sort((a, b) => b.setting.length - a.setting.length);

/** The settings among these names that belong to further addresses. */
export function labelledSettings(names: readonly string[]): readonly LabelledSetting[] {
	return names.flatMap((given) => {
		if (Object.hasOwn(notifySettings, given)) return [];
		const found = bySetting.find(({ setting }) => given.startsWith(`${setting}_`) && labelForm.test(given.slice(setting.length + 1)));
		if (found === undefined) return [];
		const label = given
			.slice(found.setting.length + 1)
			.toLowerCase()
			.replaceAll("_", "-");
		return [{ given, name: found.setting + suffixOf(label), ...found, label }];
	});
}

/** What an address is called: the kind, and the label of a further one. */
function destinationName(kind: DestinationKind, label: string | undefined): string {
	return label === undefined ? kind.name : `${kind.name}-${label}`;
}

/** The setting that would switch on a destination of this name; `undefined`: none can have it. */
export function addressOf(name: string): string | undefined {
	for (const kind of destinationKinds) {
		if (name === kind.name) return kind.address;
		const label = name.startsWith(`${kind.name}-`) ? name.slice(kind.name.length + 1) : "";
		if (labelForm.test(label.replaceAll("-", "_")) && label === label.toLowerCase()) return kind.address + suffixOf(label);
	}
	return undefined;
}

/** The destinations that are switched on, ready to be opened. Mistakes name the setting and hold no value. */
export function configureDestinations(
	given: Given,
	place: Place,
): { readonly destinations: readonly Configured[]; readonly mistakes: readonly string[] } {
	const labelled = labelledSettings(Object.keys(given));
	const read = destinationKinds.flatMap((kind) => {
		const labels = new Set(labelled.filter((one) => one.kind === kind).map(({ label }) => label));
		return [undefined, ...[...labels].sort()].map((label) => configure(given, place, kind, label));
	});
	const destinations = read.map(({ configured }) => configured).filter((one) => one !== undefined);
	const isTooMany = destinations.filter(({ name, kind }) => name !== kind.name).length > mostLabelled;
	return {
		destinations: destinations.map((one) => withTwin(one, destinations, given)),
		// What a further address takes from the settings without a label is one mistake.
		mistakes: [
			...new Set(read.flatMap(({ mistakes }) => mistakes)),
			...(isTooMany ? [`${addressSettings}: at most ${mostLabelled} addresses can have a label`] : []),
		],
	};
}

function configure(given: Given, place: Place, kind: DestinationKind, label: string | undefined) {
	const result = kind.configure(given, place, label);
	const address = kind.address + suffixOf(label);
	if (label === undefined || given[address] !== undefined) return result;
	const alone = Object.keys(kind.settings).map((setting) => setting + suffixOf(label));
	const names = alone.filter((name) => given[name] !== undefined);
	const what = `there is no destination ${destinationName(kind, label)}; set ${address}, or take this away`;
	return { ...result, mistakes: [...result.mistakes, ...names.map((name) => `${name}: ${what}`)] };
}

/** Two with one address would tell everything twice, each at a pace of its own. */
function withTwin(one: Configured, all: readonly Configured[], given: Given): Configured {
	const addressIn = ({ name }: Configured) => given[addressOf(name) ?? ""];
	const twin = all.slice(0, all.indexOf(one)).find((other) => addressIn(other) === addressIn(one));
	if (twin === undefined) return one;
	const warning = `${addressOf(one.name)}: this is the address of ${twin.name} too, and one channel would be told twice; give each its own`;
	return { ...one, warning: one.warning === undefined ? warning : `${one.warning} ${warning}` };
}
