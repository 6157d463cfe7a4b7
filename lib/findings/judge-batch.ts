import type { DeviceContext } from "../defender/device.ts";
import { findFamily } from "../families/find-family.ts";
import { redact } from "../families/redact.ts";
import type { Release } from "../sighting/release.ts";
import type { Prevalence, Sighting } from "../sighting/sighting.ts";
import { inParallel } from "../store/parallel.ts";
import type { Approval } from "../verdict/approvals.ts";
import { judge } from "../verdict/judge.ts";
import { rememberable } from "../verdict/remembered.ts";
import { serviceEventOf } from "../verdict/service-events.ts";
import { plainVerdictWords } from "../verdict/words.ts";
import { type Finding, findingKey } from "./finding.ts";

/** Where the background of a sighting comes from. */
export interface MemoryDeps {
	readonly approvals: () => readonly Approval[];
	readonly finding: (key: string) => Promise<Finding | undefined>;
	readonly device: (tenantId: string, deviceId: string) => Promise<DeviceContext | undefined>;
	/** What the program's SHA-1 stands for, where its row has no SHA-256. */
	readonly release: (sighting: Sighting) => Promise<Release | undefined>;
	/** Reads only: it is counted after recording. */
	readonly prevalence: (sighting: Sighting) => Promise<Prevalence>;
}

/**
 * Judges sightings with all that is known: approvals, what the device showed before (also earlier in this very batch),
 * what Defender says of the device, and how common the tunnel is in the tenant. Reads only.
 */
export function createMemory(deps: MemoryDeps): (sightings: readonly Sighting[], now: Date) => Promise<readonly Sighting[]> {
	const judgeDevice = async (key: string, group: readonly Sighting[], now: Date): Promise<ReadonlyMap<Sighting, Sighting>> => {
		const judged = new Map<Sighting, Sighting>();
		const [first] = group;
		const finding = await deps.finding(key);
		const shown = [...(finding?.tunnels ?? [])];
		const done = [...(finding?.serviceEvents ?? [])];
		const device = first === undefined ? undefined : await deps.device(first.device.tenantId, first.device.id);
		const inOrder = group.toSorted((a, b) => a.at.getTime() - b.at.getTime());
		const spread = await inParallel(inOrder, atOnce, deps.prevalence);
		const releases = await inParallel(inOrder, atOnce, deps.release);
		const taught = new Map(inOrder.flatMap(({ program: { sha1, release } }) => (release && sha1 ? [[sha1, release] as const] : [])));
		for (const [index, sighting] of inOrder.entries()) {
			const prevalence = spread[index] ?? {};
			const { account } = prevalence;
			const firstInTenant = account && sighting.at.getTime() - account.since.getTime() < newForMs;
			const remembered = upTo(shown, sighting.at);
			const release = releases[index] ?? taught.get(sighting.program.sha1);
			const serviceEvents = upTo(done, sighting.at);
			const words = findFamily(sighting.family)?.words ?? plainVerdictWords;
			const knowledge = { approvals: deps.approvals(), remembered, serviceEvents, device, release, firstInTenant, now, redact, words };
			const verdict = judge(sighting, knowledge);
			judged.set(sighting, { ...verdict, prevalence });
			const worth = rememberable(verdict);
			if (worth !== undefined) shown.push(worth);
			const deed = serviceEventOf(verdict);
			if (deed !== undefined) done.push(deed);
		}
		return judged;
	};
	return async (sightings, now) => {
		const groups = [...Map.groupBy(sightings, ({ device, family }) => findingKey(device, family))];
		const judged = await inParallel(groups, atOnce, ([key, group]) => judgeDevice(key, group, now));
		const all = new Map(judged.flatMap((one) => [...one]));
		return sightings.map((sighting) => all.get(sighting) ?? sighting);
	};
}

/** An account is news in its tenant for a day, on however many devices it turns up by then. */
const newForMs = 86_400_000;

/** A flood must not wait for one lookup after the other. */
const atOnce = 16;

/** What was shown up to then, oldest first: a record that comes late is judged by its own time. */
function upTo<T extends { readonly at: Date }>(shown: readonly T[], until: Date): readonly T[] {
	return shown.filter(({ at }) => at <= until).toSorted((a, b) => a.at.getTime() - b.at.getTime());
}
