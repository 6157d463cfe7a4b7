import type { LocalApp } from "../lib/app/local-app.ts";
import { readSettings } from "../lib/app/settings.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { parseHub } from "./hub/address.ts";
import { connectHub } from "./hub/connection.ts";
import { parseWanted, type WantedOptions } from "./hub/plan.ts";
import { readHubs } from "./hub/read-hubs.ts";
import { dataFolder, withApp } from "./open-app.ts";
import { printLine } from "./print-line.ts";
import { type Piece, type SessionOptions, session } from "./session.ts";

export interface RunHubOptions extends Omit<SessionOptions, "read">, WantedOptions {
	readonly consumerGroup: string;
}

const deliverEveryMs = 60_000;

/** `tunnelwatch run --event-hub`: returns the exit code. */
export async function runHub(eventHub: string, options: RunHubOptions): Promise<number> {
	const parsed = parseHub(eventHub, process.env);
	const asked = parseWanted(options);
	const mistakes = [...(parsed.ok ? [] : parsed.mistakes), ...(asked.ok ? [] : [asked.mistake])];
	if (parsed.ok && asked.ok && parsed.addresses.length > 1 && asked.wanted.from.kind === "number")
		mistakes.push("--from with a sequence number is about one hub; name only that one");
	if (!parsed.ok || !asked.ok || mistakes.length > 0) {
		printLine(mistakes.join("\n"));
		return 2;
	}
	const { wanted } = asked;
	const readings = await Promise.all(
		parsed.addresses.map(async (address) => ({
			connection: await connectHub(address),
			group: options.consumerGroup,
			wanted,
			checkpoints: createCheckpoints({ folder: dataFolder(), table: tableIdentity(), hub: `${address.host}/${address.hub}` }),
			remember: !options.whatIf,
			printLine: parsed.addresses.length === 1 ? printLine : (text: string) => printLine(`${address.hub}: ${text}`),
		})),
	);
	const all = { ...options, read: { from: "hub", name: eventHub, options: namedOptions(options) } } as const;
	return withApp(all, (app) => session(app, (stop) => pieces(readHubs(readings, stop), app), all));
}

/** What the next command has to name too, to read the same as this one did. */
function namedOptions({ consumerGroup, follow, from, to }: RunHubOptions): readonly string[] {
	return [
		...(consumerGroup === "$Default" ? [] : ["--consumer-group", consumerGroup]),
		...(from === undefined ? [] : ["--from", from]),
		...(to === undefined ? [] : ["--to", to]),
		...(follow ? ["--follow"] : []),
	];
}

async function* pieces(batches: ReturnType<typeof readHubs>, app: LocalApp): AsyncGenerator<Piece> {
	let delivered = performance.now();
	for await (const { messages, hub, partition, recorded } of batches) {
		yield { messages, where: `${hub}/${partition}`, share: undefined, recorded };
		// No timer here retries owed notices.
		if (performance.now() - delivered < deliverEveryMs) continue;
		await app.deliver();
		delivered = performance.now();
	}
}

/** What one table has recorded, another one has not: each has its own checkpoints. */
function tableIdentity(): string {
	const read = readSettings(process.env);
	if (!read.ok || read.settings.TABLE_ENDPOINT === undefined) return "embedded";
	return `${new URL(read.settings.TABLE_ENDPOINT).host}/${read.settings.TABLE_NAME}`;
}
