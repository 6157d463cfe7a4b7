import {
	Agent,
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	request as outgoingRequest,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../bench/random.ts";
import { readAll } from "./faulty-sink.ts";

/** "This destination got notice `sent`", stored by a process. */
export interface Mark {
	readonly workerId: number;
	/** `o|<key>|<destination>` */
	readonly row: string;
	readonly sent: number;
	readonly at: number;
}

/** A request about a notice row that did not simply succeed. */
export interface Trouble {
	readonly workerId: number;
	readonly row: string;
	readonly at: number;
}

export interface Call {
	readonly workerId: number;
	readonly at: number;
}

export interface FaultyProxy {
	/** A port of its own for each process, so that we know who did what. */
	open(workerId: number): Promise<{ readonly url: string; readonly close: () => void }>;
	readonly marks: readonly Mark[];
	readonly troubles: readonly Trouble[];
	/** When each process asked for anything. */
	readonly calls: readonly Call[];
	requests(): number;
	faults(): number;
	/** A message was just taken: the worst moment for the table to be out of reach. */
	posted(): void;
	/** From now on everything is passed on. */
	heal(): void;
}

const shares = {
	pass: 870,
	slow: 80,
	stall: 5,
	"cut before": 15,
	"answer dropped": 20,
	"answer torn": 4,
	refuse: 5,
	outage: 0.5,
} as const;

/** Between the processes and the table. `wrote` is told who has just changed something. */
export function createFaultyProxy(target: string, random: Random, wrote: (workerId: number) => void): FaultyProxy {
	const agent = new Agent({ keepAlive: true });
	const marks: Mark[] = [];
	const troubles: Trouble[] = [];
	const calls: Call[] = [];
	let faults = 0;
	let healthy = false;
	let outageUntil = 0;

	const beginOutage = () => {
		outageUntil = performance.now() + 500 + random.below(4_000);
	};
	const pickFate = (): keyof typeof shares => {
		if (healthy) return "pass";
		if (performance.now() < outageUntil) return "cut before";
		const fate = random.weighted(shares);
		if (fate === "outage") beginOutage();
		return fate;
	};

	const forward = async (workerId: number, request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const fate = pickFate();
		calls.push({ workerId, at: performance.now() });
		if (fate !== "pass") faults += 1;
		const body = await readAll(request);
		if (body === undefined) return;
		const rows = noticeRows(request.url ?? "", body);
		if (fate !== "pass" && fate !== "slow") troubles.push(...rows.map(({ row }) => ({ workerId, row, at: performance.now() })));
		if (fate === "slow") await sleep(2 + random.below(120));
		if (fate === "stall") await sleep(1_000 + random.below(3_000));
		if (fate === "cut before" || fate === "outage") {
			request.socket.destroy();
			return;
		}
		if (fate === "refuse") {
			response.writeHead(random.pick([500, 503])).end();
			return;
		}
		// Once it is on its way it arrives, even if its sender is dead by then.
		const answer = await ask(target, agent, request, body);
		if (answer === undefined) {
			request.socket.destroy();
			return;
		}
		if (request.method !== "GET" && isSuccess(answer)) {
			for (const { row, sent } of rows) if (sent !== undefined) marks.push({ workerId, row, sent, at: performance.now() });
			wrote(workerId);
		}
		if (fate === "answer dropped") {
			request.socket.destroy();
			return;
		}
		response.writeHead(answer.status, answer.headers);
		if (fate === "answer torn" && answer.body.length > 1) {
			response.write(answer.body.slice(0, answer.body.length / 2), () => request.socket.destroy());
			return;
		}
		response.end(answer.body);
	};
	return {
		async open(workerId) {
			const server = createServer((request, response) => {
				void forward(workerId, request, response);
			});
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			const { port } = server.address() as AddressInfo;
			const close = () => {
				server.close();
				server.closeAllConnections();
			};
			return { url: `http://127.0.0.1:${port}`, close };
		},
		marks,
		troubles,
		calls,
		requests: () => calls.length,
		faults: () => faults,
		posted() {
			if (random.chance(0.05)) beginOutage();
		},
		heal() {
			healthy = true;
		},
	};
}

interface TableAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** `undefined`: the emulator itself broke off. */
function ask(target: string, agent: Agent, { url, method, headers }: IncomingMessage, body: string): Promise<TableAnswer | undefined> {
	return new Promise((resolve) => {
		const failed = () => resolve(undefined);
		const request = outgoingRequest(new URL(url ?? "/", target), { agent, method, headers }, (answer) => {
			const { "transfer-encoding": _, ...rest } = answer.headers;
			readAll(answer).then((text = "") => resolve({ status: answer.statusCode ?? 502, headers: rest, body: text }), failed);
		});
		request.once("error", failed);
		request.end(body);
	});
}

/** A transaction answers 202 whatever came of it; its parts tell. */
function isSuccess({ status, body }: TableAnswer): boolean {
	return status < 300 && !/^HTTP\/1\.1 [45]/m.test(body);
}

/** The notice rows that a request is about and, where it writes one, the number of the last notice sent. */
function noticeRows(url: string, body: string): readonly { readonly row: string; readonly sent: number | undefined }[] {
	const [, named] = /RowKey='(o\|[^']*)'/.exec(decodeURIComponent(url)) ?? [];
	const written = [...body.matchAll(/^\{.*\}\r?$/gm)].map(([json]) => JSON.parse(json) as Record<string, unknown>);
	const rows = written
		// Open, or settled beside its finding: the same notice.
		.filter((row) => /^[fo]\|[^|]+\|/.test(String(row["RowKey"])))
		.map((row) => ({ row: String(row["RowKey"]).replace(/^f/, "o"), sent: Number(row["sent"]) }));
	return rows.length === 0 && named !== undefined ? [{ row: named, sent: undefined }] : rows;
}
