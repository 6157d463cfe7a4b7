import type { Problem } from "../watch/problems.ts";

/** Letters, digits, `.`, `-` and `_`, as Event Hubs allows; a letter or digit at both ends. */
export const hubName = /^[a-z0-9]([a-z0-9._-]{0,254}[a-z0-9])?$/i;

/** A namespace of the Basic or Standard tier holds no more. */
const mostHubs = 10;

export interface HubNames {
	/** In the order of the setting, each once. */
	readonly names: readonly string[];
	/** One sentence per mistake, without the value. */
	readonly mistakes: readonly string[];
}

/** The hubs that `EVENTHUB_NAME` names: one, or several separated by commas. What is wrong costs itself; the rest is read. */
export function readHubNames(text: string | undefined): HubNames {
	const parts = (text ?? "").split(",").map((part) => part.trim());
	const given = parts.filter((part) => part !== "");
	if (given.length === 0) {
		return { names: [], mistakes: ["EVENTHUB_NAME: set it to the name of the Event Hub that the Defender export writes to"] };
	}
	const mistakes: string[] = [];
	const names = new Map<string, string>();
	for (const [index, part] of given.entries()) {
		if (!hubName.test(part)) {
			const which = given.length === 1 ? "write only the name of the hub" : `name ${index + 1} is not the name of a hub; write only names`;
			mistakes.push(`EVENTHUB_NAME: ${which}, without the namespace`);
		} else if (!names.has(part.toLowerCase())) names.set(part.toLowerCase(), part);
	}
	const all = [...names.values()];
	if (all.length > mostHubs) mistakes.push(`EVENTHUB_NAME: names ${all.length} hubs, and ${mostHubs} are the most; the rest is not read`);
	return { names: all.slice(0, mostHubs), mistakes };
}

/** A function of the host, and the hub it reads. */
export interface HubTrigger {
	readonly functionName: string;
	/** A name, or the reference that the host resolves. */
	readonly eventHubName: string;
}

/**
 * One trigger for each hub: `detect`, `detect-2` and so on, in the order of the setting. Host settings, logs and
 * always-ready instances use these names, so the first one never changes. Without a usable hub name the host itself
 * reports what is missing.
 */
export function hubTriggers(text: string | undefined): readonly HubTrigger[] {
	const { names } = readHubNames(text);
	const read = names.length === 0 ? ["%EVENTHUB_NAME%"] : names;
	return read.map((eventHubName, index) => ({ functionName: functionName(index), eventHubName }));
}

/** Every name that {@link hubTriggers} can give: host.json sets the log level of each. */
export const functionNames: readonly string[] = Array.from({ length: mostHubs }, (_, index) => functionName(index));

function functionName(index: number): string {
	return index === 0 ? "detect" : `detect-${index + 1}`;
}

/** What is wrong with the names, as health and alarms tell it. */
export function hubNameProblems(text: string | undefined, since: Date): readonly Problem[] {
	const [what, ...more] = readHubNames(text).mistakes;
	if (what === undefined) return [];
	return [
		{
			code: "settings-wrong",
			subject: "EVENTHUB_NAME",
			since,
			what: [what, ...more].join(". "),
			do: "Correct the setting EVENTHUB_NAME of the app; it starts again by itself.",
		},
	];
}
