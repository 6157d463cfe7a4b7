import type * as z from "zod";
import type { Destination } from "../outbox/delivery.ts";
import type { DestinationKind, Outside } from "./kind.ts";
import { portalSettings } from "./portal-settings.ts";
import { teams, teamsSettings } from "./teams/kind.ts";
import { webhook, webhookSettings } from "./webhook/kind.ts";

/** Every setting of every destination. A new one: its folder, its settings here and its line below. */
export const notifySettings = { ...teamsSettings, ...webhookSettings, ...portalSettings };

export type NotifySettings = z.output<z.ZodObject<typeof notifySettings>>;

export const destinationKinds: readonly DestinationKind<NotifySettings>[] = [teams, webhook];

/** The destinations that are switched on. Mistakes and warnings name the setting and hold no value. */
export function createDestinations(
	settings: NotifySettings,
	outside: Outside,
): { readonly destinations: readonly Destination[]; readonly mistakes: readonly string[]; readonly warnings: readonly string[] } {
	const created = destinationKinds.map((kind) => kind.create(settings, outside));
	const ready = created.filter((one) => one.state === "ready");
	return {
		destinations: ready.map(({ destination }) => destination),
		mistakes: created.filter((one) => one.state === "wrong").map(({ mistake }) => mistake),
		warnings: ready.map(({ warning }) => warning).filter((warning) => warning !== undefined),
	};
}
