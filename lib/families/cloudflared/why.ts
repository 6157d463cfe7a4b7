import { type Redacted, redactedText } from "../../secrets/redacted.ts";
import type { Mode, Sighting } from "../../sighting/sighting.ts";
import { cloudflaredScene } from "./scene.ts";

/** Their meaning speaks of a tunnel that is opened here, which is not so in every scene. */
const general: ReadonlySet<string> = new Set(["cloudflared-usage", "cloudflared-portable-execution", "cloudflared-name-variant"]);

/** Their meaning says more about a command than its mode does. */
const precise: ReadonlySet<string> = new Set(["cloudflared-cleanup", "cloudflared-service-uninstall"]);

const commands: Readonly<Partial<Record<Mode, Redacted>>> = {
	maintenance: redactedText`This command opens no tunnel by itself: it signs in, sets up, lists or removes one, or only shows a version. What comes before and after it tells more.`,
	"service-mode": redactedText`Started without a command, cloudflared reads its settings file and opens a tunnel only if that file says so. The record does not show the file.`,
	"would-fail": redactedText`cloudflared refuses these arguments, so no tunnel was opened this time. A second try often follows.`,
	"service-uninstall": redactedText`The tunnel's service was removed, and its token file with it. Maintenance does that, and so does an intruder who covers tracks.`,
};

/** Why it matters, where what was seen says more than the rule `main` does; `undefined` where the rule's own words fit. */
export function whyOf(sighting: Sighting, main: string | undefined): Redacted | undefined {
	const { mode, program, table } = sighting;
	const isGeneral = main === undefined || general.has(main);
	switch (cloudflaredScene(sighting)) {
		case "client":
			return program.renamed
				? redactedText`A program that does not call itself cloudflared reaches a service elsewhere through a tunnel. Nothing is exposed here, but data can leave this way, and employees have no reason to rename it.`
				: redactedText`This device reaches a service elsewhere through a tunnel. Nothing is exposed here, but data can leave this way.`;
		case "command":
			return main !== undefined && precise.has(main) ? undefined : commands[mode];
		case "trace":
			if (!isGeneral) return undefined;
			return table === "DeviceFileEvents"
				? redactedText`A file with cloudflared's name was written. It opens nothing until somebody starts it; if a tunnel follows, this tells who brought it.`
				: redactedText`cloudflared is only named here: nothing shows that it was started. If a tunnel follows, this tells what led to it.`;
		case "visit":
			return isGeneral
				? redactedText`A program here reached somebody else's quick tunnel. Such names live for hours and belong to nobody: malware is served and steered through them.`
				: undefined;
		case "tunnel":
			return undefined;
	}
}
