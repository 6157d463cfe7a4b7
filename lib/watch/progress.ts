import type { Sighting } from "../sighting/sighting.ts";

/** How far an unfinished batch was recorded, so that the retry starts with the rest. */
export interface Progress {
	isDone(sighting: Sighting): boolean;
	done(sightings: readonly Sighting[]): void;
}

export interface ProgressBook {
	/** Of the batch of this partition that begins with this message; another batch starts over. */
	of(source: string, first: number): Progress;
	/** The batch is finished. */
	forget(source: string): void;
}

/** In memory only: another instance counts the recorded part as repeats, which is slower and equally correct. */
export function createProgressBook(): ProgressBook {
	const books = new Map<string, { readonly first: number; readonly done: Set<string> }>();
	return {
		of(source, first) {
			const known = books.get(source);
			const book = known?.first === first ? known : { first, done: new Set<string>() };
			books.set(source, book);
			return {
				isDone: (sighting) => book.done.has(nameOf(sighting)),
				done: (sightings) => {
					for (const one of sightings) book.done.add(nameOf(one));
				},
			};
		},
		forget: (source) => void books.delete(source),
	};
}

function nameOf({ device, family, recordId, table }: Sighting): string {
	return JSON.stringify([device.tenantId, device.id, family, table, recordId]);
}
