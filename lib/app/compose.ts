import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { foldId } from "../defender/device-identity.ts";
import { kqlQuery } from "../detect/kql.ts";
import { createMatcher } from "../detect/match.ts";
import type { Rule } from "../detect/rule.ts";
import { families } from "../families/index.ts";
import { redact } from "../families/redact.ts";
import { selectRules } from "../families/select.ts";
import type { Policy } from "../findings/policy.ts";
import { createPost } from "../notify/http/http.ts";
import type { Outside } from "../notify/kind.ts";
import { createPortal } from "../notify/portal.ts";
import { createRouter } from "../notify/routes/router.ts";
import type { FindRule } from "../notify/rule-facts.ts";
import type { AnswersOf, TellContext } from "../notify/story/tell.ts";
import { type Destination, sendMs } from "../outbox/delivery.ts";
import type { ChooseRoute } from "../outbox/route.ts";
import type { Parts } from "../pipeline.ts";
import { createSight } from "../sighting/sight.ts";
import type { RoutesFile } from "./routes-file.ts";
import { isLocal, type Settings } from "./settings.ts";
import { createGetToken } from "./token.ts";

/** The world, as arguments: the simulation brings its own. */
export const world = {
	clock: () => new Date(),
	random: () => Math.random(),
	sleep: async (ms: number) => {
		await setTimeout(ms);
	},
	newId: (): string => randomUUID(),
	deadline: (ms: number) => AbortSignal.timeout(ms),
};

/** Steps 1–4 as the settings want them. */
export interface Detection extends Pick<Parts, "match" | "sight" | "accepts"> {
	readonly rules: readonly Rule[];
	/** What destinations tell about a rule. */
	readonly findRule: FindRule;
}

/** Rules, matcher and tenant check from the settings. Throws if RULES is wrong, which `readSettings` has ruled out. */
export function composeDetection({ RULES, TENANT_IDS }: Settings): Detection {
	const selected = selectRules(RULES);
	// The settings were read with the same function.
	if (!selected.ok) throw new Error(`RULES: ${selected.mistakes.join("; ")}`);
	const facts = new Map(selected.rules.map((rule) => [rule.id, { ...rule, kql: kqlQuery(rule) }]));
	const tenants = new Set(TENANT_IDS);
	return {
		rules: selected.rules,
		findRule: (id) => facts.get(id),
		match: createMatcher(selected.rules),
		sight: createSight(families, redact),
		accepts: ({ tenantId }) => tenants.size === 0 || tenants.has(foldId(tenantId)),
	};
}

/** The knowledge from which messages are written. */
export function knowledgeOf({ PORTAL_URL }: Settings, { findRule }: Detection): TellContext {
	return { rules: findRule, portal: createPortal(PORTAL_URL) };
}

/** The destinations that are set, as they are in this world. */
export function composeDestinations(
	settings: Settings,
	knowledge: TellContext,
	answers?: (destination: string) => AnswersOf,
): readonly Destination[] {
	const outside = outsideOf(settings, knowledge);
	return settings.destinations.map((one) => one.open({ ...outside, knowledge: { ...knowledge, answers: answers?.(one.name) } }));
}

/** What destinations need of this world; answers are off. */
export function outsideOf(settings: Settings, knowledge: TellContext): Outside {
	return {
		clock: world.clock,
		post: createPost({ timeoutMs: sendMs }),
		getToken: createGetToken(),
		allowLoopback: isLocal(settings.TABLE_ENDPOINT),
		knowledge,
	};
}

/** Where notices go: by the table for what the settings name, and always to the others, such as the terminal. */
export function routeOf(settings: Settings, routes: RoutesFile, destinations: readonly Pick<Destination, "name">[]): ChooseRoute {
	const isSet = (name: string) => settings.destinations.some((one) => one.name === name);
	return createRouter({
		lines: routes.current,
		destinations: settings.destinations.filter(({ name }) => name !== settings.FALLBACK),
		fallback: settings.FALLBACK,
		always: destinations.map(({ name }) => name).filter((name) => !isSet(name)),
	});
}

/** Stands in for a lookup that is switched off. */
export const nothing = () => Promise.resolve(undefined);

/** The notice policy from the settings: hours and days become milliseconds. */
export function policyOf({ QUIET_HOURS, QUIET_MAX_DAYS, CHANGES_PER_PERIOD }: Settings): Policy {
	const hourMs = 3_600_000;
	return { quietMs: QUIET_HOURS * hourMs, maxQuietMs: QUIET_MAX_DAYS * 24 * hourMs, changesPerPeriod: CHANGES_PER_PERIOD };
}
