import * as z from "zod";
import { columns, countColumn } from "../store/columns.ts";
import { createTurns } from "../store/keyed-lock.ts";
import { partitionOf } from "../store/partitions.ts";
import type { Key, Row, Table } from "../store/table.ts";

/**
 * How much one device may add to the table within an hour. Who controls a device chooses what is seen on it: a new
 * binary a second must not become a new row a second. What is beyond the cap is counted in the device's row.
 */
export interface Growth {
	/**
	 * Runs `create` while the device has room, and counts if it says that it created a row. The cap holds within a process;
	 * each further one may add a cap of its own at most before the table tells it of the others.
	 */
	add(key: string, create: () => Promise<boolean>): Promise<void>;
}

const rowsPerDeviceHour = 60;

const hourMs = 3_600_000;
const maxTries = 4;
const mostRemembered = 10_000;
/** Omitted rows counted in memory before the count is written. */
const countedTogether = 50;

interface State {
	hour: number;
	/** Rows in the table this hour, as last read. */
	rows: number;
	/** Being created, or created and not yet in the table's count. */
	taken: number;
	/** Of these, the ones created. */
	created: number;
	/** Omitted and not yet in the table's count. */
	leftOut: number;
	/** The first omission of the hour is written at once, so that it is visible. */
	toldOfFirst: boolean;
}

export function createGrowth({ table, clock }: { readonly table: Table; readonly clock: () => Date }): Growth {
	const states = new Map<string, State>();
	const oneAtATime = createTurns();
	const hourNow = () => Math.floor(clock().getTime() / hourMs);
	const stateOf = (key: string): State => {
		const state = states.get(key) ?? { hour: hourNow(), rows: 0, taken: 0, created: 0, leftOut: 0, toldOfFirst: false };
		if (state.hour !== hourNow()) Object.assign(state, { hour: hourNow(), rows: 0, toldOfFirst: false });
		states.set(key, state);
		for (const oldest of states.keys()) {
			if (states.size <= mostRemembered) break;
			states.delete(oldest);
		}
		return state;
	};
	/** The rows of this hour after the change; `undefined` when others changed the count all the time. */
	const change = async (key: string, created: number, leftOut: number): Promise<number | undefined> => {
		for (let attempt = 0; attempt < maxTries; attempt++) {
			const address = growthAddress(key);
			const row = await table.get(address);
			const known = read(row);
			const rows = (known.hour === hourNow() ? known.rows : 0) + created;
			const values = columns({ v: 1, hour: hourNow(), rows, leftOut: known.leftOut + leftOut });
			const next = { ...address, values };
			const done = row === undefined ? await table.create(next) : await table.replace(next, row.etag);
			if (done.outcome === "written") return rows;
		}
		return undefined;
	};
	/** Writes everything pending in one change; callers that queued meanwhile find nothing left to write. */
	const tell = (key: string, state: State): Promise<void> =>
		oneAtATime(key, async () => {
			const { created, leftOut } = state;
			if (created === 0 && leftOut === 0) return;
			const rows = await change(key, created, leftOut);
			// A count that could not be written goes with the next write and uses up quota until then.
			if (rows === undefined) return;
			state.rows = rows;
			state.taken -= created;
			state.created -= created;
			state.leftOut -= leftOut;
		});
	return {
		async add(key, create) {
			const state = stateOf(key);
			if (state.rows + state.taken >= rowsPerDeviceHour) {
				state.leftOut += 1;
				if (state.toldOfFirst && state.leftOut < countedTogether) return;
				state.toldOfFirst = true;
				return tell(key, state);
			}
			state.taken += 1;
			let isNew = false;
			try {
				isNew = await create();
			} finally {
				if (!isNew) state.taken -= 1;
			}
			if (!isNew) return;
			state.created += 1;
			await tell(key, state);
		},
	};
}

export function growthAddress(key: string): Key {
	return { partitionKey: partitionOf(key), rowKey: `g|${key}` };
}

const schema = z.object({ hour: countColumn, rows: countColumn, leftOut: countColumn });

/** An unreadable row starts at zero: it is only a counter. */
function read(row: Row | undefined) {
	const found = schema.safeParse(row?.values);
	return found.success ? found.data : { hour: 0, rows: 0, leftOut: 0 };
}
