import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConsole } from "../../../lib/notify/console/console.ts";
import { displayWidth } from "../../../lib/notify/console/wrap.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { everywhere } from "../everywhere.ts";
import { forbidden, hostileRuns, hostileText } from "../hostile.ts";
import { aNotice, anUnapprovedFinding, everyMessage, knowledge, variants } from "../samples.ts";

const never = new AbortController().signal;

async function printed(notice: Parameters<ReturnType<typeof createConsole>["send"]>[0], width = 100, colour = false): Promise<string> {
	let text = "";
	const write = (part: string): void => {
		text += part;
	};
	const console = createConsole({ write, terminal: () => ({ width, colour }), knowledge });
	expect(await console.send(notice, never)).toEqual({ ok: true, proof: "confirmed" });
	return text;
}

test("where no card is shown none is made, and the notice counts as delivered", async () => {
	const terminal = () => {
		throw new Error("a card was made");
	};
	const console = createConsole({ write: undefined, terminal, knowledge });
	expect(await console.send(aNotice({ finding: anUnapprovedFinding() }), never)).toEqual({ ok: true, proof: "confirmed" });
});

test("a finding reads as a card in the terminal", async () => {
	expect(
		await printed(aNotice({ finding: anUnapprovedFinding() })),
	).toBe(`▌ HIGH · ■■■■□ · New finding · 2026-11-21 19:36:04 UTC · 5 s ago, told 5.9 s after it was read
▌ Unapproved Cloudflare tunnel on fin-lt-0142
▌ Not approved. Cloudflare account 9f86d081… is not an approved one.
▌
▌ CONTOSO\\j.meyer started cloudflared.exe from C:\\Users\\j.meyer\\Downloads. RDP (localhost:3389) has
▌ been reachable from the internet since 19:34 UTC.
▌
▌ Do this now
▌   1 Ask CONTOSO\\j.meyer whether they started cloudflared.exe on fin-lt-0142.
▌   2 If nobody can explain it, the answer is Not ours. Then isolate fin-lt-0142 (Open device ›
▌     Isolate). The tunnel drops; Defender stays connected.
▌   3 Check who used RDP (localhost:3389) since 19:34 UTC: Hunt lists logons from 127.0.0.1, where
▌     RDP through a tunnel arrives.
▌
▌ Device      fin-lt-0142.corp.example.com · Windows11 23H2, group Finance
▌ User        CONTOSO\\j.meyer · elevated
▌ Tunnel      Named tunnel · account 9f86d081…5ad015, tunnel 6ff42ae2…1551ef, only on this device
▌ Exposes     RDP localhost:3389
▌ Started by  explorer.exe → powershell.exe → cloudflared.exe
▌ Folder      C:\\Users\\j.meyer\\Downloads · user's own folder
▌ Seen        3 events · since 2026-11-21 19:34:11 UTC
▌ Rules       Cloudflared Usage + 1 more
▌
▌ Command line
▌   cloudflared.exe tunnel --no-autoupdate run --token [removed: 184 characters]
▌
▌ Why it matters: cloudflared was seen on this device. It opens a tunnel from inside the network to
▌ Cloudflare, and the tunnel's owner comes in through it, past the firewall.
▌
▌ Open device: https://security.microsoft.com/machines/a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe/timeline?from=2026-11-21T19%3A04%3A11.402Z&to=2026-11-21T20%3A06%3A04.118Z&tid=3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60
▌
▌ Finding cf-3f9c2a7d5110 · notice 1 · muted for 24 h unless something changes

`);
});

describe.each(Object.entries(variants))("the terminal card '%s'", (_name, notice) => {
	test.each([40, 80, 110, 300])("fits a terminal of %i columns, but for the link that must stay whole", async (width) => {
		const text = await printed(notice, width);
		for (const line of text.split("\n").filter((one) => !one.includes("Open device: ")))
			expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(width, 110));
	});

	test("says the same in colour, with clickable words for links", async () => {
		const [plain, colour] = await Promise.all([printed(notice, 90), printed(notice, 90, true)]);
		const words = (text: string): string => text.replaceAll(/▌ Open device.*\n/g, "");
		expect(words(stripVTControlCharacters(colour))).toBe(words(plain));
		expect(colour).toContain("\u001b[");
		expect(plain).not.toContain("\u001b");
	});
});

test.each([
	["an alert", fc.constant(aNotice()), 1000],
	["every sort of message, answers and alarms included", fc.constantFrom(...everyMessage), 400],
] as const)(
	"hostile text in %s cannot colour, move, link or fake a line of the card",
	async (_, message: fc.Arbitrary<AnyNotice>, numRuns) => {
		await fc.assert(
			fc.asyncProperty(message, hostileText, fc.boolean(), async (notice, text, colour) => {
				const hostile = await printed(everywhere(notice, text), 80, colour);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal codes of our own.
				const codes = hostile.match(/\u001b(?:\[[\d;]*m|\]8;;(?:https:\/\/security\.microsoft\.com\/[\w/.?=&%+-]+)?\u001b\\)/g) ?? [];
				const rest = codes.reduce((left, code) => left.replace(code, ""), hostile);
				// Plain comparisons: `expect` costs more than they do, and there are many.
				const flaws = rest
					.split("\n")
					.slice(0, -2)
					.filter((line) => {
						if (!line.startsWith("▌")) return true;
						return !line.startsWith("▌ Open device: ") && (displayWidth(line) > 80 || forbidden.test(line));
					});
				expect([colour ? [] : codes, flaws]).toEqual([[], []]);
			}),
			{ numRuns: hostileRuns(numRuns) },
		);
	},
);

test("a word that must be broken is not broken before what would then be a link", async () => {
	const notice = everywhere(aNotice({ finding: anUnapprovedFinding() }), `${"x".repeat(9)}mailto:ceo@example.com`);
	for (const width of [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]) expect(await printed(notice, width)).not.toMatch(/\bmailto:/);
});
