import type { Decoding } from "../../sighting/reading.ts";
import type { Mode } from "../../sighting/sighting.ts";
import { isCut, type Start } from "./start.ts";
import type { Runs } from "./what-runs.ts";

/** How the tool would run. Of a text that was cut nobody knows whether it would fail. */
export function modeIn(start: Start, runs: Runs, decoding: Decoding | undefined): Mode {
	const mode = modeOf(runs, decoding);
	return mode === "would-fail" && isCut(start) ? "unknown" : mode;
}

function modeOf(runs: Runs, decoding: Decoding | undefined): Mode {
	switch (runs.kind) {
		case "token":
			if (runs.token.from !== "arguments") return "named-env";
			return decoding === "broken" ? "would-fail" : "named-token";
		case "token-file":
			return runs.file.from === "arguments" ? "named-token-file" : "named-env";
		case "credentials":
			return "named-credentials";
		case "run-unnamed":
			return "named-env";
		case "adhoc":
			return "adhoc-named";
		case "quick":
		case "service-mode":
			return runs.kind;
		case "service-install":
			return decoding === "broken" ? "would-fail" : "service-install";
		case "command":
			if (runs.name === "service uninstall") return "service-uninstall";
			return /^access (?:tcp|curl|login|token|ssh)/.test(runs.name) ? "access-client" : "maintenance";
		case "help":
			return "maintenance";
		case "nothing":
			return "would-fail";
	}
}

/** True for modes that connect a tunnel at once. `service-install` is not one: the service it installs connects. */
export function opensTunnel(mode: Mode): boolean {
	switch (mode) {
		case "named-token":
		case "named-token-file":
		case "named-env":
		case "named-credentials":
		case "adhoc-named":
		case "quick":
			return true;
		case "service-install":
		case "service-uninstall":
		case "service-mode":
		case "access-client":
		case "maintenance":
		case "would-fail":
		case "unknown":
			return false;
	}
}
