import { additionalText } from "../../defender/additional-fields.ts";
import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import { nameKind } from "./names.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { argumentsOnly, commandText, scriptStarts } from "./starters.ts";
import type { Word } from "./words.ts";

/** A command that stands in a record as text: what a service, a Run key or a task starts later, or what a script says. */
export interface TextStart {
	readonly start: Start;
	readonly text: string;
}

const later = { ...noTrail, later: true };

export function laterStarts(record: DefenderRecord): readonly TextStart[] {
	if (record.table === "DeviceRegistryEvents") return registryStarts(record);
	if (record.table !== "DeviceEvents") return [];
	const task = additionalText(record, "TaskContent");
	const script = additionalText(record, "Command") || additionalText(record, "ScriptContent");
	const service = additionalText(record, "ServiceImagePath") || additionalText(record, "ImagePath");
	return [
		...taskStarts(task),
		...(service === "" ? [] : [{ start: commandText(service, new Map(), later), text: service }]),
		...scriptStarts(script).map((start) => ({ start, text: script })),
	];
}

function registryStarts(record: DefenderRecord): readonly TextStart[] {
	const data = columnText(record, "RegistryValueData");
	if (data === "") return [];
	const name = columnText(record, "RegistryValueName").toLowerCase();
	const key = columnText(record, "RegistryKey");
	if (name === "appparameters") return [{ start: argumentsOnly(data, new Map(), "nssm"), text: data }];
	if (name === "environment" || name === "appenvironmentextra" || name === "appenvironment") {
		const variables = new Map<string, Word>();
		for (const line of data.split(/[\0\r\n]|\\0|(?<=\S)\s+(?=TUNNEL_)/).slice(0, 100)) {
			const equals = line.indexOf("=");
			if (equals > 0) variables.set(line.slice(0, equals).trim(), { value: line.slice(equals + 1), start: 0, hidden: false });
		}
		const ours = /\\services\\cloudflared(?:\\|$)/i.test(key) || [...variables.keys()].some((one) => one.startsWith("TUNNEL_"));
		if (!ours) return [];
		const words = ["cloudflared", "tunnel", "run"].map((value) => ({ value, start: 0, hidden: false }));
		return [{ start: fromWords({ text: data, words }, "cloudflared", variables, later), text: data }];
	}
	const start = commandText(data, new Map(), later);
	if (name === "application" && /\\parameters$/i.test(key) && nameKind(start.image) !== undefined) {
		// A service manager keeps the arguments in another value: without any, it would have no use for cloudflared.
		const words = [start.image, "tunnel", "run"].map((value) => ({ value, start: 0, hidden: false }));
		return [{ start: fromWords({ text: data, words }, start.image, new Map(), later), text: data }];
	}
	// The service's own key holds the program that it is made for, whatever its name is.
	const serviceKey = /\\services\\cloudflared$/i.test(key) && name === "imagepath";
	const image = serviceKey && nameKind(start.image) === undefined ? { ...start, argument0: "cloudflared" } : start;
	return [{ start: image, text: data }];
}

/** `<Command>` and `<Arguments>` of a scheduled task's XML; entities stand for what XML cannot hold. */
function taskStarts(xml: string): readonly TextStart[] {
	const commands = [
		...xml.slice(0, 64 * 1_024).matchAll(/<Command>([^<]{1,4096})<\/Command>(?:\s{0,64}<Arguments>([^<]{0,32768})<\/Arguments>)?/gi),
	];
	return commands.slice(0, 4).map(([, program = "", args = ""]) => {
		const text = `"${entities(program).replaceAll('"', "")}" ${entities(args)}`;
		return { start: commandText(text, new Map(), later), text };
	});
}

function entities(text: string): string {
	return text.replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
