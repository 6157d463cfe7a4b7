import { crc32, deflateSync } from "node:zlib";

/** An image as a canvas gives it: four bytes a pixel. */
export interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly rgba: Uint8Array;
}

const mostColours = 48;

/** A PNG of at most 48 colours, the most frequent ones: text on plain ground needs no more, and takes a third of the space. */
export function palettePng({ width, height, rgba }: Pixels): Buffer {
	const counts = new Map<number, number>();
	const colourAt = (at: number): number => ((rgba[at] ?? 0) << 16) | ((rgba[at + 1] ?? 0) << 8) | (rgba[at + 2] ?? 0);
	for (let at = 0; at < rgba.length; at += 4) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1);
	const palette = [...counts]
		.toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
		.slice(0, mostColours)
		.map(([colour]) => colour);
	const places = new Map(palette.map((colour, index) => [colour, index]));
	const placeOf = (colour: number): number => {
		const known = places.get(colour);
		if (known !== undefined) return known;
		const nearest = palette.reduce((best, one, index) => (distance(one, colour) < distance(palette[best] ?? 0, colour) ? index : best), 0);
		places.set(colour, nearest);
		return nearest;
	};
	const lines = Buffer.alloc((width + 1) * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = placeOf(colourAt((y * width + x) * 4));
	}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	// Eight bits a pixel, each a place in the palette.
	head.set([8, 3, 0, 0, 0], 8);
	const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", head),
		chunk("PLTE", colours),
		chunk("IDAT", deflateSync(lines, { level: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function distance(one: number, other: number): number {
	const part = (shift: number): number => ((one >> shift) & 255) - ((other >> shift) & 255);
	return part(16) ** 2 + part(8) ** 2 + part(0) ** 2;
}

function chunk(type: string, data: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	check.writeUInt32BE(crc32(named));
	return Buffer.concat([length, named, check]);
}
