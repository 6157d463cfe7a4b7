import { composeDestinations, composeDetection } from "../../lib/app/compose.ts";
import { readSettings } from "../../lib/app/settings.ts";
import { decodeRecords } from "../../lib/defender/envelope.ts";
import { createMatcher } from "../../lib/detect/match.ts";
import { rulesOfSet } from "../../lib/families/select.ts";
import { decide, defaultPolicy } from "../../lib/findings/policy.ts";
import type { Delivery, Destination, Notice } from "../../lib/outbox/delivery.ts";
import { render, sendMs } from "../../lib/outbox/send.ts";
import { sight } from "../../lib/sighting/sight.ts";
import { inventedDeviceId, inventedTenant, syntheticRecord } from "../synthetic.ts";
import { type Environment, type Result, sentence } from "./check.ts";
import { withoutReferences } from "./settings.ts";

export interface DestinationsCheck {
	readonly environment: Environment;
	readonly sendTest: boolean;
	readonly clock: () => Date;
	readonly newId: () => string;
}

const why = "Findings are kept, but nobody is told.";

/** Form of each address; with `sendTest` also whether a message arrives. */
export async function checkDestinations({ environment, sendTest, clock, newId }: DestinationsCheck): Promise<readonly Result[]> {
	const addresses = (from: Environment) =>
		[from["TEAMS_WEBHOOK_URL"], from["WEBHOOK_URL"]].filter((address) => (address?.trim() ?? "") !== "");
	if (addresses(environment).length === 0) {
		const fix = "Set TEAMS_WEBHOOK_URL or WEBHOOK_URL, or both.";
		return [{ check: "destinations", verdict: "failure", says: "No destination is set.", why, fix }];
	}
	const readable = withoutReferences(environment);
	if (addresses(readable).length === 0) {
		return [{ check: "destinations", verdict: "skipped", says: "Not looked at: the addresses are in the vault, see above." }];
	}
	// The other settings have their own check, and a mistake in them hides nothing here.
	const read = readSettings(
		Object.fromEntries(Object.entries(readable).filter(([name]) => /^(TEAMS_|WEBHOOK_|PORTAL_|TABLE_ENDPOINT$)/.test(name))),
	);
	if (!read.ok) return [{ check: "destinations", verdict: "skipped", says: "Not looked at: a setting of theirs is wrong, see above." }];

	const { destinations, warnings } = composeDestinations(read.settings, composeDetection(read.settings));
	const results: Result[] = warnings.map((warning) => ({
		check: "destinations",
		verdict: "warning",
		says: sentence(warning),
		why: "It may work today and not tomorrow.",
		fix: "Change the address now, while nothing has been lost.",
	}));
	const notice = sendTest ? testNotice(clock(), newId()) : undefined;
	for (const destination of destinations) results.push(await checkDestination(destination, notice));
	return results;
}

async function checkDestination(destination: Destination, notice: Notice | undefined): Promise<Result> {
	const { name } = destination;
	if (notice === undefined) {
		return { check: "destinations", verdict: "ok", says: `The address of ${name} has the right form; --send-test tries it.` };
	}
	return tested(name, await destination.send(notice, AbortSignal.timeout(sendMs)));
}

function tested(name: string, delivery: Delivery): Result {
	if (delivery.ok) {
		const look = delivery.proof === "queued" ? " Look that it shows up: from here, only its acceptance is known." : "";
		return { check: "destinations", verdict: "ok", says: `${name} took the test message.${look}` };
	}
	return {
		check: "destinations",
		verdict: "failure",
		says: `${name} did not take the test message: ${delivery.detail}`,
		why,
		fix: fixes[delivery.reason],
	};
}

const fixes: Readonly<Record<Extract<Delivery, { ok: false }>["reason"], string>> = {
	rateLimited: "Wait some minutes and try again; if it stays, something else floods this address.",
	server: "Look at the receiver's own log; if it is not yours, wait and try again.",
	network: "Check host and port of the address, name resolution, and that outgoing HTTPS is open.",
	timeout: "The receiver must answer within 15 s: let it take the message first and work on it afterwards.",
	rejected: "The receiver must take our body: for Teams make the flow from the template, for a webhook see docs/webhook.md.",
	auth: "Make a new address or key and set it.",
	moved: "Set the address that is right now; for Teams look in Power Automate that the flow exists and is on.",
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
	const sightings = decodeRecords([record]).records.map((one) => sight(one, match(one)));
	const decision = decide(undefined, sightings, now, defaultPolicy);
	return decision.reason === "repeat" ? undefined : render(decision.finding, { sent: 0, countSent: 0 }, now);
}
