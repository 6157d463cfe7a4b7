import type { AmqpError } from "rhea";
import { createPartition, type Partition } from "./partition.ts";
import { fields, hubInformation, partitionInformation, type Sent } from "./wire.ts";

export interface HubOptions {
	readonly hub: string;
	/** Further hubs of the same namespace, which are like it. */
	readonly more?: readonly string[];
	readonly partitions?: number;
	readonly consumerGroups?: readonly string[];
	/** Claims that the signed-in identity does not have. */
	readonly denied?: readonly Claim[];
	/** As many producers are turned away at first, because the hub is busy. */
	readonly busyFor?: number;
	readonly now?: () => Date;
}

type Claim = "Listen" | "Send";

/** What a management request gets. */
export interface Answer {
	readonly status: number;
	readonly refused?: AmqpError;
	readonly body?: unknown;
}

export interface Hub {
	partition(id: string): Partition;
	/** Why a link to this address is refused, in the real hub's words; `undefined` when it is not. */
	refusal(address: string, claim: Claim): AmqpError | undefined;
	store(address: string, sent: Sent): void;
	/** `request`: the application properties of a management request. */
	answer(request: unknown): Answer;
}

/** Names, rights and contents of one hub; nothing of AMQP. */
export function createHub({
	hub,
	partitions = 2,
	consumerGroups = ["$Default"],
	denied = [],
	busyFor = 0,
	now = () => new Date(),
}: HubOptions): Hub {
	const log = new Map<string, Partition>(Array.from({ length: partitions }, (_, id) => [String(id), createPartition()]));
	let turn = 0;
	let busy = busyFor;
	const partitionOf = (id: string): Partition => {
		const partition = log.get(id);
		if (partition === undefined) throw new Error(`the test hub has no partition ${id}`);
		return partition;
	};
	const refusal: Hub["refusal"] = (address, claim) => {
		const { name, group, partition } = parseAddress(address);
		if (name !== hub) return notFound(name);
		if (denied.includes(claim))
			return {
				condition: "amqp:unauthorized-access",
				description: `Unauthorized access. '${claim}' claim(s) are required to perform this operation.`,
			};
		if (claim === "Send" && busy-- > 0) return { condition: "com.microsoft:server-busy", description: "The server is busy." };
		if (group !== undefined && !consumerGroups.includes(group)) return notFound(`${name}~${group}`);
		if (partition === undefined || log.has(partition)) return undefined;
		return {
			condition: "com.microsoft:argument-out-of-range",
			description: `The specified partition is invalid. It should be between 0 and ${partitions - 1}.`,
		};
	};
	return {
		partition: partitionOf,
		refusal,
		store(address, { messages, partitionKey }) {
			// A batch stays whole: one partition for all of it.
			const turned = () => String(turn++ % partitions);
			const id = parseAddress(address).partition ?? (partitionKey === undefined ? turned() : partitionForKey(partitionKey, partitions));
			for (const message of messages) partitionOf(id).append(message, now(), partitionKey);
		},
		answer(request) {
			const { name, type, partition } = fields(request);
			const id = type === "com.microsoft:partition" ? String(partition) : undefined;
			const refused = refusal(id === undefined ? String(name) : `${String(name)}/Partitions/${id}`, "Listen");
			if (refused !== undefined) return { status: refused.condition === "amqp:not-found" ? 404 : 400, refused };
			return { status: 200, body: id === undefined ? hubInformation(hub, partitions) : partitionInformation(hub, id, partitionOf(id)) };
		},
	};
}

interface Address {
	readonly name: string;
	readonly group: string | undefined;
	readonly partition: string | undefined;
}

/** `<hub>`, `<hub>/Partitions/<id>` or `<hub>/ConsumerGroups/<group>/Partitions/<id>`. */
export function parseAddress(address: string): Address {
	const [, name = "", group, partition] = /^([^/]+)(?:\/ConsumerGroups\/([^/]+))?(?:\/Partitions\/([^/]+))?$/i.exec(address) ?? [];
	return { name, group, partition };
}

function notFound(entity: string): AmqpError {
	return { condition: "amqp:not-found", description: `The messaging entity '${entity}' could not be found.` };
}

function partitionForKey(key: string, partitions: number): string {
	let hash = 0;
	for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
	return String(hash % partitions);
}
