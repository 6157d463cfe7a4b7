import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";

/**
 * A zstd file can be several frames, one after the other; Node's decompressor stops after the first and drops the rest
 * without an error. Rejects with zlib's error for damage.
 */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	const source = chunks[Symbol.asyncIterator]();
	let first = await next(source);
	while (first !== undefined) {
		const unpack = createZstdDecompress();
		// What was handed over and may belong to the next frame. Back-pressure keeps it to a few chunks.
		let recent: Buffer[] = [];
		let recentStart = 0;
		const start = first;
		const feeder = (async function* feed() {
			for (let chunk: Buffer | undefined = start; chunk !== undefined; chunk = await next(source)) {
				while (recent[0] !== undefined && recentStart + recent[0].length <= unpack.bytesWritten) {
					recentStart += recent[0].length;
					recent = recent.slice(1);
				}
				recent.push(chunk);
				if (unpack.readableEnded) return;
				yield chunk;
				if (unpack.readableEnded) return;
			}
		})();
		const input = Readable.from(feeder, { highWaterMark: 1 });
		input.on("error", (error) => unpack.destroy(error));
		for await (const piece of input.pipe(unpack) as AsyncIterable<Buffer>) yield piece;
		input.destroy();
		await feeder.return(undefined);
		const rest = Buffer.concat(recent).subarray(unpack.bytesWritten - recentStart);
		first = rest.length > 0 ? rest : await next(source);
	}
}

async function next(source: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
	const got = await source.next();
	return got.done === true ? undefined : got.value;
}
