import type { Finding } from "../../findings/finding.ts";
import { type Inert, idText, inertText, joined, sealed } from "../text.ts";
import { exposedSince } from "./exposed-since.ts";
import { type Names, namesOf } from "./names.ts";
import { toolWords } from "./tunnel-words.ts";

/** One sentence of what happened: "svc-backup started agent.exe from C:\Windows\Temp. RDP (localhost:3389) is …" */
export function happenedWords(finding: Finding, word: number): Inert {
	const names = namesOf(finding, word);
	return sealed(joined([inertText`${whatHappened(finding, names)}.`, exposure(finding, names)], inertText` `));
}

function whatHappened({ worst }: Finding, { user, file, folder, parent, tokenFile, remote }: Names): Inert {
	const tool = toolWords(worst);
	const program = file === "" ? tool : file;
	const who = user === "" ? parent : user;
	const { release } = worst.program;
	const known = release === undefined ? tool : inertText`official ${tool} ${idText(release.version)}`;
	const disguised = worst.program.renamed ? inertText`, which is ${known} under another name` : inertText``;
	const from = folder === "" ? inertText`` : inertText` from ${folder}`;
	switch (worst.mode) {
		case "service-install":
			return who === "" ? inertText`${tool} was installed as a service` : inertText`${who} installed ${tool} as a service`;
		case "service-uninstall":
			return who === "" ? inertText`The ${tool} service was removed` : inertText`${who} removed the ${tool} service`;
		default:
	}
	switch (worst.table) {
		case "DeviceFileEvents":
			return who === "" ? inertText`${program} was written${into(folder)}` : inertText`${who} wrote ${program}${into(folder)}`;
		case "DeviceRegistryEvents":
			return inertText`A service or autostart entry now names ${program}${from}${disguised}`;
		case "DeviceNetworkEvents": {
			const connected = remote === "" ? inertText`opened a connection that belongs to a tunnel` : inertText`connected to ${remote}`;
			return inertText`${program}${from}${user === "" ? inertText`` : inertText`, run by ${user}`}, ${connected}`;
		}
		case "DeviceLogonEvents":
			return inertText`${user === "" ? inertText`Somebody` : user} logged on from this device itself, as people do who come through a tunnel`;
		default: {
			const token = tokenFile === "" ? inertText`` : inertText` with the token in ${tokenFile}`;
			const start = who === "" ? inertText`${program} was started${from}` : inertText`${who} started ${program}${from}`;
			return inertText`${start}${token}${disguised}`;
		}
	}
}

function into(folder: Inert): Inert {
	return folder === "" ? folder : inertText` to ${folder}`;
}

function exposure(finding: Finding, { target }: Names): Inert {
	const { worst } = finding;
	if (target === "" || worst.mode === "access-client" || worst.mode === "service-uninstall") return inertText``;
	return inertText`${target} has been reachable from the internet since ${exposedSince(finding)}.`;
}
