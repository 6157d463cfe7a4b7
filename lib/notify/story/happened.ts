import type { Finding } from "../../findings/finding.ts";
import { type Inert, joined, say, sealed } from "../text.ts";
import { type Names, namesOf } from "./names.ts";
import { clock } from "./time.ts";
import { toolWords } from "./tunnel-words.ts";

/** One sentence of what happened: "svc-backup started cloudflared.exe from C:\Windows\Temp. RDP (localhost:3389) is …" */
export function happenedWords(finding: Finding, word: number): Inert {
	const names = namesOf(finding, word);
	return sealed(joined([say`${whatHappened(finding, names)}.`, exposure(finding, names)], say` `));
}

function whatHappened({ worst }: Finding, { user, file, folder, parent, tokenFile, remote }: Names): Inert {
	const tool = toolWords(worst);
	const program = file === "" ? tool : file;
	const who = user === "" ? parent : user;
	const disguised = worst.program.renamed ? say`, which is ${tool} under another name` : say``;
	const from = folder === "" ? say`` : say` from ${folder}`;
	switch (worst.mode) {
		case "service-install":
			return who === "" ? say`${tool} was installed as a service` : say`${who} installed ${tool} as a service`;
		case "service-uninstall":
			return who === "" ? say`The ${tool} service was removed` : say`${who} removed the ${tool} service`;
		default:
	}
	switch (worst.table) {
		case "DeviceFileEvents":
			return who === "" ? say`${program} was written${into(folder)}` : say`${who} wrote ${program}${into(folder)}`;
		case "DeviceRegistryEvents":
			return say`A service or autostart entry now names ${program}${from}${disguised}`;
		case "DeviceNetworkEvents": {
			const connected = remote === "" ? say`opened a connection that belongs to a tunnel` : say`connected to ${remote}`;
			return say`${program}${from}${user === "" ? say`` : say`, run by ${user}`}, ${connected}`;
		}
		case "DeviceLogonEvents":
			return say`${user === "" ? say`Somebody` : user} logged on from this device itself, as people do who come through a tunnel`;
		default: {
			const token = tokenFile === "" ? say`` : say` with the token in ${tokenFile}`;
			const start = who === "" ? say`${program} was started${from}` : say`${who} started ${program}${from}`;
			return say`${start}${token}${disguised}`;
		}
	}
}

function into(folder: Inert): Inert {
	return folder === "" ? folder : say` to ${folder}`;
}

function exposure({ firstSeen, worst }: Finding, { target }: Names): Inert {
	if (target === "" || worst.mode === "access-client" || worst.mode === "service-uninstall") return say``;
	return say`${target} has been reachable from the internet since ${clock(firstSeen)}.`;
}
