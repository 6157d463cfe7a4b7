import { resolve } from "node:path";
import type { PageRequest } from "../actions/handle-answer.ts";
import type { PageResponse } from "../actions/page-response.ts";
import { deviceTables } from "../defender/device.ts";
import { decodeRecords } from "../defender/envelope.ts";
import { createSieve } from "../detect/prefilter/prefilter.ts";
import { redactError } from "../families/redact.ts";
import { addressSettings } from "../notify/index.ts";
import { afterRecording } from "../outbox/deliver.ts";
import { readOutbox } from "../outbox/outbox.ts";
import type { Recorded } from "../outbox/recorded.ts";
import type { Sighting } from "../sighting/sighting.ts";
import { newestEvent } from "../watch/newest-event.ts";
import { createNotebook } from "../watch/notebook.ts";
import { readStanding } from "../watch/problem-store.ts";
import { isSerious, type Problem, withoutEffects } from "../watch/problems.ts";
import { signInMistakes } from "./answer-settings.ts";
import { answersOf, createAnswers } from "./answers.ts";
import { createApprovalsFile } from "./approvals-file.ts";
import { createBatchReader } from "./batch-reader.ts";
import { composeDestinations, composeDetection, knowledgeOf, world } from "./compose.ts";
import { composeStorage } from "./compose-storage.ts";
import { withDeadline } from "./deadline.ts";
import { createDetect } from "./detect-batch.ts";
import { createGate } from "./gate.ts";
import { asTold, type Health, problemsOf } from "./health.ts";
import { hubAccessProblems } from "./hub-access.ts";
import { hubNameProblems } from "./hub-names.ts";
import { hubReaders } from "./hub-reader.ts";
import { hubSenders } from "./hub-sender.ts";
import type { DeliverLine, DetectLine, ErrorLine } from "./log-lines.ts";
import { createMinute } from "./minute.ts";
import { openTable } from "./open-table.ts";
import { createReadAgain } from "./read-again.ts";
import { createRoutesFile } from "./routes-file.ts";
import { packageWarning, type RunningPackage, runningPackage } from "./running-package.ts";
import { readSettings, type Settings } from "./settings.ts";
import { createStreamWatch } from "./stream-watch.ts";
import { inventedDeviceId, inventedTenant, syntheticRecord } from "./synthetic.ts";
import { createWeeklyDrill, drillDevice } from "./weekly-drill.ts";

/** What the functions call. Answers are the lines they log. */
export interface AzureApp {
	/**
	 * Rejects only if the batch could not be recorded, so that the host delivers it again.
	 *
	 * @param retryCount how often the host has tried this batch before.
	 */
	detect(bodies: unknown, triggerMetadata: unknown, retryCount?: number): Promise<readonly (DetectLine | ErrorLine)[]>;
	/** Writes down what was read since the last time. Never rejects: what the table does not take is written the next time. */
	note(): Promise<void>;
	/** Sends what is owed and does the timer's routine work. Never rejects because of a destination. */
	deliver(): Promise<readonly (DeliverLine | ErrorLine)[]>;
	/** The page on which a message is answered. Rejects when the table does not answer. */
	answer(request: PageRequest): Promise<PageResponse>;
	/** What is wrong now and what to do, and how things stand. */
	health(): Promise<Omit<Health, "ok">>;
}

/** Around the table's own deadline of 10 s. */
const tableMs = 12_000;
/**
 * @param root the folder of the app, in which `approvals.json` lies.
 * @param nodeVersion that runs it, such as 24.21.0.
 * @throws with every wrong setting named, and no value, when the settings are wrong.
 */
export function createAzureApp(
	environment: Readonly<Record<string, string | undefined>>,
	root: string,
	nodeVersion = process.versions.node,
): AzureApp {
	const { settings, endpoint } = required(environment, nodeVersion);
	const detection = composeDetection(settings);
	const host = environment["WEBSITE_HOSTNAME"];
	const destinations = composeDestinations(settings, knowledgeOf(settings, detection), answersOf(settings, host));
	const names = destinations.map((one) => one.name);
	if (destinations.length === 0) throw wrongSettings([`${addressSettings}: set at least one, or nobody is ever told`]);
	const approvals = createApprovalsFile(settings.APPROVALS_FILE, (path) => resolve(root, path));
	const routes = createRoutesFile(settings, (path) => resolve(root, path));
	const reviewed = { approvals, routes };
	const table = withDeadline(openTable(endpoint, settings.TABLE_NAME), tableMs);
	const { quarantine, recorder, dispatcher, judge, learn } = composeStorage(settings, table, destinations, reviewed);
	const notebook = createNotebook({ ...world, table });
	let running: { readonly package: RunningPackage | undefined } | undefined;
	// No rule reads the rows that describe devices: they are looked for by the names of their tables.
	const sieve = createSieve(detection.rules, settings.DEVICE_CONTEXT ? deviceTables : []);
	const drill = createWeeklyDrill({
		...world,
		table,
		schedule: settings.WEEKLY_DRILL_UTC,
		senders: hubSenders(environment),
		tenantId: settings.TENANT_IDS[0] ?? inventedTenant,
	});
	const parts = {
		...detection,
		sieve,
		clock: world.clock,
		judge,
		learn,
		quarantine: quarantine.add,
		record: async (sightings: readonly Sighting[], now: Date) => ((await drill.takes(sightings)) ? [] : recorder.record(sightings, now)),
		deliver: (recorded: readonly Recorded[]) => dispatcher.deliver(recorded, afterRecording),
	};
	const seesDrill =
		settings.WEEKLY_DRILL_UTC === undefined || decodeRecords([aDrillRecord]).records.some((one) => detection.match(one).length > 0);
	const ofSettings = (now: Date) => [
		...hubNameProblems(environment["EVENTHUB_NAME"], now),
		...hubAccessProblems(environment, now),
		...(seesDrill ? [] : [drillUnseen(now)]),
	];
	let page: ReturnType<typeof createAnswers> | undefined;
	let noteFailure: string | undefined;
	const note = () =>
		notebook.write(world.clock()).then(
			() => {
				noteFailure = undefined;
			},
			(error: unknown) => {
				noteFailure = `what was read was not noted: ${redactError(error)}`;
			},
		);
	const hubs = hubReaders(environment);
	const gate = createGate();
	const again = createBatchReader({ parts, table, sieve, gate, noteName: "again " });
	const minute = createMinute({
		table,
		dispatcher,
		destinations,
		quarantine,
		...reviewed,
		settings,
		rules: detection.rules.map((rule) => rule.id),
		openRules: sieve.open,
		clock: world.clock,
		ofSettings,
		lookAtStream: createStreamWatch({ ...world, table }, hubs, drill.sentLately),
		drill: drill.run,
		readAgain: createReadAgain({ ...world, table }, hubs, again),
	});
	return {
		detect: createDetect({ parts, table, notebook, noteFailure: () => noteFailure, sieve, gate }),
		note,
		async deliver() {
			await note();
			return minute();
		},
		answer: (request) => {
			page ??= createAnswers(settings, table, host);
			return page(request);
		},
		async health() {
			const now = world.clock();
			await Promise.all([approvals.refresh(now), routes.refresh(now)]);
			const state = await readOutbox(table, names, now);
			const { kept, overflow } = await quarantine.count(now);
			const current = [...ofSettings(now), ...problemsOf(state, reviewed, now)];
			const standing = await readStanding(table);
			running ??= { package: runningPackage(root) };
			return {
				problems: withoutEffects([...current, ...standing.filter(({ code }) => !current.some((one) => one.code === code))])
					.filter(isSerious)
					.map(asTold),
				warnings: [...approvals.warnings(now), ...packageWarning(running.package, settings.PACKAGE_SHA256)],
				...running,
				facts: {
					newestEventAt: (await newestEvent(table)) ?? null,
					owed: sum(state.owed),
					oldestOwedMs: state.oldestOwedMs,
					dead: sum(state.dead),
					quarantinedToday: kept + overflow,
				},
			};
		},
	};
}

const aDrillRecord = syntheticRecord({
	tenantId: inventedTenant,
	deviceId: inventedDeviceId(""),
	deviceName: drillDevice,
	words: "",
	at: new Date(0),
});

function drillUnseen(since: Date): Problem {
	return {
		code: "settings-wrong",
		subject: "WEEKLY_DRILL_UTC",
		since,
		what: "WEEKLY_DRILL_UTC: none of the RULES sees a drill, so it would never arrive.",
		do: "Add `base` to RULES, or take WEEKLY_DRILL_UTC away.",
	};
}

/** The bundle is made for this version; an older one lacks what it calls, and would fail batch by batch with riddles. */
const oldestNode = 22;

function required(
	environment: Readonly<Record<string, string | undefined>>,
	nodeVersion: string,
): { settings: Settings; endpoint: string } {
	const read = readSettings(environment);
	if (Number(nodeVersion.split(".")[0]) < oldestNode) {
		throw wrongSettings([
			`Node.js ${nodeVersion} runs this app, which needs ${oldestNode} or later; set the runtime version of the function app to 24`,
		]);
	}
	const missing = environment["TABLE_ENDPOINT"] ? [] : ["TABLE_ENDPOINT: set it to https://<account>.table.core.windows.net"];
	if (!read.ok) throw wrongSettings([...missing, ...read.mistakes]);
	if (read.settings.TABLE_ENDPOINT === undefined) throw wrongSettings(missing);
	const unguarded = read.settings.ACTIONS === "entra" ? signInMistakes(environment) : [];
	if (unguarded.length > 0) throw wrongSettings(unguarded);
	return { settings: read.settings, endpoint: read.settings.TABLE_ENDPOINT };
}

function wrongSettings(mistakes: readonly string[]): Error {
	return new Error(`Wrong settings: ${mistakes.join(" · ")}`);
}

function sum(counts: ReadonlyMap<string, number>): number {
	return [...counts.values()].reduce((total, count) => total + count, 0);
}
