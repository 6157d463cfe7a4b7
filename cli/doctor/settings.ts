import { localSettings, platformSettings, readSettings, settingNames } from "../../lib/app/settings.ts";
import { labelledSettings } from "../../lib/notify/index.ts";
import { type Environment, type Result, sentence } from "./check.ts";

const keyVault = "@Microsoft.KeyVault(";

/** Only the function app can follow a reference to its vault; on a person's machine the text of it stands there. */
export function withoutReferences(environment: Environment): Environment {
	return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim().startsWith(keyVault) !== true));
}

/** All settings of ours, and names that look like ours and are none. */
export function checkSettings(environment: Environment): readonly Result[] {
	const read = readSettings(withoutReferences(environment));
	const names = [...settingNames, ...labelledSettings(Object.keys(environment)).map(({ given }) => given)];
	const mistakes = read.ok ? [] : read.mistakes;
	const results: Result[] = [
		...mistakes.map(
			(says): Result => ({
				check: "settings",
				verdict: "failure",
				says: sentence(says),
				why: "With a wrong setting the function does nothing at all, and says so in its log and in health.",
				fix: "Correct it where the function has its settings (see docs/deploy.md), then run doctor again.",
			}),
		),
		...names.filter((name) => environment[name]?.trim().startsWith(keyVault)).map(reference),
		...strangers(environment).map(stranger),
	];
	if (mistakes.length > 0) return results;
	const given = names.filter((name) => (environment[name]?.trim() ?? "") !== "").length;
	return [{ check: "settings", verdict: "ok", says: settingsWords(given) }, ...results];
}

function reference(name: string): Result {
	return {
		check: "settings",
		verdict: "warning",
		says: `${name} is a reference to a vault.`,
		why: "Only the function app can follow it, so its value is not checked here.",
		fix: `To check it too, set ${name} to the secret itself for this one run.`,
	};
}

const known: readonly string[] = [...settingNames, ...Object.keys(platformSettings), ...Object.keys(localSettings)];
const families = new Set([...settingNames, "EVENTHUB_NAME"].filter((name) => name.includes("_")).map((name) => name.split("_")[0] ?? name));

/** A name with a family of ours that is no setting: a slip, and the setting that was meant has its default. */
function strangers(environment: Environment): readonly string[] {
	const labelled = new Set(labelledSettings(Object.keys(environment)).map(({ given }) => given));
	const isKnown = (name: string) => known.includes(name) || labelled.has(name);
	return Object.keys(environment).filter((name) => !isKnown(name) && name.includes("_") && families.has(name.split("_")[0] ?? ""));
}

function stranger(name: string): Result {
	const family = name.split("_")[0] ?? name;
	return {
		check: "settings",
		verdict: "warning",
		says: `${name} is no setting of this program.`,
		why: "If one of its settings was meant, that one has its default now.",
		fix: `Settings that begin like it: ${known.filter((one) => one.startsWith(`${family}_`)).join(", ")}. Rename or remove it.`,
	};
}

function settingsWords(given: number): string {
	if (given === 0) return "No setting of Tunnelwatch is set; all have their defaults.";
	return given === 1
		? "1 setting of Tunnelwatch is set, and it is fine; the others have their defaults."
		: `${given} settings of Tunnelwatch are set, and none is wrong; the others have their defaults.`;
}
