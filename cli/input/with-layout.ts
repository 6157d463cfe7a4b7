import { type Layout, recogniseLayout } from "./recognise.ts";

const layoutBytes = 1024 * 1024;

/** Waits for enough to recognise the layout, or for the end of what a slow pipe has to say at first. */
export async function withLayout(pieces: AsyncIterable<Buffer>): Promise<readonly [AsyncIterable<Buffer>, Layout]> {
	const iterator = pieces[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let bytes = 0;
	let begun = false;
	let hasLine = false;
	let ended = false;
	// A first line without an end says little; a terminal's or pipe's first words can be a part of it.
	while (bytes < layoutBytes && !hasLine) {
		const got = await iterator.next();
		ended = got.done === true;
		if (got.done === true) break;
		const piece = got.value;
		first.push(piece);
		bytes += piece.length;
		const from = begun ? 0 : piece.findIndex((byte) => byte > space);
		if (from === -1) continue;
		begun = true;
		hasLine = piece.includes(newline, from);
	}
	async function* all(): AsyncGenerator<Buffer> {
		yield* first;
		while (!ended) {
			const got = await iterator.next();
			if (got.done === true) return;
			yield got.value;
		}
	}
	return [all(), recogniseLayout(Buffer.concat(first).toString("utf8", 0, layoutBytes), ended)];
}

const [newline, space] = [10, 32] as const;
