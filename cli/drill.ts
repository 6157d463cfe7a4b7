import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { openTable } from "../lib/app/open-table.ts";
import { readSettings } from "../lib/app/settings.ts";
import { inventedDeviceId, inventedTenant, syntheticRecord } from "../lib/app/synthetic.ts";
import { cloudflared } from "../lib/families/cloudflared/family.ts";
import { redact, redactError } from "../lib/families/redact.ts";
import { findingKey } from "../lib/findings/finding.ts";
import { type DrillStep, follow } from "./drill/follow.ts";
import { stepText } from "./drill/words.ts";
import { hubsOfSettings } from "./hub/address.ts";
import { connectHub, type HubConnection } from "./hub/connection.ts";
import { hubTrouble, troubleOf } from "./hub/trouble.ts";
import { jsonText } from "./json-text.ts";
import { printLine } from "./print-line.ts";
import { ifStopped } from "./stop-signals.ts";

export interface DrillOptions {
	/** Which of several hubs; the first one if absent. */
	readonly hub?: string | undefined;
	readonly timeoutSeconds: number;
	readonly json: boolean;
}

/** `tunnelwatch drill`: one marked sighting through everything that is deployed. Returns the exit code. */
export async function drill({ hub: wanted, timeoutSeconds, json }: DrillOptions): Promise<number> {
	// Only these: the addresses of the destinations are in a vault that the function can read, and a person need not.
	const { TABLE_ENDPOINT, TABLE_NAME, TENANT_IDS } = process.env;
	const read = readSettings({ TABLE_ENDPOINT, TABLE_NAME, TENANT_IDS });
	const hubs = hubsOfSettings(process.env);
	const address = hubs.ok
		? hubs.addresses.find(({ hub }) => wanted === undefined || hub.toLowerCase() === wanted.toLowerCase())
		: undefined;
	const endpoint = read.ok ? read.settings.TABLE_ENDPOINT : undefined;
	if (!read.ok || address === undefined || endpoint === undefined) {
		const missing = read.ok && endpoint === undefined ? ["TABLE_ENDPOINT: set it to the table that the function writes to"] : [];
		const unknown = hubs.ok && address === undefined ? ["--hub: EVENTHUB_NAME does not name this hub"] : [];
		printLine("Wrong settings; nothing was sent.");
		const mistakes = [...missing, ...(read.ok ? [] : read.mistakes), ...(hubs.ok ? [] : hubs.mistakes), ...unknown];
		for (const mistake of mistakes) printLine(`  ${mistake}`);
		return 2;
	}
	const report = (step: DrillStep) => {
		process.stdout.write(`${json ? jsonText(step) : stepText(step)}\n`);
	};
	const table = openTable(endpoint, read.settings.TABLE_NAME);
	const tenantId = read.settings.TENANT_IDS[0] ?? inventedTenant;
	const deviceId = inventedDeviceId(randomUUID());
	const key = findingKey({ tenantId: redact(tenantId), id: redact(deviceId) }, cloudflared.id);
	try {
		// Before anything is sent: a drill that cannot be watched is only noise for the people who get it.
		await table.get({ partitionKey: "drill", rowKey: "drill" });
		const at = new Date();
		const words = `THIS IS A DRILL of tunnelwatch, ${at.toISOString()}: nobody is attacking`;
		const record = syntheticRecord({ tenantId, deviceId, deviceName: "tunnelwatch-drill", words, at });
		const started = performance.now();
		const elapsed = () => Math.round(performance.now() - started);
		ifStopped("The drill may be sent: then people get its message.");
		await send(await connectHub(address), { records: [record] });
		ifStopped("The drill is sent and goes on: people get its message. `tunnelwatch findings --device tunnelwatch-drill` shows it.");
		report({ step: "sent", hub: address.hub, deviceId, ms: elapsed() });
		return await watch(
			{ table, key, timeoutMs: timeoutSeconds * 1_000, elapsed, sleep: async (ms) => void (await setTimeout(ms)) },
			report,
		);
	} catch (error) {
		printLine(redactError(error));
		return 1;
	}
}

async function watch(following: Parameters<typeof follow>[0], report: (step: DrillStep) => void): Promise<number> {
	let passed = true;
	for await (const step of follow(following)) {
		if (step.step === "timeout" || step.step === "given-up") passed = false;
		report(step);
	}
	return passed ? 0 : 1;
}

/** Once more and once again when the hub stumbles. A refusal is told at once: the SDK by itself repeats that too, for eight seconds. */
async function send(connection: HubConnection, message: object): Promise<void> {
	const producer = connection.producer();
	try {
		for (let tries = 1; ; tries++) {
			try {
				return await producer.sendBatch([{ body: Buffer.from(JSON.stringify(message)) }]);
			} catch (error) {
				if (tries === 3 || !mayPass(error)) throw new Error(hubTrouble(error, connection.address));
				await setTimeout(1_000);
			}
		}
	} finally {
		await producer.close();
	}
}

function mayPass(error: unknown): boolean {
	return error instanceof Error && "retryable" in error && error.retryable === true && troubleOf(error) !== "unauthorized";
}
