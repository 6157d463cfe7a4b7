import { deviceTables } from "../defender/device.ts";
import { fileLimits } from "../defender/limits.ts";
import type { Message } from "../defender/message.ts";
import { isTable } from "../defender/tables.ts";
import { createLineScreens, type LineScreen } from "../detect/prefilter/line-screen.ts";
import type { Finding } from "../findings/finding.ts";
import { createConsole } from "../notify/console/console.ts";
import { type Terminal, terminalCard } from "../notify/console/terminal-card.ts";
import { tell } from "../notify/story/tell.ts";
import type { Destination } from "../outbox/delivery.ts";
import { type Delivered, nothingDelivered } from "../outbox/delivery-report.ts";
import { render } from "../outbox/render.ts";
import type { Outcome } from "../pipeline.ts";
import type { Table } from "../store/table.ts";
import { createApprovalsFile } from "./approvals-file.ts";
import { composeDestinations, composeDetection, knowledgeOf, routeOf, world } from "./compose.ts";
import { createDryRun, type DryRun } from "./dry-run.ts";
import { createRoutesFile } from "./routes-file.ts";
import type { Settings } from "./settings.ts";

export interface Screen {
	/** Absent where no card is shown as it comes: then none is made. */
	readonly write: ((text: string) => void) | undefined;
	readonly terminal: () => Terminal;
}

/** The pipeline on a person's machine. */
export interface LocalApp {
	readonly destinations: readonly string[];
	/** Requeues notices that earlier runs could not deliver. Returns remarks to print before the work begins. */
	begin(): Promise<readonly string[]>;
	run(messages: readonly Message[]): Promise<Outcome>;
	/** One pass over the due notices, as the timer does in Azure; for runs that last for days. */
	deliver(): Promise<Delivered>;
	/** Delivers owed notices, those of earlier runs included, and waits briefly for retries. Yields each pass. */
	settle(stop: AbortSignal): Promise<readonly Delivered[]>;
	/** As they stand now; those that are gone or cannot be read are left out. */
	findings(keys: readonly string[]): Promise<readonly Finding[]>;
	/** Passes over the lines of a file in which no rule can match; `undefined` when a rule has nothing to look for. */
	lineScreen(): LineScreen | undefined;
	/** A finding as the console shows it; `undefined` if it has no notice. */
	card(finding: Finding): string | undefined;
	/** Aborts the sends in progress; their notices stay owed. For a person who wants to stop now. */
	cancel(): void;
	/** What stays stored for the next run. */
	owed(): Promise<readonly Owing[]>;
}

/** What depends on whether anything is recorded. */
export type LocalWork = Omit<LocalApp, "destinations" | "lineScreen" | "card">;

export interface Owing {
	readonly destination: string;
	readonly count: number;
}

/** On `table`; without one, nothing is recorded and nothing is sent, and cards show what would be. */
export async function createLocalApp(settings: Settings, table: Table | undefined, screen: Screen): Promise<LocalApp> {
	const detection = composeDetection(settings);
	// A file is read whenever a person likes, and so is a hub from here.
	const knowledge = { ...knowledgeOf(settings, detection), isReplay: true };
	const terminal = createConsole({ ...screen, knowledge });
	const approvals = createApprovalsFile(settings.APPROVALS_FILE);
	const routes = createRoutesFile(settings);
	const destinations = [terminal, ...composeDestinations(settings, knowledge)];
	const names = destinations.map((one) => one.name);
	// The fallback is told only what another one has not taken.
	const told = names.filter((name) => name !== settings.FALLBACK);
	// Device context is learned only if something is recorded.
	const texts = settings.DEVICE_CONTEXT && table !== undefined ? deviceTables : [];
	// Small files are read without.
	let screens: { readonly make: ReturnType<typeof createLineScreens> } | undefined;
	const about = {
		destinations: told,
		lineScreen: () => {
			screens ??= { make: createLineScreens(detection.rules, texts, isKnownTable) };
			return screens.make?.();
		},
		card: (finding: Finding) => {
			const notice = render(finding, { sent: 0, countSent: 0 }, world.clock());
			return notice === undefined ? undefined : terminalCard(tell(notice, knowledge), screen.terminal());
		},
	};
	const warnings = async () => {
		const now = world.clock();
		// Without a destination there is nothing to lead anywhere.
		await Promise.all([approvals.refresh(now), ...(settings.destinations.length === 0 ? [] : [routes.refresh(now)])]);
		const ofFiles = [...approvals.mistakes(), ...approvals.warnings(now), ...routes.mistakes()];
		return [...settings.destinations.flatMap(({ warning }) => warning ?? []), ...ofFiles];
	};
	// Input that the screen did not skip is parsed whole, so the counts are exact.
	const parts = { ...detection, sieve: undefined, limits: fileLimits, clock: world.clock };
	if (table === undefined)
		return {
			...about,
			...dryWork(createDryRun(settings, parts, approvals, routeOf(settings, routes, destinations)), terminal),
			begin: warnings,
		};

	// What records is loaded only where there is a table: it is half of what a short run would load.
	const { recordingWork } = await import("./recording-work.ts");
	return { ...about, ...recordingWork(settings, table, destinations, { parts, approvals, routes, warnings }) };
}

function isKnownTable(name: string): boolean {
	return isTable(name) || (deviceTables as readonly string[]).includes(name);
}

/** Nothing is recorded or sent; at the end each finding that would be told is shown once. */
function dryWork(dry: DryRun, terminal: Destination): Omit<LocalWork, "begin"> {
	return {
		run: dry.run,
		deliver: () => Promise.resolve(nothingDelivered),
		async settle(stop) {
			for (const notice of dry.notices(world.clock())) await terminal.send(notice, stop);
			return [];
		},
		findings: (keys) => Promise.resolve(dry.findings(keys)),
		cancel: () => undefined,
		owed: () => Promise.resolve([]),
	};
}
