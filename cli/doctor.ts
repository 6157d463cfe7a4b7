import { randomUUID } from "node:crypto";
import { DefaultAzureCredential } from "@azure/identity";
import { openTable } from "../lib/app/open-table.ts";
import { isLocal, readSettings } from "../lib/app/settings.ts";
import { signIn } from "../lib/app/sign-in.ts";
import { checkApprovals } from "./doctor/approvals.ts";
import { terminalAsk } from "./doctor/ask.ts";
import { type Check, type Environment, type Result, runChecks } from "./doctor/check.ts";
import { checkDestinations } from "./doctor/destinations.ts";
import type { Ask } from "./doctor/forms.ts";
import { checkHubs } from "./doctor/hubs.ts";
import { checkIdentity } from "./doctor/identity.ts";
import { checkPackage, type PackageCheck } from "./doctor/package.ts";
import { checkReleases } from "./doctor/releases.ts";
import { endText, resultText } from "./doctor/report.ts";
import { checkRoutes } from "./doctor/routes.ts";
import { checkRuntime } from "./doctor/runtime.ts";
import { checkSettings } from "./doctor/settings.ts";
import { checkSignIn } from "./doctor/sign-in.ts";
import { checkSizing } from "./doctor/sizing.ts";
import { checkTable } from "./doctor/table.ts";
import { hubsOfSettings } from "./hub/address.ts";
import { connectHub } from "./hub/connection.ts";
import { printJson } from "./json-text.ts";
import { printText } from "./print-line.ts";
import { ifStopped } from "./stop-signals.ts";

export interface DoctorOptions {
	readonly sendTest: boolean;
	readonly json: boolean;
	/** Also say what the hub's own rates need and cost. */
	readonly sizing?: boolean | undefined;
	/** Address of the deployed app's health function; if given, the running package is checked too. */
	readonly health?: string | undefined;
	/** File with the checksum of the package that should run. */
	readonly package?: string | undefined;
}

const signInMs = 30_000;

/** `tunnelwatch doctor`: looks at everything the function depends on. Returns the exit code. */
export async function doctor({ sendTest, json, sizing, health, package: checksumFile }: DoctorOptions): Promise<number> {
	const results: Result[] = [];
	ifStopped(`Only the checks shown above are done.${sendTest ? " Test messages may have been sent." : ""}`);
	for await (const result of examine(process.env, sendTest, {
		sizing,
		// What is asked would stand between the objects.
		ask: json ? undefined : terminalAsk(),
		...(health === undefined ? {} : { deployed: { health, checksumFile } }),
	})) {
		results.push(result);
		if (json) printJson({ type: "check", ...result });
		else printText(resultText(result));
	}
	const has = (wanted: Result["verdict"]) => results.some(({ verdict }) => verdict === wanted);
	const code = has("failure") ? 1 : has("unconfirmed") ? 2 : 0;
	if (json) printJson({ type: "summary", ok: code === 0 });
	else printText(`\n${endText(results)}`);
	return code;
}

/** Checks that run only on request. */
interface More {
	/** Asks the person at the terminal; absent where nobody is there. */
	readonly ask?: Ask | undefined;
	readonly sizing?: boolean | undefined;
	readonly deployed?: Pick<PackageCheck, "health" | "checksumFile">;
}

/** All findings, in the order in which things depend on each other. */
export function examine(environment: Environment, sendTest: boolean, { deployed, sizing, ask }: More = {}): AsyncGenerator<Result> {
	const key = environment["FUNCTION_KEY"]?.trim() ?? "";
	const ofPackage: Check[] =
		deployed === undefined ? [] : [{ name: "package", run: async () => [await checkPackage({ ...deployed, key })] }];
	const ofSizing: Check[] =
		sizing === true ? [{ name: "sizing", run: async () => [await checkSizing(hubsOfSettings(environment), connectHub)] }] : [];
	return runChecks([...checks(environment, sendTest, ask), ...ofSizing, ...ofPackage]);
}

function checks(environment: Environment, sendTest: boolean, ask: Ask | undefined): readonly Check[] {
	const clock = () => new Date();
	const newId = () => randomUUID();
	const hubs = hubsOfSettings(environment);
	const { TABLE_ENDPOINT, TABLE_NAME } = environment;
	const read = readSettings({ TABLE_ENDPOINT, TABLE_NAME });
	const endpoint = read.ok ? read.settings.TABLE_ENDPOINT : undefined;
	const table = read.ok && endpoint !== undefined ? openTable(endpoint, read.settings.TABLE_NAME) : undefined;
	const remote = [
		...(endpoint === undefined ? [] : [!isLocal(endpoint)]),
		...(hubs.ok ? hubs.addresses.map(({ emulator }) => emulator === undefined) : []),
	];
	const needed = remote.length === 0 ? "unknown" : remote.includes(true) ? "identity" : "nothing";
	const getToken = () =>
		signIn(DefaultAzureCredential).getToken("https://storage.azure.com/.default", { abortSignal: AbortSignal.timeout(signInMs) });
	return [
		{ name: "runtime", run: async () => [checkRuntime(process.versions.node, clock())] },
		{ name: "settings", run: async () => checkSettings(environment) },
		{ name: "sign-in", run: async () => [await checkSignIn(needed, getToken)] },
		{ name: "table", run: () => checkTable({ table, newId, clock }) },
		{
			name: "hub",
			run: () => checkHubs({ hubs, connect: connectHub, group: environment["EVENTHUB_CONSUMER_GROUP"]?.trim() ?? "", clock }),
		},
		{ name: "destinations", run: () => checkDestinations({ environment, sendTest, clock, newId, ask }) },
		{ name: "identity", run: () => checkIdentity(environment) },
		{ name: "hashes", run: () => Promise.resolve(checkReleases(clock())) },
		{ name: "approvals", run: () => checkApprovals(environment["APPROVALS_FILE"], clock()) },
		{ name: "routes", run: () => checkRoutes(environment, clock()) },
	];
}
