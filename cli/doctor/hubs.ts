import type { AddressResult } from "../hub/address.ts";
import { nameText } from "../hub/name-text.ts";
import { type Result, sentence } from "./check.ts";
import { checkHub, type HubCheck, skipped, why } from "./hub.ts";

export interface HubsCheck extends Omit<HubCheck, "address"> {
	readonly hubs: AddressResult;
}

/** Each hub that EVENTHUB_NAME names, one after another. With several, each line begins with the name of its hub. */
export async function checkHubs({ hubs, ...how }: HubsCheck): Promise<readonly Result[]> {
	if (!hubs.ok) {
		return [
			...hubs.mistakes.map(
				(mistake): Result => ({
					check: "hub",
					verdict: "failure",
					says: sentence(mistake),
					why,
					fix: "Give doctor the settings that the function has.",
				}),
			),
			...skipped("events", "group", "message"),
		];
	}
	const found: { readonly hub: string; readonly results: readonly Result[] }[] = [];
	for (const address of hubs.addresses) found.push({ hub: address.hub, results: await checkHub({ ...how, address }) });
	if (found.length === 1) return found.flatMap(({ results }) => results);
	const isAlive = found.some(({ results }) => results.some(({ check, verdict }) => check === "events" && verdict === "ok"));
	return found.flatMap(({ hub, results }) =>
		results.map((one) => ({ ...(isAlive ? asRareTable(one) : one), says: `${nameText(hub)}: ${one.says}` })),
	);
}

/** While other hubs get messages the export works: one that is old then holds a table in which little happens. */
function asRareTable(result: Result): Result {
	if (result.check !== "events" || result.verdict !== "failure") return result;
	return { ...result, verdict: "warning" };
}
