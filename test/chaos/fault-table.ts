import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { readOutbox } from "../../lib/outbox/outbox.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import type { Azurite } from "../azurite.ts";
import { readAll } from "./faulty-sink.ts";
import { patiently } from "./patiently.ts";
import { createStaff } from "./staff.ts";

/** What a receiver or the table does with a request. `taken`: it took it, and its answer was lost. */
type Fate = "ok" | "refused" | "hangs" | "slow" | "taken" | "resets" | number;

interface Fault {
	readonly name: string;
	/** @param n of the request, from 0 */
	readonly sink?: (n: number, isOn: boolean) => Fate;
	readonly table?: (isOn: boolean) => Fate;
	/** In the place of the receiver's address, as long as the fault is on. */
	readonly address?: string;
	readonly workers?: number;
	/** Of each worker's clock. */
	readonly skewMs?: readonly number[];
	/** A worker is killed this often while the fault is on. */
	readonly killsEveryMs?: number;
	readonly lastsMs: number;
	readonly devices: number;
	/** Told in a chat, as severe findings. */
	readonly severe?: true;
}

export const faults: readonly Fault[] = [
	{ name: "receiver down", sink: (_, isOn) => (isOn ? "resets" : "ok"), lastsMs: 30_000, devices: 20 },
	{ name: "400 to everything, then well", sink: (_, isOn) => (isOn ? 400 : "ok"), lastsMs: 30_000, devices: 20 },
	{ name: "one 404, then well", sink: (n) => (n === 0 ? 404 : "ok"), lastsMs: 1_000, devices: 20 },
	{ name: "receiver hangs", sink: (_, isOn) => (isOn ? "hangs" : "ok"), lastsMs: 30_000, devices: 20 },
	{ name: "receiver takes it, answer lost", sink: (n) => (n < 5 ? "taken" : "ok"), lastsMs: 1_000, devices: 20 },
	{ name: "TLS refused", address: "https://127.0.0.1:{port}/", lastsMs: 20_000, devices: 20 },
	{ name: "DNS failure", address: "https://receiver.invalid/", lastsMs: 20_000, devices: 20 },
	{ name: "table hangs", table: (isOn) => (isOn ? "hangs" : "ok"), lastsMs: 20_000, devices: 20 },
	{ name: "table throttled (503)", table: (isOn) => (isOn ? 503 : "ok"), lastsMs: 20_000, devices: 20 },
	{ name: "table slow (1 s a call)", table: (isOn) => (isOn ? "slow" : "ok"), lastsMs: 30_000, devices: 20 },
	{ name: "two workers at once", workers: 2, lastsMs: 1_000, devices: 100 },
	{ name: "workers killed every 3 s", workers: 2, killsEveryMs: 3_000, lastsMs: 20_000, devices: 100 },
	{ name: "clocks 10 minutes apart", workers: 2, skewMs: [-600_000, 600_000], lastsMs: 1_000, devices: 100 },
	{ name: "200 severe findings in a chat", severe: true, lastsMs: 1_000, devices: 200 },
];

interface Found {
	readonly name: string;
	readonly devices: number;
	readonly lost: number;
	readonly dead: number;
	/** Messages that came again although nobody could doubt the first. */
	readonly unexplained: number;
	readonly repeated: number;
	/** From the fault's end (or the recording, if that was later) until the last device was told. */
	readonly toldAfterS: number;
}

const tick = { data: { json: '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}' } };

/** Far more often than each minute: what a minute's wait adds is known. */
export const timerMs = 5_000;
const patienceMs = 6 * 60_000;

/**
 * One fault around the built functions, in processes of their own, on real connections. It is there before the findings come
 * and ends after a while; then the run waits until all is told.
 * @param everyMs how often the timer runs.
 */
export async function runFault(fault: Fault, azurite: Azurite, file: string, everyMs = timerMs): Promise<Found> {
	const tableName = `f${fault.name.replace(/[^a-z0-9]/gi, "")}`;
	const table = createTableStore({ connectionString: azurite.connectionString(), tableName });
	let isOn = true;
	const told = new Map<string, number>();
	const receipts: { readonly id: string; readonly isSure: boolean }[] = [];
	let requests = 0;
	const sink = await serve(async (request, response) => {
		const fate = fault.sink?.(requests++, isOn) ?? "ok";
		const body = (await readAll(request)) ?? "";
		if (fate === "ok" || fate === "taken") {
			receipts.push({ id: String(request.headers["webhook-id"] ?? body), isSure: fate === "ok" });
			for (const [device] of body.matchAll(/pc-\d{4}/g)) if (!told.has(device)) told.set(device, performance.now());
		}
		if (fate === "hangs") return;
		if (fate === "resets" || fate === "taken") request.socket.destroy();
		else response.writeHead(typeof fate === "number" ? fate : fault.severe === true ? 202 : 200).end();
	});
	const proxy = await serve(async (request, response) => {
		const fate = fault.table?.(isOn) ?? "ok";
		if (fate === "hangs") return;
		if (fate === "slow") await sleep(1_000);
		if (typeof fate === "number") {
			response.writeHead(fate).end();
			return;
		}
		const { url = "/", method, headers } = request;
		const forwarded = ask(new URL(url, azurite.url), { method, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		forwarded.on("error", () => request.socket.destroy());
		request.pipe(forwarded);
	});
	const address = () => (isOn && fault.address !== undefined ? fault.address.replace("{port}", String(sink.port)) : sink.url);
	const staff = await createStaff({
		size: fault.workers ?? 1,
		bundle: file,
		manner: "usual",
		welcome: async (id) => ({
			env: {
				TABLE_ENDPOINT: `${proxy.url}/devstoreaccount1`,
				TABLE_NAME: tableName,
				EVENTHUB_NAME: "defender",
				[fault.severe === true ? "TEAMS_WEBHOOK_URL" : "WEBHOOK_URL"]: address(),
				...skewed(fault.skewMs?.[(id - 1) % fault.skewMs.length] ?? 0),
			},
			farewell: () => undefined,
		}),
	});
	const anybody = async () => {
		for (;;) {
			const ready = staff.ready();
			const one = ready[Math.floor(Math.random() * ready.length)];
			if (one !== undefined) return one;
			await sleep(50);
		}
	};
	await patiently(() => table.ensure());
	// The fault is there before the first finding, and lasts from then on.
	while (staff.ready().length < (fault.workers ?? 1)) await sleep(50);
	const began = performance.now();
	let killed = 0;
	const killer =
		fault.killsEveryMs === undefined
			? undefined
			: setInterval(() => {
					killed += 1;
					staff.ready()[0]?.kill();
				}, fault.killsEveryMs);
	const end = sleep(fault.lastsMs).then(async () => {
		isOn = false;
		clearInterval(killer);
		// A wrong address is corrected: the app starts again.
		if (fault.address !== undefined) for (const one of staff.ready()) one.kill();
	});
	const batches = Array.from({ length: 4 }, (_, partition) => batchOf(fault, partition));
	const recorded = Promise.all(
		batches.map(async (trigger) => {
			for (;;) {
				const answer = await (await anybody()).call("detect", trigger);
				if (answer.outcome === "done") return performance.now();
				await sleep(1_000);
			}
		}),
	);
	const over = new AbortController();
	const timers = (async () => {
		while (!over.signal.aborted) {
			await Promise.all(staff.ready().map((one) => one.call("deliver", tick)));
			await sleep(everyMs);
		}
	})();
	await end;
	const since = Math.max(began + fault.lastsMs, ...(await recorded));
	while (told.size < fault.devices && performance.now() - since < patienceMs) await sleep(200);
	const last = Math.max(since, ...told.values());
	// Until nothing is owed; then one more pass, in which nothing may come again.
	const outbox = () => patiently(() => readOutbox(table, ["webhook", "teams"], new Date()));
	while ((await outbox()).owed.size > 0 && performance.now() - since < patienceMs) await sleep(200);
	await sleep(2 * everyMs);
	over.abort();
	await timers;
	const { dead } = await outbox();
	staff.close();
	sink.close();
	proxy.close();
	const groups = [...Map.groupBy(receipts, ({ id }) => id).values()];
	return {
		name: fault.name,
		devices: fault.devices,
		lost: fault.devices - told.size,
		dead: [...dead.values()].reduce((sum, count) => sum + count, 0),
		repeated: receipts.length - groups.length,
		// Each death, lost answer or hanging request explains one repeat.
		unexplained: Math.max(
			0,
			groups.reduce((sum, group) => sum + group.length - 1 - group.filter(({ isSure }) => !isSure).length, 0) - 16 * killed,
		),
		toldAfterS: Math.round((last - since) / 1_000),
	};
}

function skewed(ms: number): Readonly<Record<string, string>> {
	if (ms === 0) return {};
	const patch = `const D=Date;globalThis.Date=class extends D{constructor(...a){if(a.length)super(...a);else super(D.now()+${ms})}static now(){return D.now()+${ms}}}`;
	return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(patch)}` };
}

function batchOf({ devices, severe }: Fault, partition: number) {
	const own = Array.from({ length: devices }, (_, n) => n).filter((n) => n % 4 === partition);
	const at = new Date().toISOString();
	const bodies = own.map((n) => {
		const name = `pc-${String(n).padStart(4, "0")}`;
		const properties = {
			DeviceId: `${name}`.padEnd(40, "0"),
			DeviceName: name,
			Timestamp: at,
			ReportId: n,
			ActionType: "ProcessCreated",
			FileName: severe === true ? "svchost-update.exe" : "cloudflared.exe",
			ProcessVersionInfoOriginalFileName: "cloudflared.exe",
			ProcessVersionInfoProductName: "cloudflared",
			FolderPath: severe === true ? "C:\\Users\\Public\\svchost-update.exe" : "C:\\Users\\ana\\Downloads\\cloudflared.exe",
			ProcessCommandLine:
				severe === true ? "svchost-update.exe tunnel --url rdp://localhost:3389" : "cloudflared.exe tunnel --url http://localhost:8080",
		};
		return JSON.stringify({
			records: [
				{ time: at, tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60", category: "AdvancedHunting-DeviceProcessEvents", properties },
			],
		});
	});
	return {
		data: { collectionBytes: { bytes: bodies.map((body) => Buffer.from(body)) } },
		metadata: {
			PartitionContext: { json: JSON.stringify({ PartitionId: String(partition), EventHubName: "defender" }) },
			SystemPropertiesArray: {
				json: JSON.stringify(bodies.map((_, index) => ({ SequenceNumber: index, Offset: "0", EnqueuedTimeUtc: at }))),
			},
		},
	};
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
	const server = createServer((request, response) => void handle(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		port,
		url: `http://127.0.0.1:${port}`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}
