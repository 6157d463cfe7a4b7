import type { Sender } from "rhea";
import type { Partition } from "./partition.ts";
import { encodeStored } from "./wire.ts";

interface Reader {
	readonly link: Sender;
	/** Consumer group and partition. */
	readonly place: string;
	readonly partition: Partition;
	/** Owner level; readers without one share a place. */
	readonly level: number | undefined;
	next: number;
}

export interface Readers {
	/** Refuses the reader if one with a higher owner level has its place; closes those that must give it up. */
	open(reader: Reader): void;
	/** Resolves when the next one has opened. */
	opened(): Promise<void>;
	/** Sends what is new to all who have credit. */
	deliver(): void;
	/** From now on, nothing is sent. */
	hold(): void;
	/** Closes all, as if each place had been taken over. */
	steal(): void;
	forget(which: (reader: Reader) => boolean): void;
}

const stolen = { condition: "amqp:link:stolen", description: "A receiver with a higher epoch has this partition." };

/** The links on which events go out, each with its place in its partition. */
export function createReaders(): Readers {
	let all: readonly Reader[] = [];
	let held = false;
	const waiting: (() => void)[] = [];
	const deliver = () => {
		if (held) return;
		for (const reader of all) {
			for (
				let event = reader.partition.at(reader.next);
				event !== undefined && reader.link.sendable();
				event = reader.partition.at(reader.next)
			) {
				reader.link.send(encodeStored(event), undefined, 0);
				reader.next = event.sequenceNumber + 1;
			}
		}
	};
	return {
		open(reader) {
			const rivals = all.filter(({ place }) => place === reader.place);
			const highest = Math.max(-1, ...rivals.map(({ level }) => level ?? -1));
			if ((reader.level ?? -1) < highest) return reader.link.close(stolen);
			if (reader.level !== undefined) {
				for (const rival of rivals) rival.link.close(stolen);
				all = all.filter((other) => !rivals.includes(other));
			}
			all = [...all, reader];
			deliver();
			for (const resolve of waiting.splice(0)) resolve();
		},
		opened: () =>
			new Promise((resolve) => {
				waiting.push(resolve);
			}),
		deliver,
		hold() {
			held = true;
		},
		steal() {
			for (const { link } of all) link.close(stolen);
			all = [];
		},
		forget(which) {
			all = all.filter((reader) => !which(reader));
		},
	};
}
