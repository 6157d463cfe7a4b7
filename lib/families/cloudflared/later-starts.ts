import { additionalText } from "../../defender/additional-fields.ts";
import type { DefenderRecord } from "../../defender/record.ts";
import { columnText } from "../../sighting/column-text.ts";
import { commandText } from "./command-text.ts";
import { registryValueStart } from "./registry-value.ts";
import { scriptStarts } from "./shell-starts.ts";
import { noTrail, type Start } from "./start.ts";

/** A command that stands in a record as text: what a service, a Run key or a task starts later, or what a script says. */
export interface TextStart {
	readonly start: Start;
	readonly text: string;
}

/** Windows takes no more actions in one task. */
const mostActions = 32;
const longestTask = 64 * 1_024;

const later = { ...noTrail, later: true };

/** Commands in a registry or DeviceEvents record: services, Run keys, a task's actions, scripts. Empty for other tables. */
export function laterStarts(record: DefenderRecord): readonly TextStart[] {
	if (record.table === "DeviceRegistryEvents") return registryStarts(record);
	if (record.table !== "DeviceEvents") return [];
	const task = additionalText(record, "TaskContent");
	const script = additionalText(record, "Command") || additionalText(record, "ScriptContent");
	const service = additionalText(record, "ServiceImagePath") || additionalText(record, "ImagePath");
	return [
		...taskStarts(task),
		...consumerStarts(additionalText(record, "Consumer")),
		...(service === "" ? [] : [{ start: commandText(service, new Map(), later), text: service }]),
		...scriptStarts(script).map((start) => ({ start, text: script })),
	];
}

function registryStarts(record: DefenderRecord): readonly TextStart[] {
	const text = columnText(record, "RegistryValueData");
	const start = registryValueStart(columnText(record, "RegistryKey"), columnText(record, "RegistryValueName"), text);
	return start === undefined ? [] : [{ start, text }];
}

/** `<Command>` and `<Arguments>` of a scheduled task's XML; entities stand for what XML cannot hold. */
function taskStarts(xml: string): readonly TextStart[] {
	const commands = [
		...xml.slice(0, longestTask).matchAll(/<Command>([^<]{1,4096})<\/Command>(?:\s{0,64}<Arguments>([^<]{0,32768})<\/Arguments>)?/gi),
	];
	const trail = { ...later, unread: commands.length > mostActions || xml.length > longestTask };
	return commands.slice(0, mostActions).map(([, program = "", args = ""]) => {
		const text = `"${entities(program).replaceAll('"', "")}" ${entities(args)}`;
		return { start: commandText(text, new Map(), trail), text };
	});
}

/** `CommandLineTemplate = "…"` of a WMI subscription, as its object text writes it. */
function consumerStarts(object: string): readonly TextStart[] {
	const [, template = "", program = ""] =
		/CommandLineTemplate\s{0,4}=\s{0,4}"((?:[^"\\]|\\.){1,8192})"(?:[\s\S]{0,2048}?ExecutablePath\s{0,4}=\s{0,4}"((?:[^"\\]|\\.){1,1024})")?/i.exec(
			object.slice(0, 32 * 1_024),
		) ?? [];
	const text = template.replace(/\\(.)/gs, "$1");
	const image = program.replace(/\\(.)/gs, "$1");
	if (text === "") return [];
	const start = commandText(text, new Map(), later);
	return [{ start: image === "" ? start : { ...start, image }, text }];
}

function entities(text: string): string {
	return text.replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
