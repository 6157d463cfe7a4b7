import { type Layout, recogniseLayout } from "./recognise.ts";

const layoutBytes = 1024 * 1024;

/** Waits for enough to recognise the layout, or for the end of what a slow pipe has to say at first. */
export async function withLayout(pieces: AsyncIterable<Buffer>): Promise<readonly [AsyncIterable<Buffer>, Layout]> {
	const iterator = pieces[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let text = "";
	let ended = false;
	// A first line without an end says little; a terminal's or pipe's first words can be a part of it.
	while (text.length < layoutBytes && !text.trimStart().includes("\n")) {
		const got = await iterator.next();
		ended = got.done === true;
		if (got.done === true) break;
		first.push(got.value);
		text = Buffer.concat(first).toString("utf8", 0, layoutBytes);
	}
	async function* all(): AsyncGenerator<Buffer> {
		yield* first;
		while (!ended) {
			const got = await iterator.next();
			if (got.done === true) return;
			yield got.value;
		}
	}
	return [all(), recogniseLayout(text, ended)];
}
