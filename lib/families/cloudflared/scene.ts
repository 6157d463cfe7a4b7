import type { Mode, Sighting } from "../../sighting/sighting.ts";
import type { Scene } from "../family.ts";

/** Programs that reach somebody else's quick tunnel; cloudflared itself is not here. */
const visits: ReadonlySet<string> = new Set(["trycloudflare-delivery", "trycloudflare-fetch", "trycloudflare-webdav"]);

/** What these see comes from a tunnel that runs, or that Windows will start, even where no command line says so. */
const tunnels: ReadonlySet<string> = new Set([
	"cloudflared-autostart",
	"cloudflared-edge-from-other-process",
	"cloudflared-edge-inspected",
	"cloudflared-origin-connection",
	"cloudflared-service-installed",
	"cloudflared-service-installed-unusual",
	"cloudflared-service-registry",
	"cloudflared-service-registry-unusual",
	"loopback-rdp-logon",
]);

const scenes: Readonly<Record<Exclude<Mode, "unknown">, Scene>> = {
	"named-token": "tunnel",
	"named-token-file": "tunnel",
	"named-env": "tunnel",
	"named-credentials": "tunnel",
	"adhoc-named": "tunnel",
	quick: "tunnel",
	"service-install": "tunnel",
	"service-uninstall": "command",
	"service-mode": "command",
	maintenance: "command",
	"would-fail": "command",
	"access-client": "client",
};

/** What a sighting is evidence of. Where the mode is not known, the rules that matched and the table decide. */
export function cloudflaredScene({ mode, program, rules, table }: Sighting): Scene {
	if (mode !== "unknown") return scenes[mode];
	const has = (ids: ReadonlySet<string>): boolean => rules.some(({ id }) => ids.has(id));
	if (has(visits)) return "visit";
	if (has(tunnels)) return "tunnel";
	const isBystander = program.kind === "other" || program.kind === "mention";
	return isBystander || table === "DeviceFileEvents" || table === "DeviceEvents" ? "trace" : "tunnel";
}
