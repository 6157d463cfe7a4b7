import { createHash } from "node:crypto";
import type { Message } from "../../lib/defender/message.ts";
import type { DefenderRecord } from "../../lib/defender/record.ts";
import { text } from "../../lib/defender/record.ts";
import type { Match } from "../../lib/detect/match.ts";
import type { Severity } from "../../lib/detect/severity-scale.ts";
import type { Sighting } from "../../lib/sighting/sighting.ts";
import { aSighting, redacted } from "../builders.ts";
import type { FaultPlan } from "./faults.ts";

/** A word that must never be found in a row or a message. */
export const canary = "CANARY-7f3a";

/** One record of the stream, as the story has it. */
export interface Event {
	readonly device: string;
	readonly id: number;
	readonly at: number;
	readonly severity: Severity;
	readonly user: string;
	readonly approved: boolean;
}

/** What the hub hands out together, and when for the first time. */
export interface Batch {
	readonly at: number;
	readonly messages: readonly Message[];
	readonly events: readonly Event[];
	readonly poison: number;
	/** How often it comes, and whether at the same time. */
	readonly copies: number;
	readonly together: boolean;
}

const hourMs = 3_600_000;

/** A story: some devices on which something happens now and then, cut into batches that come as the plan says. */
export function tellStory(plan: FaultPlan, start: number, maxEvents: number, random: () => number): readonly Batch[] {
	const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
	const events: Event[] = [];
	const add = (device: string, at: number, change: Partial<Event> = {}) => {
		events.push({
			device,
			id: events.length,
			at: Math.round(at),
			severity: pick(["low", "medium", "medium", "high"]),
			user: pick(["ana", "ben", "chen", "dora", "eli", "fay", "gus"]),
			approved: random() < 0.15,
			...change,
		});
	};
	const kind = random();
	if (kind < 0.15) {
		// Many workers at once with the same device, which shows always the same, or always something else.
		const same = random() < 0.5 ? ({ severity: "medium", user: "ana", approved: false } as const) : {};
		for (let n = 0; n < 14; n++) add("busy", start + random() * 300, same);
	} else if (kind < 0.3) {
		// One new fact after another, none of them worse.
		for (let n = 0; n < 8; n++) add("restless", start + n * 240_000, { severity: "medium", user: `user${n}`, approved: false });
	} else {
		const horizon = pick([10 * 60_000, 10 * 60_000, hourMs, hourMs, 80 * hourMs]);
		const devices = 1 + Math.floor(random() * 3);
		for (let device = 0; device < devices; device++) {
			for (let n = 1 + Math.floor(random() * 7); n > 0; n--) add(`d${device}`, start + random() * horizon);
		}
		// Enough at once for a storm.
		if (kind > 0.97) for (let device = 0; device < 16; device++) add(`crowd${device}`, start + random() * 5_000);
	}
	events.sort((a, b) => a.at - b.at);
	return cut(events.slice(0, maxEvents), plan, random);
}

function cut(events: readonly Event[], plan: FaultPlan, random: () => number): readonly Batch[] {
	const batches: Batch[] = [];
	let rest = events;
	while (rest.length > 0) {
		const size = 1 + Math.floor(random() * 3);
		const own = rest.slice(0, size);
		rest = rest.slice(size);
		const overlap = plan.includes("D5") ? (batches.at(-1)?.events ?? []) : [];
		const all = [...overlap, ...own];
		const poison = random() < 0.15 ? [poisonMessage(batches.length)] : [];
		const late = plan.includes("D6") && random() < 0.3 ? 72 * hourMs : 0;
		const shuffled = plan.includes("D4") ? Math.round(random() * 2 * hourMs) : 0;
		const again = plan.includes("D1") || random() < 0.15;
		batches.push({
			at: Math.max(...own.map((event) => event.at)) + 1_000 + late + shuffled,
			messages: [...all.map(toMessage), ...poison],
			events: all,
			poison: poison.length,
			copies: plan.includes("D2") ? 2 : again ? 2 + Math.floor(random() * 2) : 1,
			together: plan.includes("D2"),
		});
	}
	return batches;
}

/** The last word about each device, after everything else is over. */
export function lastWords(events: readonly Event[], now: number): Batch {
	const at = Math.round(now) + 60_000;
	const devices = [...new Set(events.map((event) => event.device))];
	const last = devices.map((device, n): Event => ({ device, id: 10_000 + n, at, severity: "critical", user: "zoe", approved: false }));
	return { at, messages: last.map(toMessage), events: last, poison: 0, copies: 1, together: false };
}

export function toMessage(event: Event): Message {
	const record = {
		category: "AdvancedHunting-DeviceProcessEvents",
		time: new Date(event.at).toISOString(),
		tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
		properties: {
			DeviceId: event.device,
			Timestamp: new Date(event.at).toISOString(),
			ReportId: event.id,
			FileName: "cloudflared.exe",
			AccountName: event.user,
			ProcessCommandLine: `cloudflared tunnel run --token ${canary}`,
			AdditionalFields: JSON.stringify(event),
		},
	};
	return { at: { source: "hub/0", message: event.id }, body: Buffer.from(JSON.stringify({ records: [record] })) };
}

function poisonMessage(n: number): Message {
	return { at: { source: "hub/0", message: 1_000 + n }, body: Buffer.from(`{"records":[${canary}`) };
}

/** Detection and enrichment are pure and proven elsewhere; here a record says itself what it is. */
export function match(record: DefenderRecord): readonly Match[] {
	return text(record, "FileName") === "cloudflared.exe" ? [undefined as unknown as Match] : [];
}

export function sight(record: DefenderRecord): readonly Sighting[] {
	return [sightingOf(JSON.parse(text(record, "AdditionalFields")) as Event)];
}

export function sightingOf(event: Event): Sighting {
	const base = aSighting();
	return aSighting({
		recordId: createHash("sha256").update(`${event.device}|${event.id}`).digest("hex").slice(0, 12),
		device: { ...base.device, id: redacted(event.device), name: redacted(event.device) },
		at: new Date(event.at),
		severity: event.severity,
		program: { ...base.program, user: redacted(event.user) },
		...(event.approved ? { ownership: { verdict: "ours" as const, reason: redacted("Approved.") } } : {}),
	});
}
