import type { NewRow, Row, Table, Values } from "../../lib/store/table.ts";
import type { FaultPlan } from "./faults.ts";
import type { Sabotage } from "./history.ts";

/** A way to be wrong, and the faults under which it must be noticed. */
export interface Mutant {
	readonly name: string;
	/** A history that notices it; the search begins here. */
	readonly seed?: number;
	readonly maxEvents?: number;
	readonly plan: FaultPlan;
	readonly seenAs: readonly string[];
	readonly sabotage: Sabotage;
}

type Change = (row: NewRow, before: Row | undefined) => Values;

/** A finding, or what one destination is owed about it or was told: open, or settled beside its finding. */
type Kind = "f|" | "o|";

function isOf(kind: Kind, rowKey: string): boolean {
	return kind === (/^f\|[^|]+$/.test(rowKey) ? "f|" : /^[fo]\|/.test(rowKey) ? "o|" : undefined);
}

/** Changes what is written to rows of one kind. */
function rewriting(role: "record" | "deliver", kind: Kind, change: Change): Sabotage {
	return {
		table(table, ofRole) {
			if (ofRole !== role) return table;
			const alter = async (row: NewRow): Promise<NewRow> => {
				if (!isOf(kind, row.rowKey)) return row;
				return { ...row, values: change(row, await table.get(row)) };
			};
			return {
				...table,
				create: async (row) => table.create(await alter(row)),
				replace: async (row, etag) => table.replace(await alter(row), etag),
				transact: async (writes) =>
					table.transact(
						await Promise.all(writes.map(async (write) => (write.kind === "remove" ? write : { ...write, row: await alter(write.row) }))),
					),
			};
		},
	};
}

/** Writes rows of one kind whatever their ETag is at that moment. */
function unconditional(kind: Kind, when: (values: Values) => boolean): Sabotage {
	return {
		memory(memory) {
			const current = async (row: NewRow, etag: string): Promise<string> =>
				isOf(kind, row.rowKey) && when(row.values) ? ((await memory.get(row))?.etag ?? etag) : etag;
			return {
				...memory,
				replace: async (row, etag) => memory.replace(row, await current(row, etag)),
				transact: async (writes) =>
					memory.transact(
						await Promise.all(
							writes.map(async (write) => (write.kind === "replace" ? { ...write, etag: await current(write.row, write.etag) } : write)),
						),
					),
			};
		},
	};
}

function isoAfter(value: unknown, ms: number): string {
	return new Date(Date.parse(String(value)) + ms).toISOString();
}

const yearMs = 365 * 24 * 3_600_000;

export const mutants: readonly Mutant[] = [
	{
		name: "only the last reason is kept",
		plan: ["S1"],
		seenAs: ["I8"],
		sabotage: rewriting("record", "f|", ({ values }) => {
			const reasons = JSON.parse(String(values["reasons"])) as Record<string, number>;
			const last = Object.entries(reasons).filter(([, n]) => n === values["want"]);
			return { ...values, reasons: JSON.stringify(Object.fromEntries(last)) };
		}),
	},
	{ name: "a finding is written without its ETag", seed: 45, plan: ["S9"], seenAs: ["I3"], sabotage: unconditional("f|", () => true) },
	{
		name: "a claim is written without its ETag",
		seed: 3,
		plan: ["S6"],
		seenAs: ["I2"],
		sabotage: unconditional("o|", (values) => values["state"] === "leased"),
	},
	{
		name: "a lease never ends",
		plan: ["C8"],
		seenAs: ["I7", "I8"],
		sabotage: rewriting("deliver", "o|", ({ values }) =>
			values["state"] === "leased" ? { ...values, leaseUntil: isoAfter(values["leaseUntil"], yearMs) } : values,
		),
	},
	{
		name: "a lease is shorter than a request",
		seed: 28,
		plan: ["S6"],
		seenAs: ["I2"],
		sabotage: rewriting("deliver", "o|", ({ values }) =>
			values["state"] === "leased" ? { ...values, leaseUntil: isoAfter(values["leaseUntil"], -90_000) } : values,
		),
	},
	{
		name: "a lease is not checked before its row is marked",
		seed: 72,
		plan: ["D3", "S18"],
		seenAs: ["I2"],
		// Whoever reads a leased row takes it for its own.
		sabotage: (() => {
			let mine = "";
			return {
				table: (table: Table, role: "record" | "deliver"): Table =>
					role === "record"
						? table
						: {
								...table,
								async replace(row, etag) {
									if (row.values["state"] === "leased") mine = String(row.values["leaseId"]);
									return table.replace(row, etag);
								},
								async get(key) {
									const row = await table.get(key);
									return row?.values["state"] === "leased" ? { ...row, values: { ...row.values, leaseId: mine } } : row;
								},
							},
			};
		})(),
	},
	{
		name: "done, although more is wanted",
		seed: 39,
		plan: ["S7"],
		seenAs: ["I1"],
		sabotage: rewriting("deliver", "o|", ({ values }) =>
			values["state"] === "due" && Number(values["attempt"]) === 0 && values["settledBy"] !== "" ? { ...values, state: "done" } : values,
		),
	},
	{
		name: "what was given up stays given up",
		seed: 43,
		plan: ["S11"],
		seenAs: ["I8"],
		sabotage: rewriting("record", "o|", ({ values }, before) =>
			before?.values["state"] === "dead" ? { ...values, state: "dead" } : values,
		),
	},
	{
		name: "the fourth change of a quiet period is swallowed",
		seed: 12,
		plan: ["D4"],
		seenAs: ["I8", "I1"],
		sabotage: {
			table: (table, role): Table =>
				role === "deliver"
					? table
					: {
							...table,
							async transact(writes) {
								const [finding] = writes;
								if (finding === undefined || finding.kind === "remove" || finding.row.values["deferredTo"] === undefined)
									return table.transact(writes);
								const values = { ...finding.row.values, want: Number(finding.row.values["want"]) - 1 };
								return table.transact([{ ...finding, row: { ...finding.row, values } }]);
							},
						},
		},
	},
	{
		name: "marked before it is sent",
		plan: ["C9"],
		seenAs: ["I1", "I8"],
		sabotage: rewriting("deliver", "o|", ({ values }) =>
			values["state"] === "leased" ? { ...values, state: "done", sent: values["want"] ?? 0 } : values,
		),
	},
	{
		name: "seen records are not remembered",
		plan: ["D1"],
		seenAs: ["I3"],
		sabotage: rewriting("record", "f|", ({ values }) => ({ ...values, seen: "" })),
	},
	{
		name: "a destination that asks for time does not get it",
		seed: 43,
		plan: ["S17"],
		seenAs: ["I6"],
		sabotage: {
			destination: (destination) => ({
				...destination,
				async send(notice, signal) {
					const delivery = await destination.send(notice, signal);
					return delivery.ok ? delivery : { ...delivery, scope: "row", retryAfterMs: undefined };
				},
			}),
		},
	},
	{
		name: "an error while recording is swallowed",
		plan: ["T5"],
		seenAs: ["I3"],
		sabotage: { parts: (parts) => ({ ...parts, record: (sightings, now) => parts.record(sightings, now).catch(() => []) }) },
	},
	{
		name: "one destination's row is left out of the transaction",
		plan: ["S9"],
		seenAs: ["I1"],
		sabotage: {
			table: (table, role): Table =>
				role === "deliver"
					? table
					: { ...table, transact: (writes) => table.transact(writes.filter((write) => !write.row.rowKey.endsWith("|webhook"))) },
		},
	},
	{
		name: "a told notice stays among the open ones",
		seed: 2,
		// It is told again each minute until the end, so a short history must do.
		maxEvents: 1,
		plan: ["S9"],
		seenAs: ["I2", "I6"],
		sabotage: {
			table: (table, role): Table =>
				role === "record" ? table : { ...table, transact: (writes) => table.transact(writes.filter((write) => write.kind !== "remove")) },
		},
	},
	{
		name: "a notice leaves the open ones whatever was wanted meanwhile",
		seed: 39,
		plan: ["S7"],
		seenAs: ["I1"],
		sabotage: {
			memory: (memory) => ({
				...memory,
				transact: async (writes) =>
					memory.transact(
						await Promise.all(
							writes.map(async (write) =>
								write.kind === "remove" ? { ...write, etag: (await memory.get(write.row))?.etag ?? "" } : write,
							),
						),
					),
			}),
		},
	},
	{
		name: "what a later version wrote is overwritten",
		seed: 4,
		plan: ["S9"],
		seenAs: ["I4"],
		sabotage: {
			table: (table, role): Table =>
				role === "deliver"
					? table
					: {
							...table,
							async page(range, options) {
								const page = await table.page(range, options);
								return { ...page, rows: page.rows.map((row) => ({ ...row, values: { ...row.values, v: 1 } })) };
							},
						},
		},
	},
	{
		name: "a failed request counts as delivered",
		plan: ["S18"],
		seenAs: ["I1", "I8"],
		sabotage: {
			destination: (destination) => ({
				...destination,
				async send(notice, signal) {
					await destination.send(notice, signal);
					return { ok: true, proof: "queued" };
				},
			}),
		},
	},
	{
		name: "a secret is kept in a row",
		plan: ["S9"],
		seenAs: ["I5"],
		sabotage: rewriting("record", "f|", ({ values }) => ({ ...values, raw: "cloudflared tunnel run --token CANARY-7f3a" })),
	},
];
