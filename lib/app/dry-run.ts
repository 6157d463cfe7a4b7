import type { Message } from "../defender/message.ts";
import { type Finding, findingKey } from "../findings/finding.ts";
import { createMemory } from "../findings/judge-batch.ts";
import { decide } from "../findings/policy.ts";
import { inspect } from "../inspect.ts";
import type { Notice } from "../outbox/delivery.ts";
import { nothingDelivered } from "../outbox/delivery-report.ts";
import { type Recorded, recordedOf } from "../outbox/recorded.ts";
import { render } from "../outbox/render.ts";
import type { ChooseRoute } from "../outbox/route.ts";
import type { Outcome } from "../pipeline.ts";
import type { ApprovalsFile } from "./approvals-file.ts";
import { nothing, policyOf, world } from "./compose.ts";
import type { Settings } from "./settings.ts";

/** The same decisions, kept in memory: what would be found and told, were it all new. What only a table knows (devices, how common a tunnel is) is left out. */
export interface DryRun {
	run(messages: readonly Message[]): Promise<Outcome>;
	findings(keys: readonly string[]): readonly Finding[];
	/** One for each finding that would be told. */
	notices(now: Date): readonly Notice[];
}

/** Starts with no findings and writes nothing. `route` says to whom a notice would be owed. */
export function createDryRun(
	settings: Settings,
	parts: Parameters<typeof inspect>[1],
	approvals: ApprovalsFile,
	route: ChooseRoute,
): DryRun {
	const findings = new Map<string, Finding>();
	const policy = policyOf(settings);
	const judge = createMemory({
		approvals: approvals.current,
		finding: (key) => Promise.resolve(findings.get(key)),
		device: nothing,
		release: nothing,
		prevalence: () => Promise.resolve({}),
	});
	const recordOne = (key: string, group: Parameters<typeof decide>[1], now: Date): Recorded => {
		const decision = decide(findings.get(key), group, now, policy);
		if (decision.reason !== "repeat") findings.set(key, decision.finding);
		const tells = decision.reason === "repeat" ? [] : route(decision.finding).tells;
		return recordedOf(key, decision, group.length, (kinds) => tells.map((destination) => ({ destination, kinds })));
	};
	return {
		async run(messages) {
			const now = world.clock();
			await approvals.refresh(now);
			const inspected = inspect(messages, parts);
			const sightings = await judge(inspected.sightings, now);
			const groups = Map.groupBy(sightings, ({ device, family }) => findingKey(device, family));
			const recorded = [...groups].map(([key, group]) => recordOne(key, group, now));
			return { ...inspected, sightings, recorded, delivered: nothingDelivered, learnFailed: undefined };
		},
		findings: (keys) => keys.flatMap((key) => findings.get(key) ?? []),
		notices: (now) => [...findings.values()].flatMap((finding) => render(finding, { sent: 0, countSent: 0 }, now) ?? []),
	};
}
