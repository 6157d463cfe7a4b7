import { composeDetection, knowledgeOf, outsideOf } from "../../lib/app/compose.ts";
import { readSettings } from "../../lib/app/settings.ts";
import { inventedDeviceId, inventedTenant, syntheticRecord } from "../../lib/app/synthetic.ts";
import { decodeRecords } from "../../lib/defender/envelope.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { families } from "../../lib/families/index.ts";
import { redact } from "../../lib/families/redact.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { decide, defaultPolicy } from "../../lib/findings/policy.ts";
import { addressSettings, destinationKinds, labelledSettings, notifySettings } from "../../lib/notify/index.ts";
import type { DestinationKind } from "../../lib/notify/kind.ts";
import type { Delivery, Destination, Notice } from "../../lib/outbox/delivery.ts";
import { sendMs } from "../../lib/outbox/delivery.ts";
import { render } from "../../lib/outbox/render.ts";
import { createSight } from "../../lib/sighting/sight.ts";
import { type Environment, type Result, sentence } from "./check.ts";
import { type Ask, checkForms } from "./forms.ts";
import { withoutReferences } from "./settings.ts";

export interface DestinationsCheck {
	readonly environment: Environment;
	readonly sendTest: boolean;
	readonly clock: () => Date;
	readonly newId: () => string;
	/** Asks the person at the terminal; absent where nobody is there. */
	readonly ask?: Ask | undefined;
}

const why = "Findings are stored, but nobody is alerted.";

/** Form of each address; with `sendTest` also whether a message arrives. */
export async function checkDestinations({ environment, sendTest, clock, newId, ask }: DestinationsCheck): Promise<readonly Result[]> {
	const labelled = labelledSettings(Object.keys(environment));
	const further = labelled.filter(({ setting, kind }) => setting === kind.address).map(({ given }) => given);
	const on = [...destinationKinds.map(({ address }) => address), ...further].filter((address) => isSet(environment[address]));
	if (on.length === 0) {
		const fix = `Set ${addressSettings}.`;
		return [{ check: "destinations", verdict: "failure", says: "No destination is set.", why, fix }];
	}
	const readable = withoutReferences(environment);
	if (!on.some((address) => isSet(readable[address]))) {
		return [{ check: "destinations", verdict: "skipped", says: "Not looked at: the addresses are in the vault, see above." }];
	}
	// The other settings have their own check, and a mistake in them hides nothing here.
	const names = [...Object.keys(notifySettings), ...labelled.map(({ given }) => given), "TABLE_ENDPOINT"];
	const read = readSettings(Object.fromEntries(names.map((name) => [name, readable[name]])));
	if (!read.ok) return [{ check: "destinations", verdict: "skipped", says: "Not looked at: a setting of theirs is wrong, see above." }];

	const results: Result[] = read.settings.destinations
		.flatMap(({ warning }) => warning ?? [])
		.map((warning) => ({
			check: "destinations",
			verdict: "warning",
			says: sentence(warning),
			why: "It may work today and not tomorrow.",
			fix: "Change the address now, while nothing has been lost.",
		}));
	const notice = sendTest ? testNotice(clock(), newId()) : undefined;
	const outside = outsideOf(read.settings, knowledgeOf(read.settings, composeDetection(read.settings)));
	for (const configured of read.settings.destinations) {
		const { name, kind } = configured;
		const trials = notice === undefined ? undefined : await configured.trials?.(outside);
		results.push(
			notice === undefined || trials === undefined
				? await checkDestination(configured.open(outside), notice, kind)
				: await checkForms({ name, kind, trials, notice, ask, tested: (delivery) => tested(name, delivery, kind) }),
		);
	}
	return results;
}

function isSet(value: string | undefined): boolean {
	return (value?.trim() ?? "") !== "";
}

async function checkDestination(destination: Destination, notice: Notice | undefined, kind: DestinationKind): Promise<Result> {
	const { name } = destination;
	if (notice === undefined) {
		return { check: "destinations", verdict: "ok", says: `The address of ${name} has the right form; --send-test tries it.` };
	}
	return tested(name, await destination.send(notice, AbortSignal.timeout(sendMs)), kind);
}

function tested(name: string, delivery: Delivery, kind: DestinationKind): Result {
	if (delivery.ok) {
		const queued = ` Check that it arrived: from here, only its acceptance is known. ${kind.arrival ?? ""}`.trimEnd();
		const look = delivery.proof === "queued" ? queued : "";
		return { check: "destinations", verdict: "ok", says: `${name} took the test message.${look}` };
	}
	return {
		check: "destinations",
		verdict: "failure",
		says: `${name} did not take the test message: ${delivery.detail}`,
		why,
		fix: kind.fixes[delivery.reason] ?? fixes[delivery.reason],
	};
}

const fixes: Readonly<Record<Extract<Delivery, { ok: false }>["reason"], string>> = {
	rateLimited: "Wait some minutes and try again; if it stays, something else floods this address.",
	server: "Look at the receiver's own log; if it is not yours, wait and try again.",
	network: "Check host and port of the address, name resolution, and that outgoing HTTPS is open.",
	timeout: "The receiver must answer within 15 s: accept the message first, process it afterwards.",
	rejected: "The receiver must accept our message: compare what it expects with what the documentation says we send.",
	auth: "Make a new address or key and set it.",
	moved: "Set the address that is right now.",
	gone: "Make a new address and set it.",
};

/** What a first finding looks like, about a device that says what this is. */
function testNotice(now: Date, id: string): Notice | undefined {
	const record = syntheticRecord({
		tenantId: inventedTenant,
		deviceId: inventedDeviceId(id),
		deviceName: "tunnelwatch-test",
		words: "THIS IS A TEST of tunnelwatch: nobody is attacking",
		at: now,
	});
	const match = createMatcher(rulesOfSet("base"));
	const sight = createSight(families, redact);
	const sightings = decodeRecords([record]).records.flatMap((one) => sight(one, match(one)));
	const decision = decide(undefined, sightings, now, defaultPolicy);
	return decision.reason === "repeat" ? undefined : render(decision.finding, { sent: 0, countSent: 0 }, now);
}
