import type { AddressInfo, Socket } from "node:net";
import type { Container, EventContext, Message, Receiver, Sender } from "rhea";
import rhea from "rhea";
import "../../cli/hub/no-delay.ts";
import { type Answer, createHub, type Hub, type HubOptions, parseAddress } from "./hub.ts";
import { type StoredEvent, startOf } from "./partition.ts";
import { createReaders, type Readers } from "./readers.ts";
import { asSent, decodeSent, fields, selectorOf } from "./wire.ts";

export interface Broker {
	/** For the SDK: plain TCP on this machine, and keys that nobody checks. */
	readonly connectionString: string;
	/** Puts a body into a partition, as if it had been sent. */
	put(partition: string, body: string | Uint8Array, enqueuedAt?: Date, hub?: string): StoredEvent;
	/** What retention does: everything of the partition before this number is gone. */
	expire(partition: string, before: number, hub?: string): void;
	/** Closes every reader's link with `amqp:link:stolen`, as a reader of a higher owner level does. */
	steal(): void;
	/** Delivers nothing any more, though it says what it has. */
	hold(): void;
	/** Breaks every connection; new ones are taken. */
	drop(): void;
	/** Resolves when the next reader has opened its link. */
	reader(): Promise<void>;
	/** How many links of producers were refused. */
	refusals(): number;
	/** Bodies in the partition, oldest first. */
	bodies(partition: string, hub?: string): readonly string[];
	close(): Promise<void>;
}

const maxMessageBytes = 1_048_576;

/** As much of Event Hubs as its JavaScript SDK asks for: one namespace on a free port of this machine, in memory. */
export async function startBroker(options: HubOptions): Promise<Broker> {
	const hub = createHub(options);
	const hubs = new Map([[options.hub, hub], ...(options.more ?? []).map((name) => [name, createHub({ ...options, hub: name })] as const)]);
	// A name that no hub has is refused by the first one, in the real hub's words.
	const named = (name: string | undefined) => hubs.get(name ?? "") ?? hub;
	const readers = createReaders();
	const container = rhea.create_container({ id: "test-broker", non_fatal_errors: ["ECONNRESET", "EPIPE"], tcp_no_delay: true });
	container.sasl_server_mechanisms.enable_anonymous();
	container.sasl_server_mechanisms["MSSBCBS"] = () => ({ outcome: true, start: () => undefined });
	let refusals = 0;
	const countRefusal = () => {
		refusals++;
	};
	handleLinks(container, named, readers, countRefusal);

	const server = container.listen({
		host: "127.0.0.1",
		port: 0,
		receiver_options: { max_message_size: maxMessageBytes, autoaccept: false },
	});
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => {
		server.once("listening", resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=test;SharedAccessKey=nobody-checks;UseDevelopmentEmulator=true`,
		put(partition, body, enqueuedAt = new Date(), name?: string) {
			const event = named(name)
				.partition(partition)
				.append(asSent(typeof body === "string" ? Buffer.from(body) : body), enqueuedAt);
			readers.deliver();
			return event;
		},
		expire: (partition, before, name) => named(name).partition(partition).expire(before),
		steal: () => readers.steal(),
		drop() {
			for (const socket of sockets) socket.destroy();
		},
		hold: () => readers.hold(),
		reader: () => readers.opened(),
		refusals: () => refusals,
		bodies: (partition, name) =>
			named(name)
				.partition(partition)
				.events()
				.map(({ message }) => String(fields(message["body"])["content"])),
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => {
				server.close(resolve);
			});
		},
	};
}

type HubNamed = (name: string | undefined) => Hub;

function handleLinks(container: Container, hubNamed: HubNamed, readers: Readers, countRefusal: () => void): void {
	// Without a listener rhea throws or prints; a test that cares sees the SDK's own error.
	for (const event of ["connection_error", "session_error", "sender_error", "receiver_error", "protocol_error", "disconnected", "error"]) {
		container.on(event, () => undefined);
	}
	container.on("sender_open", ({ sender }: EventContext) => {
		if (sender !== undefined) openReader(sender, hubNamed, readers);
	});
	container.on("receiver_open", ({ receiver }: EventContext) => {
		if (receiver !== undefined && !openProducer(receiver, hubNamed)) countRefusal();
	});
	container.on("sendable", () => readers.deliver());
	container.on("sender_close", ({ sender }: EventContext) => readers.forget(({ link }) => link === sender));
	container.on("disconnected", ({ connection }: EventContext) => readers.forget(({ link }) => link.connection === connection));
	container.on("message", ({ receiver, message, delivery }: EventContext) => {
		if (receiver === undefined || message === undefined) return;
		const address = String(receiver.target.address);
		if (address === "$cbs") reply(receiver, message, { status: 202 });
		else if (isControl(address)) reply(receiver, message, answer(hubNamed, message["application_properties"]));
		else {
			hubNamed(parseAddress(address).name).store(address, decodeSent(message));
			readers.deliver();
		}
		delivery?.accept();
	});
}

/** Links for tokens and questions; every client has a pair of each. */
function isControl(address: string): boolean {
	return address === "$cbs" || address.endsWith("$management");
}

function answer(hubNamed: HubNamed, request: unknown): Answer {
	const { name } = fields(request);
	return hubNamed(typeof name === "string" ? name : undefined).answer(request);
}

function openReader(link: Sender, hubNamed: HubNamed, readers: Readers): void {
	const address = String(link.source.address);
	link.set_source(link.source);
	link.set_target(link.target);
	if (isControl(address)) return;
	const { name, group = "", partition: id = "" } = parseAddress(address);
	const hub = hubNamed(name);
	const refused = hub.refusal(address, "Listen");
	if (refused !== undefined) {
		link.close(refused);
		return;
	}
	const partition = hub.partition(id);
	const level: unknown = fields(link.properties)["com.microsoft:epoch"];
	const next = startOf(selectorOf(link.source), partition);
	readers.open({ link, place: `${name}/${group}/${id}`, partition, next, level: typeof level === "number" ? level : undefined });
}

/** False when it was refused. */
function openProducer(link: Receiver, hubNamed: HubNamed): boolean {
	const address = String(link.target.address);
	link.set_source(link.source);
	link.set_target(link.target);
	const refused = isControl(address) ? undefined : hubNamed(parseAddress(address).name).refusal(address, "Send");
	if (refused !== undefined) link.close(refused);
	return refused === undefined;
}

/** The answer goes out on the link of the same session that the request names as its return address. */
function reply(receiver: Receiver, request: Message, { status, refused, body }: Answer): void {
	const to: unknown = request["reply_to"];
	const link = receiver.session.find_sender((sender: Sender) => sender.name === to || sender.target.address === to);
	const properties = {
		"status-code": status,
		"status-description": refused?.description ?? "Accepted",
		...(refused === undefined ? {} : { "error-condition": refused.condition }),
	};
	// Encoding reads plain fields; the type also asks for the methods of a decoded message.
	link?.send({ correlation_id: request["message_id"], application_properties: properties, body: body ?? "" } as unknown as Message);
}
