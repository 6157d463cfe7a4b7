import { crc32 } from "node:zlib";

export interface ZipEntry {
	readonly path: string;
	readonly bytes: Uint8Array;
}

/**
 * A zip file whose bytes depend only on names and contents: entries sorted, one fixed date, nothing compressed.
 * Archivers stamp the current time, and compressed bytes differ between versions of zlib. A package with one bundled
 * file needs no more than this.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
	const sorted = [...entries].sort((one, other) => (one.path < other.path ? -1 : 1));
	const files: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const entry of sorted) {
		const name = Buffer.from(entry.path, "utf8");
		const file = Buffer.concat([localHeader(entry, name), name, entry.bytes]);
		directory.push(centralHeader(entry, name, offset), name);
		files.push(file);
		offset += file.length;
	}
	const central = Buffer.concat(directory);
	return Buffer.concat([...files, central, endRecord(sorted.length, central.length, offset)]);
}

/** 1980-01-01 00:00, the first moment the format knows. */
const date = 0x0021;
const utf8Names = 0x0800;
const version = 20;
/** -rw-r--r-- of a regular file, as Unix writes it in the upper half. */
const mode = 0o100644 * 0x10000;

function localHeader({ bytes }: ZipEntry, name: Buffer): Buffer {
	const header = Buffer.alloc(30);
	header.writeUInt32LE(0x04034b50, 0);
	header.writeUInt16LE(version, 4);
	writeCommon(header, 6, bytes, name);
	return header;
}

function centralHeader({ bytes }: ZipEntry, name: Buffer, offset: number): Buffer {
	const header = Buffer.alloc(46);
	header.writeUInt32LE(0x02014b50, 0);
	header.writeUInt16LE(version + 3 * 256, 4); // made on Unix: readers then look at the mode
	header.writeUInt16LE(version, 6);
	writeCommon(header, 8, bytes, name);
	header.writeUInt32LE(mode, 38);
	header.writeUInt32LE(offset, 42);
	return header;
}

/** Both headers hold flags, method (0 = stored), time, date, checksum and sizes in this order. */
function writeCommon(header: Buffer, start: number, bytes: Uint8Array, name: Buffer): void {
	header.writeUInt16LE(utf8Names, start);
	header.writeUInt16LE(date, start + 6);
	header.writeUInt32LE(crc32(bytes), start + 8);
	header.writeUInt32LE(bytes.length, start + 12);
	header.writeUInt32LE(bytes.length, start + 16);
	header.writeUInt16LE(name.length, start + 20);
}

function endRecord(count: number, size: number, offset: number): Buffer {
	const record = Buffer.alloc(22);
	record.writeUInt32LE(0x06054b50, 0);
	record.writeUInt16LE(count, 8);
	record.writeUInt16LE(count, 10);
	record.writeUInt32LE(size, 12);
	record.writeUInt32LE(offset, 16);
	return record;
}
