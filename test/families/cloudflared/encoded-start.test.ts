import fc from "fast-check";
import { expect, test } from "vitest";
import { createMatcher } from "../../../lib/detect/match.ts";
import { createSieve } from "../../../lib/detect/prefilter/prefilter.ts";
import { cloudflaredEncodedCommand } from "../../../lib/families/cloudflared/rules/cloudflared-encoded-command.ts";
import { foreignToken } from "./generated-records.ts";
import { aRecord } from "./rules/example-record.ts";
import { wide } from "./tokens.ts";

const match = createMatcher([cloudflaredEncodedCommand]);
const sieve = createSieve([cloudflaredEncodedCommand]);

/** What the rule says, and whether the sieve lets the message through to it. */
function seen(commandLine: string): { readonly matches: boolean; readonly passed: boolean } {
	const columns = { FileName: "powershell.exe", ProcessCommandLine: commandLine };
	const record = { time: "t", category: "AdvancedHunting-DeviceProcessEvents", properties: columns };
	return {
		matches: match(aRecord("DeviceProcessEvents", columns)).length > 0,
		passed: sieve.sift(Buffer.from(JSON.stringify({ records: [record] }))).verdict !== "nothing",
	};
}

const shell = fc.constantFrom("powershell", "PowerShell", "POWERSHELL", "pwsh", "powershell.exe", "pOwErShElL", "C:\\Windows\\ps.exe");
const flag = fc.constantFrom("-enc", "-e", "-EncodedCommand", "/ec", "-ENC");
const command = fc.constantFrom(
	"cloudflared tunnel run web",
	"C:\\x\\Cloudflared.exe tunnel --url http://a",
	"CLOUDFLARED service install",
	"ClOuDfLaReD tunnel run",
	`a.exe tunnel run --token ${foreignToken}`,
	"Start-Process x 'tunnel' 'run'",
	"iwr https://a-b-c.trycloudflare.com/x",
	"x.exe --url rdp://localhost:3389",
	"Get-Date",
);
const padding = fc.nat(4).map((length) => ";".repeat(length));

test("however deep a command is encoded, the sieve drops none that the rule finds", () => {
	const layers = fc.array(fc.tuple(shell, flag, padding), { minLength: 1, maxLength: 5 });
	let deepest = 0;
	fc.assert(
		fc.property(command, layers, (inner, around) => {
			const line = around.reduce<string>((text, [name, option, before]) => `${before}${name} ${option} ${wide(text)}`, inner);
			const { matches, passed } = seen(line);
			if (matches) deepest = Math.max(deepest, around.length);
			expect(!matches || passed).toBe(true);
		}),
		{ numRuns: 1_500, seed: 16 },
	);
	// The property means little unless nested commands are found at all.
	expect(deepest).toBeGreaterThanOrEqual(3);
});

test.each([1, 2, 3, 5])("a start of cloudflared is found %i layers deep", (layers) => {
	const line = Array.from({ length: layers }).reduce<string>((text) => `powershell -enc ${wide(text)}`, "cloudflared tunnel run web");
	expect(seen(line)).toEqual({ matches: true, passed: true });
});
