import { createHash } from "node:crypto";
import { findingKey } from "../../lib/findings/finding.ts";
import type { Random } from "../bench/random.ts";

/** One message as it lies in the hub. */
export interface StoryMessage {
	readonly body: Buffer;
	/** The matching records in it. */
	readonly records: readonly StoryRecord[];
}

export interface StoryRecord {
	/** Of the finding that it belongs to. */
	readonly key: string;
	/** As the finding remembers it. */
	readonly id: string;
}

export interface Story {
	readonly messages: readonly StoryMessage[];
	/** What each finding must come to. */
	readonly expected: ReadonlyMap<string, Expected>;
	/** Messages that cannot be read. */
	readonly poison: number;
	/** Records that kill who reads them. */
	readonly killers: number;
}

/** What a record has in AdditionalFields that kills its reader: with an escape, so that nobody knows what it holds who has not parsed it. */
export const deadly = '{"kills":"its reader\\u002e"}';

export interface Expected {
	/** Distinct matching records. */
	readonly records: ReadonlySet<string>;
	/** In how many ways the program showed itself: nobody has to hear of it more often. */
	readonly ways: ReadonlySet<string>;
}

/** Words that must never be found outside of the stream and the settings. All are invented. */
export const canaries = {
	tunnelSecret: "CANARY-tunnel-secret-0123456789a",
	webhookPath: "CANARY-webhook-path-4b1d",
	webhookKey: "CANARY-webhook-key-32-bytes-long",
	poison: "CANARY-poison-77e0",
} as const;

/** Every canary, as it is and in the form in which it travels. */
export function canaryForms(): readonly string[] {
	// Base64 of a part differs with its position in the whole; these are the positions in which we hand them out.
	return [...Object.values(canaries), base64(canaries.tunnelSecret), base64(canaries.webhookKey), token(0), token(1)];
}

const tenantId = "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60";
const startedAt = Date.now() - 3_600_000;

/** Devices on which cloudflared is seen again and again, between records of other things and messages that are broken. */
export function tellStory(devices: number, random: Random, killers = 0): Story {
	const expected = new Map<string, Expected>();
	const sightings: { json: object; record: StoryRecord }[] = [];
	for (let n = 0; n < devices; n++) {
		const deviceId = random.hex(40);
		const key = findingKey({ tenantId, id: deviceId }, "cloudflared");
		const records = new Set<string>();
		const shown = new Set<string>();
		expected.set(key, { records, ways: shown });
		// On a few so much goes on that all processes write to their findings at once.
		for (let index = n % 40 === 0 ? 60 : 6 + random.below(2); index > 0; index--) {
			const way = random.weighted({ usual: 6, "another user": 1, "another tunnel": 1, "remote desktop": 1 });
			const sighting = createSighting(deviceId, n, index, key, way);
			records.add(sighting.record.id);
			shown.add(way);
			sightings.push(sighting);
			// The export itself repeats a few.
			if (random.chance(0.04)) sightings.push(sighting);
		}
	}
	const messages: StoryMessage[] = [];
	let poison = 0;
	// Beside good records, and early: what comes after them in their partition shows whether it goes on.
	let killersLeft = killers;
	for (let rest = shuffled(sightings, random); rest.length > 0; ) {
		const own = rest.splice(0, 1 + random.below(3));
		const noise = Array.from({ length: random.below(3) }, (_, n) => otherRecord(n, random));
		const killer = killersLeft > 0 && messages.length % 5 === 2 ? [killerRecord(killersLeft--, random)] : [];
		const records = shuffled([...own.map(({ json }) => json), ...noise, ...killer], random);
		messages.push({ body: Buffer.from(JSON.stringify({ records })), records: own.map(({ record }) => record) });
		if (random.chance(0.08)) {
			poison += 1;
			messages.push({ body: random.pick(poisonBodies), records: [] });
		}
	}
	return { messages, expected, poison, killers: killers - killersLeft };
}

/**
 * How the program shows itself. Four ways: the first is told as new and each of the others as changed (or worse), which
 * a quiet period allows three times, so that nothing is left for tomorrow.
 */
const ways = {
	usual: { user: "ana", commandLine: `cloudflared.exe tunnel run --token ${token(0)}` },
	"another user": { user: "ben", commandLine: `cloudflared.exe tunnel run --token=${token(0)}` },
	"another tunnel": { user: "ana", commandLine: `cloudflared.exe --no-autoupdate tunnel run --token ${token(1)}` },
	"remote desktop": { user: "ana", commandLine: "cloudflared.exe tunnel --url rdp://localhost:3389" },
} as const;

function createSighting(deviceId: string, device: number, index: number, key: string, way: keyof typeof ways) {
	const { user, commandLine } = ways[way];
	const timestamp = new Date(startedAt + device * 1_000 + index * 60_000).toISOString();
	const reportId = 1_000 + index;
	const id = createHash("sha256").update(`DeviceProcessEvents|${deviceId}|${timestamp}|${reportId}`).digest("hex").slice(0, 12);
	const json = envelope({
		DeviceId: deviceId,
		DeviceName: `lt-${device}.corp.example.com`,
		Timestamp: timestamp,
		ReportId: reportId,
		ActionType: "ProcessCreated",
		FileName: "cloudflared.exe",
		FolderPath: "C:\\Users\\ana\\Downloads\\cloudflared.exe",
		ProcessCommandLine: commandLine,
		AccountName: user,
	});
	return { json, record: { key, id } };
}

/** Of a device of its own, so that nobody must be told of it. */
function killerRecord(n: number, random: Random): object {
	return envelope({
		DeviceId: random.hex(40),
		DeviceName: "killer.corp.example.com",
		Timestamp: new Date(startedAt).toISOString(),
		ReportId: n,
		ActionType: "ProcessCreated",
		FileName: "cloudflared.exe",
		FolderPath: "C:\\Users\\ana\\Downloads\\cloudflared.exe",
		ProcessCommandLine: "cloudflared.exe tunnel run",
		AccountName: "ana",
		AdditionalFields: deadly,
	});
}

function otherRecord(n: number, random: Random): object {
	return envelope({
		DeviceId: random.hex(40),
		DeviceName: "other.corp.example.com",
		Timestamp: new Date(startedAt).toISOString(),
		ReportId: n,
		ActionType: "ProcessCreated",
		FileName: "notepad.exe",
		FolderPath: "C:\\Windows\\System32\\notepad.exe",
		ProcessCommandLine: random.pick(["notepad.exe cloudflared.txt", "notepad.exe tunnel.txt", "notepad.exe"]),
	});
}

function envelope(properties: object): object {
	return { time: new Date(startedAt).toISOString(), tenantId, category: "AdvancedHunting-DeviceProcessEvents", properties };
}

const poisonBodies = [
	Buffer.from(`{"records":[{"properties":{"FileName":"cloudflared.exe","ProcessCommandLine":"${canaries.poison}`),
	Buffer.from(`not json: ${canaries.poison} cloudflared`),
	Buffer.from([0x1f, 0x8b, 0x00]),
	Buffer.alloc(0),
];

function token(n: number): string {
	const tunnel = `6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f3${n}`;
	return base64(JSON.stringify({ a: "0123456789abcdef0123456789abcdef", t: tunnel, s: base64(canaries.tunnelSecret) }));
}

function base64(text: string): string {
	return Buffer.from(text).toString("base64");
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
	return list
		.map((item) => ({ item, order: random.below(2 ** 30) }))
		.sort((a, b) => a.order - b.order)
		.map(({ item }) => item);
}
