import fc from "fast-check";
import { expect, test } from "vitest";
import { candidate, nothingKnown, startsTool } from "../../../lib/families/cloudflared/candidate.ts";
import { isClearlyOther } from "../../../lib/families/cloudflared/clearly-other.ts";
import { startOf } from "../../../lib/families/cloudflared/start.ts";
import { approvedToken } from "./generated-records.ts";

const images = [
	"C:\\Windows\\System32\\svchost.exe",
	"C:\\Windows\\Temp\\svc.exe",
	"C:\\Users\\Public\\a.exe",
	"C:\\Program Files\\Git\\git.exe",
];
const starters = ["C:\\Windows\\System32\\cmd.exe", "C:\\x\\cloudflared.exe", "/usr/bin/git", "git", ""];

test.for([
	["svchost.exe -k netsvcs -p", true],
	['"C:\\Program Files\\Git\\git.exe" fetch --all', true],
	// Without an argument, or with a flag or a command of its own, it could run.
	["svc.exe", false],
	["svc.exe --url http://localhost:8080", false],
	["svc.exe --no-autoupdate x", false],
	["svc.exe access rdp", false],
	["svc.exe help", false],
	["svc.exe -- x", false],
	// Something behind a word that it does not know can still be a start.
	["svc.exe x.exe tunnel run", false],
	['svc.exe x.exe t"unn"el run', false],
	[`svc.exe x service install ${approvedToken}`, false],
	["CLOUDFLARED.EXE fetch", false],
	['"clo"udflared fetch', false],
] as const)("%s: clearly another program: %s", ([commandLine, expected]) => {
	for (const image of images) expect(isClearlyOther(image, commandLine)).toBe(expected);
	for (const image of starters) expect(isClearlyOther(image, commandLine)).toBe(false);
});

test("whatever is clearly another program is none when it is read, too", () => {
	const word = fc.constantFrom(
		...["cloudflared", "cloudflared.exe", "C:\\x\\cloudflared.exe", "tunnel", "run", "service", "install", "access", "update", "login"],
		...[
			"--token",
			`--token=${approvedToken}`,
			approvedToken,
			"--url",
			"http://localhost",
			"--hello-world",
			"--loglevel",
			"-v",
			"--help",
			"--",
		],
		...["-", "-x", "--config=c.yml", "x", "-k", "netsvcs", "/c", "a\\\\", "\t"],
	);
	const torn = fc
		.tuple(word, fc.nat(12), fc.constantFrom("", "", '"', '\\"', '""', "'", "^"))
		.map(([text, at, sign]) => text.slice(0, at) + sign + text.slice(at));
	const line = fc.array(torn, { maxLength: 8 }).map((words) => words.join(" "));
	let found = 0;
	fc.assert(
		fc.property(fc.constantFrom(...images, ...starters), fc.constantFrom("svc.exe", '"C:\\a b\\svc.exe"'), line, (image, program, rest) => {
			const commandLine = `${program} ${rest}`;
			if (!isClearlyOther(image, commandLine)) return;
			found++;
			const { readings } = candidate("own", startOf(image, commandLine, new Map()), "", commandLine, { ...nothingKnown, nameless: true });
			expect(readings.some(startsTool)).toBe(false);
		}),
		{ numRuns: 3_000, seed: 1 },
	);
	expect(found).toBeGreaterThan(200);
});
