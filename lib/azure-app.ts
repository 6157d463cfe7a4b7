import { composeDestinations, composeDetection, composeStorage, world } from "./app.ts";
import { createApprovalsFile } from "./approvals-file.ts";
import { readSettings, type Settings } from "./config.ts";
import { hubMessages } from "./defender/hub.ts";
import type { Message } from "./defender/message.ts";
import { createSieve } from "./detect/prefilter.ts";
import { afterRecording, eachMinute } from "./findings/deliver.ts";
import type { DeliverLine, DetectLine } from "./log-lines.ts";
import { runPipeline } from "./pipeline.ts";
import { createTotals } from "./totals.ts";

/** What the functions call; each answer is the one line they log. */
export interface AzureApp {
	/** Rejects only if the batch could not be recorded, so that it comes again. */
	detect(bodies: unknown, triggerMetadata: unknown): Promise<DetectLine>;
	/** Never rejects because of a destination. */
	deliver(): Promise<DeliverLine>;
	/** What is wrong now; empty when nothing is. */
	problems(): Promise<readonly string[]>;
}

/** Health as anyone with the function key may read it: what is wrong and what to do, and nothing secret. */
export interface Health {
	readonly ok: boolean;
	readonly problems: readonly string[];
}

/** Settings that are wrong keep an app from being made; that is the first thing health must be able to say. */
export async function azureHealth(app: () => AzureApp): Promise<Health> {
	let problems: readonly string[];
	try {
		problems = await app().problems();
	} catch (error) {
		problems = [error instanceof Error ? error.message : "unknown error"];
	}
	return { ok: problems.length === 0, problems };
}

/** @throws with every wrong setting named, and no value, when the settings are wrong. */
export function createAzureApp(environment: Readonly<Record<string, string | undefined>>): AzureApp {
	const { settings, endpoint } = required(environment);
	const detection = composeDetection(settings);
	const { destinations } = composeDestinations(settings, detection);
	if (destinations.length === 0) throw wrongSettings(["TEAMS_WEBHOOK_URL or WEBHOOK_URL: set at least one, or nobody is ever told"]);
	const approvals = createApprovalsFile(settings.APPROVALS_FILE);
	const storage = composeStorage(settings, endpoint, destinations, approvals);
	const parts = {
		...detection,
		// A sieve passes over what no rule can match, and no rule reads the rows that describe devices.
		sieve: settings.DEVICE_CONTEXT ? undefined : createSieve(detection.rules),
		clock: world.clock,
		judge: storage.judge,
		learn: storage.learn,
		quarantine: storage.quarantine.add,
		record: storage.recorder.record,
		deliver: (keys: readonly string[]) => storage.dispatcher.deliver(keys, afterRecording),
	};
	return {
		async detect(bodies, triggerMetadata) {
			const started = world.clock();
			const messages = hubMessages(bodies, triggerMetadata);
			const outcome = await runPipeline(messages, parts);
			const counter = createTotals(destinations.length);
			counter.add(outcome);
			return {
				event: "detect",
				...counter.totals(),
				eventAgeMs: eventAge(messages, started),
				ms: world.clock().getTime() - started.getTime(),
			};
		},
		async deliver() {
			const started = world.clock();
			const { sent, retried, dead, possibleDuplicates, left, oldestOwedMs } = await storage.dispatcher.deliverDue(eachMinute);
			const { kept, overflow } = await storage.quarantine.count(started);
			return {
				event: "deliver",
				sent,
				retried,
				dead,
				possibleDuplicates,
				owed: left + retried,
				oldestOwedMs: oldestOwedMs ?? 0,
				destinationsDown: 0,
				quarantined: kept + overflow,
				ms: world.clock().getTime() - started.getTime(),
			};
		},
		async problems() {
			await storage.quarantine.count(world.clock());
			await approvals.refresh(world.clock());
			return approvals.mistakes();
		},
	};
}

function required(environment: Readonly<Record<string, string | undefined>>): { settings: Settings; endpoint: string } {
	const read = readSettings(environment);
	const missing = environment["TABLE_ENDPOINT"] ? [] : ["TABLE_ENDPOINT: set it to https://<account>.table.core.windows.net"];
	if (!read.ok) throw wrongSettings([...missing, ...read.mistakes]);
	if (read.settings.TABLE_ENDPOINT === undefined) throw wrongSettings(missing);
	return { settings: read.settings, endpoint: read.settings.TABLE_ENDPOINT };
}

function wrongSettings(mistakes: readonly string[]): Error {
	return new Error(`Wrong settings: ${mistakes.join(" · ")}`);
}

/** How far behind the stream we are: the age of the oldest message of the batch. */
function eventAge(messages: readonly Message[], now: Date): number {
	return Math.max(0, ...messages.map(({ at }) => (at.enqueuedAt === undefined ? 0 : now.getTime() - at.enqueuedAt.getTime())));
}
