import { open } from "node:fs/promises";
import { mostReviewed } from "../verdict/reviewed-json.ts";

/** A unit of text takes three bytes at most: what is cut off here is more than a reviewed file may hold. */
const mostBytes = 4 * mostReviewed;

/** The text of a file that people review, or so much of it that its reader refuses it: a path can name a device without an end. */
export async function readReviewFile(path: string): Promise<string> {
	const file = await open(path);
	try {
		const chunks: Buffer[] = [];
		let bytes = 0;
		while (bytes < mostBytes) {
			const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(65_536, mostBytes - bytes)));
			if (bytesRead === 0) break;
			bytes += bytesRead;
			chunks.push(buffer.subarray(0, bytesRead));
		}
		return Buffer.concat(chunks).toString("utf8");
	} finally {
		await file.close();
	}
}
