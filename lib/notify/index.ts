import type * as z from "zod";
import type { Configured, DestinationKind, Given, Place } from "./kind.ts";
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

/** The destinations that are switched on, ready to be opened. Mistakes name the setting and hold no value. */
export function configureDestinations(
	given: Given,
	place: Place,
): { readonly destinations: readonly Configured[]; readonly mistakes: readonly string[] } {
	const read = destinationKinds.map((kind) => kind.configure(given, place));
	return {
		destinations: read.map(({ configured }) => configured).filter((one) => one !== undefined),
		mistakes: read.flatMap(({ mistakes }) => mistakes),
	};
}
