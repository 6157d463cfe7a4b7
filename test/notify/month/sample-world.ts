import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AnswerRequest } from "../../../lib/actions/answer.ts";
import { createAnswerPage } from "../../../lib/actions/handle-answer.ts";
import { recordAnswer } from "../../../lib/actions/record-answer.ts";
import { answersOf } from "../../../lib/app/answers.ts";
import { createApprovalsFile } from "../../../lib/app/approvals-file.ts";
import { composeDetection, knowledgeOf, world } from "../../../lib/app/compose.ts";
import { composeStorage } from "../../../lib/app/compose-storage.ts";
import type { HubReader } from "../../../lib/app/hub-reader.ts";
import { createMinute } from "../../../lib/app/minute.ts";
import { createRoutesFile } from "../../../lib/app/routes-file.ts";
import { readSettings } from "../../../lib/app/settings.ts";
import { createStreamWatch } from "../../../lib/app/stream-watch.ts";
import type { Message } from "../../../lib/defender/message.ts";
import { createSieve } from "../../../lib/detect/prefilter/prefilter.ts";
import { storedFindings } from "../../../lib/findings/stored-findings.ts";
import { afterRecording } from "../../../lib/outbox/deliver.ts";
import type { AnyNotice, Delivery, Destination } from "../../../lib/outbox/delivery.ts";
import { runPipeline } from "../../../lib/pipeline.ts";
import { openSqliteTable } from "../../../lib/store/sqlite-table.ts";
import type { Table } from "../../../lib/store/table.ts";
import { createNotebook } from "../../../lib/watch/notebook.ts";
import type { SampleRecord } from "./sample-records.ts";

/** What happens between the arrival of a message and the moment its notice is made. */
const tellsAfterMs = 800;
const origin = "https://tunnelwatch.example.net";
const taken: Delivery = { ok: true, proof: "queued" };

/** The whole product on an embedded table, with a clock that is set by hand and a chat that keeps what it is sent. */
export async function openSampleWorld() {
	const read = readSettings({
		APPROVALS_FILE: join(import.meta.dirname, "..", "..", "..", "samples", "approvals.json"),
		ACTIONS: "link",
		ACTIONS_KEY: createHash("sha256").update("a key of the pictures").digest("base64"),
		ACTIONS_URL: origin,
	});
	if (!read.ok) throw new Error(read.mistakes.join("; "));
	const { settings } = read;
	let now = new Date(0);
	const clock = () => now;
	const random = () => 0.5;
	let ids = 0;
	// Nobody waits: which of two writers is first must not depend on the machine's speed.
	const sleep = () => Promise.resolve();
	const outside = { ...world, clock, random, sleep, newId: () => `id-${++ids}` };
	// No other process writes there, so no writer makes way for one after so many milliseconds of work.
	const stored = await openSqliteTable(":memory:", "tunnelwatch", "crash", { longestMs: 0, sleep, random, now: () => 0 });
	// The table's own clock is that of the story, too.
	const table: Table = { ...stored, page: async (range, options) => ({ ...(await stored.page(range, options)), at: now }) };
	await table.ensure();

	const sent: AnyNotice[] = [];
	let answers: () => Delivery = () => taken;
	const chat: Destination = {
		name: "teams",
		send: (notice) => {
			const answer = answers();
			if (answer.ok) sent.push(notice);
			return Promise.resolve(answer);
		},
	};
	const machine: Destination = { name: "webhook", unlimited: true, send: () => Promise.resolve(taken) };
	const destinations = [chat, machine];
	const detection = composeDetection(settings);
	const approvals = createApprovalsFile(settings.APPROVALS_FILE);
	const routes = createRoutesFile(settings);
	const { recorder, dispatcher, quarantine, judge } = composeStorage(settings, table, destinations, { approvals, routes }, outside);
	const sieve = createSieve(detection.rules, []);
	const notebook = createNotebook({ ...outside, table });
	let hubEnd: number | undefined;
	const hub: HubReader = {
		hub: "defender",
		facts: () => Promise.resolve({ name: "defender", createdAt: new Date(0), partitions: [{ id: "0", begin: 0, last: hubEnd ?? -1 }] }),
		readAgain: () => Promise.resolve(),
	};
	const stream = createStreamWatch({ ...outside, table }, [hub]);
	const calm = { unread: 0, oldestUnreadMs: 0, silentMs: 0, open: [], lost: 0, problems: [] };
	const minuteWith = (DIGEST_HOUR_UTC: number | undefined) =>
		createMinute({
			...{ table, dispatcher, destinations, quarantine, approvals, routes, clock },
			settings: { FALLBACK: undefined, DIGEST_HOUR_UTC },
			rules: detection.rules.map(({ id }) => id),
			openRules: [],
			ofSettings: () => [],
			lookAtStream: (moment) => (hubEnd === undefined ? Promise.resolve(calm) : stream(moment)),
			drill: () => Promise.resolve([]),
			readAgain: () => Promise.resolve({ count: 0, failures: [] }),
		});
	const minutes = { plain: minuteWith(undefined), "with digest": minuteWith(6) };
	const keys = settings.ACTIONS_KEY;
	if (keys === undefined) throw new Error("the key of the pictures was not read");
	const page = createAnswerPage({
		...outside,
		table,
		keys,
		bytes: (count) => createHash("sha512").update(`bytes ${++ids}`).digest().subarray(0, count),
		origin,
	});
	return {
		sent,
		knowledge: knowledgeOf(settings, detection),
		answers: answersOf(settings, undefined)?.(chat.name),
		page,
		/** One batch of the hub. */
		async receive(messages: readonly Message[], moment: Date): Promise<void> {
			now = moment;
			notebook.recorded(messages.map(({ at, body }) => ({ at: { ...at, message: -1, enqueuedAt: moment }, body })));
			await runPipeline(messages, {
				...detection,
				sieve,
				clock,
				judge,
				learn: undefined,
				quarantine: quarantine.add,
				record: recorder.record,
				deliver: (recorded) => {
					now = new Date(moment.getTime() + tellsAfterMs);
					return dispatcher.deliver(recorded, afterRecording);
				},
			});
		},
		/** The timer's run at this moment. Fails if a step of it does. */
		async minute(moment: Date, which: keyof typeof minutes = "plain"): Promise<void> {
			now = moment;
			await notebook.write(now);
			await minutes[which]();
		},
		async answer(
			device: string,
			request: Omit<AnswerRequest, "by" | "how" | "verified"> & Partial<AnswerRequest>,
			moment: Date,
		): Promise<void> {
			now = moment;
			for await (const { finding } of storedFindings(table)) {
				if (finding === undefined || finding.device.name !== device) continue;
				const by = "Kim Lee" as AnswerRequest["by"];
				const recorded = await recordAnswer({ ...outside, table }, finding.key, { by, how: "page", verified: false, ...request }, moment);
				if (!recorded.ok) throw new Error(`${request.kind} of ${device} was refused: ${JSON.stringify(recorded.refusal)}`);
			}
		},
		/** What the chat says from now on. */
		answersWith(next: (() => Delivery) | undefined): void {
			answers = next ?? (() => taken);
		},
		/** From now on the hub ends at `last`; `undefined`: nobody looks at it. */
		hubEndsAt(last: number | undefined): void {
			hubEnd = last;
		},
		/** The function has read this far. */
		hubReadTo(last: number): void {
			notebook.recorded(Array.from({ length: last + 1 }, (_, message) => ({ at: { source: "defender/0", message }, body: "" })));
		},
		close: () => stored.close(),
	};
}

/** A message of the hub with these records. */
export function messageOf(...records: readonly SampleRecord[]): Message {
	return { at: { source: "defender/0", message: -1 }, body: Buffer.from(JSON.stringify({ records })) };
}
