import { createMemory } from "../findings/judge-batch.ts";
import { createReadAhead } from "../findings/read-ahead.ts";
import { createDeviceStore } from "../knowledge/device-store.ts";
import { createLearnedReleases } from "../knowledge/learned-releases.ts";
import { createPrevalenceCounter } from "../knowledge/prevalence.ts";
import { createDispatcher, type Dispatcher } from "../outbox/deliver.ts";
import type { Destination } from "../outbox/delivery.ts";
import { createRecorder, type Recorder } from "../outbox/record.ts";
import type { Parts } from "../pipeline.ts";
import { createServerClock, listening } from "../store/server-clock.ts";
import type { Table } from "../store/table.ts";
import { createQuarantine, type Quarantine } from "../watch/quarantine.ts";
import type { ApprovalsFile } from "./approvals-file.ts";
import { nothing, policyOf, routeOf, world } from "./compose.ts";
import type { RoutesFile } from "./routes-file.ts";
import type { Settings } from "./settings.ts";

/** Steps 5 and 6 on one table, and what it remembers for step 4. */
export interface Storage extends Pick<Parts, "judge" | "learn"> {
	readonly recorder: Recorder;
	readonly dispatcher: Dispatcher;
	readonly quarantine: Quarantine;
}

/** Judging, recording, delivery and quarantine on one table. The fallback gets no notices of its own. */
export function composeStorage(
	settings: Settings,
	stored: Table,
	destinations: readonly Destination[],
	{ approvals, routes }: { readonly approvals: ApprovalsFile; readonly routes: RoutesFile },
	outside = world,
): Storage {
	const server = createServerClock(outside.clock);
	const table = listening(stored, server);
	const devices = settings.DEVICE_CONTEXT ? createDeviceStore({ ...outside, table }) : undefined;
	const readAhead = createReadAhead(table);
	const prevalence = createPrevalenceCounter({ ...outside, table });
	const releases = createLearnedReleases({ ...outside, table });
	const memory = createMemory({
		approvals: approvals.current,
		finding: readAhead.finding,
		device: devices?.find ?? nothing,
		release: releases.find,
		prevalence: prevalence.look,
	});
	const recorder = createRecorder({
		...outside,
		table,
		destinations: destinations.map((one) => one.name).filter((name) => name !== settings.FALLBACK),
		route: routeOf(settings, routes, destinations),
		policy: policyOf(settings),
		readAhead: readAhead.take,
	});
	return {
		learn: devices?.learn,
		async judge(sightings, now) {
			await Promise.all([approvals.refresh(now), routes.refresh(now)]);
			return memory(sightings, now);
		},
		recorder: {
			async record(sightings, now) {
				const recorded = await recorder.record(sightings, now);
				// Anything not counted now is counted when it is seen again; a failure must not hold up what is recorded.
				await Promise.allSettled([prevalence.note(sightings), releases.note(sightings)]);
				return recorded;
			},
		},
		dispatcher: createDispatcher({ ...outside, table, server, destinations, fallback: settings.FALLBACK }),
		quarantine: createQuarantine({ ...outside, table }),
	};
}
