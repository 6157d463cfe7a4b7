import type { Finding } from "../../lib/findings/finding.ts";
import { noticeId } from "../../lib/findings/finding.ts";
import { findingAddress, readFinding } from "../../lib/findings/finding-row.ts";
import { allOwed } from "../../lib/outbox/outbox.ts";
import type { StoredOwed } from "../../lib/outbox/owed-row.ts";
import { rowsOf, type Table } from "../../lib/store/table.ts";
import { quarantinePartition } from "../../lib/watch/quarantine.ts";
import type { Call, Mark, Trouble } from "./faulty-proxy.ts";
import type { Receipt } from "./faulty-sink.ts";
import type { Story } from "./story.ts";
import { canaryForms } from "./story.ts";

/** What was seen from outside of the processes. */
export interface Evidence {
	readonly story: Story;
	readonly table: Table;
	/** Every row of the table, as text. */
	readonly rows: readonly string[];
	readonly receipts: readonly Receipt[];
	readonly marks: readonly Mark[];
	readonly troubles: readonly Trouble[];
	readonly calls: readonly Call[];
	readonly killedAt: ReadonlyMap<number, number>;
	/** What the processes wrote and why batches failed. */
	readonly said: readonly string[];
	readonly startedAt: Date;
}

/** Why a message could come twice: its sender could not know, or could not note, that it had arrived. */
type Excuse = "answer lost" | "killed before the mark" | "table out of reach";

export interface Verdict {
	readonly violations: readonly string[];
	/** Messages taken more than once. */
	readonly duplicates: Readonly<Record<Excuse, number>>;
	/** Devices about which something is owed, or about which nobody was told the last word. */
	readonly lost: number;
}

export const destination = "webhook";

/** I1, I2, I3 and I5 of a run that is over. */
export async function judge(evidence: Evidence): Promise<Verdict> {
	const findings = await readFindings(evidence);
	const owed = await readOwedRows(evidence.table);
	const lost = [...untold(evidence, findings, owed)];
	const { violations, duplicates } = countDuplicates(evidence);
	return {
		violations: [
			...lost,
			...violations,
			...toldTooOften(evidence, findings),
			...miscounted(evidence, findings),
			...(await misplaced(evidence)),
			...leaks(evidence),
		],
		duplicates,
		lost: lost.length,
	};
}

type Findings = ReadonlyMap<string, Finding>;

async function readFindings({ story, table }: Evidence): Promise<Findings> {
	const found = new Map<string, Finding>();
	for (const key of story.expected.keys()) {
		const row = await table.get(findingAddress(key));
		const finding = row === undefined ? undefined : readFinding(row).finding;
		if (finding !== undefined) found.set(key, finding);
	}
	return found;
}

export async function readOwedRows(table: Table): Promise<readonly StoredOwed[]> {
	const found: StoredOwed[] = [];
	for await (const row of allOwed(table)) found.push(row);
	return found;
}

/** I1: every device is told, up to the last notice that was wanted about it. */
function* untold({ story, receipts }: Evidence, findings: Findings, rows: readonly StoredOwed[]): Generator<string> {
	const taken = new Set(receipts.map((receipt) => receipt.noticeId));
	const owed = new Map(rows.filter((row) => row.destination === destination).map((row) => [row.key, row.owed]));
	for (const key of story.expected.keys()) {
		const finding = findings.get(key);
		const row = owed.get(key);
		if (finding === undefined || row === undefined) yield `I1 ${key} was not recorded`;
		else if (row.state !== "done" || row.sent !== finding.want)
			yield `I1 ${key} is owed notice ${finding.want} (${row.state}, sent ${row.sent})`;
		else if (finding.want === 0 || !taken.has(noticeId(finding, finding.want))) yield `I1 nobody got notice ${finding.want} of ${key}`;
	}
}

/** I2: a message comes again only if its sender could not know that it had arrived, and never once that is noted. */
function countDuplicates(evidence: Evidence): Pick<Verdict, "violations" | "duplicates"> {
	const violations: string[] = [];
	const duplicates: Record<Excuse, number> = { "answer lost": 0, "killed before the mark": 0, "table out of reach": 0 };
	const marks = Map.groupBy(evidence.marks, (mark) => mark.row);
	const troubles = Map.groupBy(evidence.troubles, (trouble) => trouble.row);
	// Settings that are wrong here have messages of their own, which tell of no device.
	const ofDevices = evidence.receipts.filter(({ noticeId }) => !noticeId.startsWith("cf-ops-"));
	for (const [id, posts] of Map.groupBy(ofDevices, (receipt) => receipt.noticeId)) {
		const { row, n } = rowOf(evidence, id);
		if (row === undefined) {
			violations.push(`I2 ${id} tells of a device on which there was nothing to find`);
			continue;
		}
		const noted = (marks.get(row) ?? []).filter((mark) => mark.sent >= n);
		const notedAt = Math.min(...noted.map((mark) => mark.at));
		for (const [index, post] of posts.entries()) {
			if (post.cameAt > notedAt) violations.push(`I2 ${id} was sent again after it had been noted as sent`);
			if (index === posts.length - 1) continue;
			const excuse = excuseOf(post, noted, troubles.get(row) ?? [], evidence);
			if (excuse === undefined) violations.push(`I2 ${id} was sent again though its sender knew${whatItDid(post, evidence)}`);
			else duplicates[excuse] += 1;
		}
	}
	return { violations, duplicates };
}

/** I2 across notices: what was told once is not told again as another notice. */
function* toldTooOften({ story }: Evidence, findings: Findings): Generator<string> {
	for (const [key, { ways }] of story.expected) {
		const { want = 0 } = findings.get(key) ?? {};
		if (want > ways.size) yield `I2 ${key} was worth ${ways.size} notices and led to ${want}`;
	}
}

/** A process that has its answer notes it within this time, or within so many calls of its own, unless something keeps it from doing so. */
const notingMs = 3_000;
const notingCalls = 20;

function excuseOf(
	post: Receipt,
	noted: readonly Mark[],
	troubles: readonly Trouble[],
	evidence: Pick<Evidence, "killedAt" | "calls">,
): Excuse | undefined {
	const { workerId, takenAt, isAnswerLost } = post;
	if (isAnswerLost) return "answer lost";
	if (noted.some((mark) => mark.workerId === workerId && mark.at >= takenAt)) return undefined;
	if (troubles.some((trouble) => trouble.workerId === workerId && trouble.at >= takenAt)) return "table out of reach";
	const { ms, calls } = lifeAfter(post, evidence);
	return ms < notingMs || (Number.isFinite(ms) && calls < notingCalls) ? "killed before the mark" : undefined;
}

/** How long the sender lived on after its message was taken, and how often it called the table then. */
function lifeAfter({ workerId, takenAt }: Receipt, { killedAt, calls }: Pick<Evidence, "killedAt" | "calls">) {
	const ms = (killedAt.get(workerId) ?? Number.POSITIVE_INFINITY) - takenAt;
	return { ms, calls: calls.filter((call) => call.workerId === workerId && call.at >= takenAt).length };
}

function whatItDid(post: Receipt, evidence: Evidence): string {
	const { ms, calls } = lifeAfter(post, evidence);
	const lived = Number.isFinite(ms) ? `was killed ${Math.round(ms)} ms later` : "was never killed";
	return `: process ${post.workerId} called the table ${calls} times after that, and ${lived}`;
}

/** `row` is `undefined` if nothing was to be told of that device. */
function rowOf({ story }: Evidence, id: string): { readonly row: string | undefined; readonly n: number } {
	const [, head = "", n] = /^cf-([0-9a-f]{12})-(\d+)$/.exec(id) ?? [];
	const key = [...story.expected.keys()].find((one) => head !== "" && one.startsWith(head));
	return { row: key === undefined ? undefined : `o|${key}|${destination}`, n: Number(n) };
}

/** I3: each distinct record is counted once, however often its batch came. */
function* miscounted({ story }: Evidence, findings: Findings): Generator<string> {
	for (const [key, { records }] of story.expected) {
		const count = findings.get(key)?.count;
		if (count !== records.size) yield `I3 ${key} counts ${count ?? "no"} records, not ${records.size}`;
	}
}

/** I3 for what cannot be read: noted once each. */
async function* quarantined({ table, startedAt }: Evidence): AsyncGenerator<string> {
	const days = new Set([startedAt, new Date()].map(quarantinePartition));
	for (const partitionKey of days) {
		for await (const row of rowsOf(table, { partitionKey, from: "q|", to: "q}" })) yield row.rowKey;
	}
}

async function misplaced(evidence: Evidence): Promise<readonly string[]> {
	const found = new Set<string>();
	for await (const name of quarantined(evidence)) found.add(name);
	const { poison, killers } = evidence.story;
	return found.size === poison + killers ? [] : [`I3 ${found.size} entries are in quarantine, not ${poison + killers}`];
}

/** I5: no secret leaves, wherever one looks. */
function* leaks({ rows, receipts, said }: Evidence): Generator<string> {
	const places = {
		"a row": rows.join("\n"),
		"a message": receipts.map(({ body, headers }) => `${body}\n${headers}`).join("\n"),
		"a log line": said.join("\n"),
	};
	for (const [place, text] of Object.entries(places)) {
		for (const [index, form] of canaryForms().entries()) if (text.includes(form)) yield `I5 canary ${index} stands in ${place}`;
	}
}
