import type { Finding } from "../../findings/finding.ts";
import type { Sighting } from "../../sighting/sighting.ts";
import { type Inert, idText, inertText, joined, sealed } from "../text.ts";
import { exposedSince } from "./exposed-since.ts";
import { type Names, namesOf } from "./names.ts";
import { isBystander, isKept } from "./seen-as.ts";
import { sceneOf, toolWords } from "./tunnel-words.ts";

/** One sentence of what happened: "svc-backup started agent.exe from C:\Windows\Temp. RDP (localhost:3389) is …" */
export function happenedWords(finding: Finding, word: number): Inert {
	const names = namesOf(finding, word);
	// Only words of ours begin with a capital; a name stays as it is.
	const what = whatHappened(finding, names).replace(/^the user /, "The user ") as Inert;
	return sealed(joined([inertText`${what}.`, exposure(finding, names)], inertText` `));
}

function whatHappened({ worst }: Finding, names: Names): Inert {
	const { user, file, folder, former, parent, remote } = names;
	const tool = toolWords(worst);
	const program = file === "" ? tool : file;
	const called = calledWords(worst, names);
	const who = user === "" ? parent : user;
	const from = folder === "" ? inertText`` : inertText` from ${folder}`;
	const runBy = user === "" ? inertText`` : inertText`, run by ${user}`;
	switch (worst.mode) {
		case "service-install": {
			const installed = worst.program.renamed ? called : tool;
			const how = inertText`as a service${through(names)}${place(worst)}`;
			return who === "" ? inertText`${installed} was installed ${how}` : inertText`${who} installed ${installed} ${how}`;
		}
		case "service-uninstall":
			return who === "" ? inertText`The ${tool} service was removed` : inertText`${who} removed the ${tool} service`;
		default:
	}
	switch (worst.table) {
		case "DeviceFileEvents":
			if (former !== "") return inertText`${who === "" ? inertText`Somebody` : who} renamed ${former} to ${program}${within(folder)}`;
			return who === "" ? inertText`${program} was written${into(folder)}` : inertText`${who} wrote ${program}${into(folder)}`;
		case "DeviceRegistryEvents":
			if (worst.later === "variable")
				return inertText`${who === "" ? inertText`Somebody` : who} set a variable that ${tool} reads when it starts later`;
			return isKept(worst)
				? inertText`A service or autostart entry now names ${called}${from}`
				: inertText`${called}${from}${runBy}, wrote to the registry`;
		case "DeviceNetworkEvents":
			return worst.program.fileName === ""
				? inertText`The network sensor saw this device ${sensedWords(worst, remote)}. No process is known`
				: inertText`${called}${from}${runBy}, ${connectionWords(worst, remote)}`;
		case "DeviceLogonEvents":
			return inertText`${user === "" ? inertText`Somebody` : user} logged on from this device itself, as people do who come through a tunnel`;
		case "DeviceImageLoadEvents":
			return user === "" ? inertText`${called}${from} is running` : inertText`${user} runs ${called}${from}`;
		case "DeviceEvents":
			return eventWords(worst, names) ?? startWords(worst, names);
		default:
			return startWords(worst, names);
	}
}

/** Who started, ran or tried to start it, through what, and what it really is. */
function startWords(worst: Sighting, names: Names): Inert {
	const { user, file, folder, hostname, parent, tokenFile } = names;
	const called = calledWords(worst, names);
	const who = user === "" ? parent : user;
	const from = folder === "" ? inertText`` : inertText` from ${folder}`;
	const scene = sceneOf(worst);
	const isClient = scene === "client" && hostname !== "";
	const token = isClient ? inertText` to reach ${hostname}` : tokenFile === "" ? inertText`` : inertText` with the token in ${tokenFile}`;
	const tail = inertText`${through(names)}${from}${token}${place(worst)}`;
	const other = file === "" ? inertText`a program` : file;
	if (scene === "visit")
		return user === ""
			? inertText`${other}${from} reached somebody's tunnel`
			: inertText`${user} reached somebody's tunnel with ${other}${from}`;
	if (isBystander(worst)) {
		const named = inertText`with ${toolWords(worst)} in its command line`;
		return who === "" ? inertText`${other}${from} was started ${named}` : inertText`${who} started ${other}${from}, ${named}`;
	}
	if (worst.mode === "would-fail")
		return who === ""
			? inertText`Somebody tried to start ${called}${tail}; it refused to run`
			: inertText`${who} tried to start ${called}${tail}; it refused to run`;
	if (worst.later !== undefined && names.wrapper !== "") return laterWords(worst, names, token);
	const isRun = worst.mode === "maintenance";
	if (who === "") return inertText`${called} was ${isRun ? inertText`run` : inertText`started`}${tail}`;
	// What starts it may do so later or elsewhere: a task, a remote shell.
	if (names.wrapper !== "")
		return inertText`${who} used ${names.wrapper} to ${isRun ? inertText`run` : inertText`start`} ${called}${token}${place(worst)}`;
	return inertText`${who} ${isRun ? inertText`ran` : inertText`started`} ${called}${tail}`;
}

/** Nothing was started yet; what stands here is read, or run, by the next start. */
function laterWords(worst: Sighting, names: Names, token: Inert): Inert {
	const { user, parent, wrapper } = names;
	const who = user === "" ? parent : user;
	const how = who === "" ? inertText`Somebody used ${wrapper}` : inertText`${who} used ${wrapper}`;
	const tool = toolWords(worst);
	return worst.later === "variable"
		? inertText`${how} to set a variable that ${tool} reads when it starts later`
		: inertText`${how} to set up a later start of ${calledWords(worst, names)}${token}${place(worst)}`;
}

/** Rows of DeviceEvents are of many sorts; those not listed here are told as a start. */
function eventWords(worst: Sighting, names: Names): Inert | undefined {
	const { user, file, folder } = names;
	const program = file === "" ? toolWords(worst) : file;
	const from = folder === "" ? inertText`` : inertText` from ${folder}`;
	const called = calledWords(worst, names);
	const what = inertText`${called}${from}`;
	const runBy = user === "" ? inertText`` : inertText`, run by ${user}`;
	const action: string = worst.actionType;
	if (/^DnsQuery/.test(action)) return inertText`${what}${runBy}, looked up a name that tunnels use`;
	if (/^(PowerShellCommand|ScriptContent|AmsiScript)/.test(action))
		return user === ""
			? inertText`A script that ran in ${program} handles ${toolWords(worst)}`
			: inertText`${user} ran a script in ${program} that handles ${toolWords(worst)}`;
	if (/^SmartScreen/.test(action)) return inertText`SmartScreen warned ${user === "" ? inertText`somebody` : user} of ${what}`;
	const kept = keptBy(action);
	if (kept === undefined) return undefined;
	return isBystander(worst)
		? inertText`${kept} that names ${toolWords(worst)} was set up by ${program}`
		: inertText`${kept} now starts ${what}`;
}

function keptBy(action: string): Inert | undefined {
	if (/^ServiceInstalled/.test(action)) return inertText`A new service`;
	if (/^ScheduledTask/.test(action)) return inertText`A scheduled task`;
	return /^WmiBind/.test(action) ? inertText`A WMI subscription` : undefined;
}

function connectionWords({ actionType }: Sighting, remote: Inert): Inert {
	const action: string = actionType;
	if (/^Listening/.test(action)) return inertText`waits for connections`;
	if (remote === "") return inertText`opened a connection that belongs to a tunnel`;
	if (/^Inbound/.test(action)) return inertText`took a connection from ${remote}`;
	return /^Connection(Attempt|Failed)/.test(action) ? inertText`tried to connect to ${remote}` : inertText`connected to ${remote}`;
}

function sensedWords({ actionType }: Sighting, remote: Inert): Inert {
	const action: string = actionType;
	if (/^Dns/.test(action)) return inertText`look up servers of a tunnel${remote === "" ? inertText`` : inertText` (asked: ${remote})`}`;
	return inertText`talk to ${remote === "" ? inertText`servers of a tunnel` : remote}`;
}

function through({ wrapper }: Names): Inert {
	return wrapper === "" ? wrapper : inertText` through ${wrapper}`;
}

/** The program, and what it really is where its name does not say so. */
function calledWords(worst: Sighting, { file }: Names): Inert {
	const tool = toolWords(worst);
	const { likely, release, renamed } = worst.program;
	if (!renamed) return file === "" ? tool : file;
	if (file === "") return inertText`${tool} under another name`;
	if (likely === true) return inertText`${file} (behaves like ${tool})`;
	return inertText`${file} (${release === undefined ? tool : inertText`official ${tool} ${idText(release.version)}`} under another name)`;
}

/** Where it runs, if that is not the device of the card. */
function place({ elsewhere }: Sighting): Inert {
	return elsewhere === true ? inertText` on another machine` : inertText``;
}

function within(folder: Inert): Inert {
	return folder === "" ? folder : inertText` in ${folder}`;
}

function into(folder: Inert): Inert {
	return folder === "" ? folder : inertText` to ${folder}`;
}

/** Who can reach what from outside; where it is only set up to start, that is not so yet. */
function exposure(finding: Finding, { target }: Names): Inert {
	const { worst } = finding;
	const [first] = worst.exposes;
	if (first === undefined || target === "" || sceneOf(worst) !== "tunnel") return inertText``;
	const what = first.class === "network" || first.class === "smb" ? capital(target) : target;
	const many = first.class === "smb";
	const there = worst.elsewhere === true ? inertText` there` : inertText``;
	if (isKept(worst))
		return inertText`${what}${there} ${many ? inertText`are` : inertText`is`} reachable from the internet whenever it runs.`;
	return inertText`${what}${there} ${many ? inertText`have` : inertText`has`} been reachable from the internet since ${exposedSince(finding)}.`;
}

/** These targets begin with a word of ours. */
function capital(text: Inert): Inert {
	return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` as Inert;
}
