import { describe, expect, test } from "vitest";
import { changedSince, runsOtherArguments } from "../../lib/verdict/service-events.ts";
import { approvedToken, deviceStory, foreignToken, type Row } from "./device-story.ts";

const exe = "C:\\Program Files\\cloudflared\\cloudflared.exe";
const SHA1 = "a".repeat(40);
const startedBy = (name: string) => ({ InitiatingProcessFileName: name, InitiatingProcessFolderPath: `c:\\windows\\system32\\${name}` });

/** The service runs; its row shows what it was installed with, whatever its start was given. */
const serviceRuns = (time: string, args = `tunnel run --token ${approvedToken}`): Row => ({
	time,
	columns: { FileName: "cloudflared.exe", FolderPath: exe, SHA1, ProcessCommandLine: `"${exe}" ${args}`, ...startedBy("services.exe") },
});
const serviceStarted = (time: string, args: string): Row => ({
	time,
	columns: {
		FileName: "sc.exe",
		FolderPath: "C:\\Windows\\System32\\sc.exe",
		ProcessCommandLine: `sc.exe start Cloudflared ${args}`,
		...startedBy("cmd.exe"),
	},
});
const serviceWritten = (time: string, token: string): Row => ({
	table: "DeviceRegistryEvents",
	time,
	columns: {
		ActionType: "RegistryValueSet",
		RegistryKey: "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared",
		RegistryValueName: "ImagePath",
		RegistryValueData: `"${exe}" tunnel run --token ${token}`,
		...startedBy("services.exe"),
	},
});

const exposesRdp = "tunnel --url rdp://127.0.0.1:3389";

describe("a service that was started with other arguments than it was installed with", () => {
	test("an approved service alone is ours, and one started without arguments stays it", async () => {
		const [first, second, third] = await deviceStory([
			[serviceRuns("09:00:00")],
			[serviceStarted("09:05:00", "")],
			[serviceRuns("09:05:01")],
		]);

		expect(first?.sightings[0]?.ownership.verdict).toBe("ours");
		expect(second?.sightings.map(({ severity }) => severity)).not.toContain("high");
		expect(third?.sightings[0]?.ownership.verdict).toBe("ours");
	});

	test("the process that shows the approved token afterwards is not ours, in the same batch and in later ones", async () => {
		const same = await deviceStory([[serviceStarted("09:05:00", exposesRdp), serviceRuns("09:05:01")]]);
		const later = await deviceStory([[serviceStarted("09:05:00", exposesRdp)], [serviceRuns("09:05:01")], [serviceRuns("11:30:00")]]);

		const after = [same[0]?.sightings[1], later[1]?.sightings[0], later[2]?.sightings[0]];
		expect(after.map((one) => [one?.ownership.verdict, one?.severity, one?.quiet])).toEqual(
			after.map(() => ["cannot-tell", "high", undefined]),
		);
		expect(after[0]?.ownership.reason).toBe("The tunnel is approved as Field portal, but the service was started with other arguments.");
		expect(later[0]?.reason).toBe("new");
	});

	test("a record from before that start is judged by its own time", async () => {
		const story = await deviceStory([[serviceStarted("09:05:00", exposesRdp)], [serviceRuns("09:04:59")]]);

		expect(story[1]?.sightings[0]?.ownership.verdict).toBe("ours");
	});

	test("an approved entry written afterwards ends it; one that is not approved does not", async () => {
		const approved = await deviceStory([
			[serviceStarted("09:05:00", exposesRdp)],
			[serviceWritten("10:00:00", approvedToken)],
			[serviceRuns("10:00:05")],
		]);
		const foreign = await deviceStory([
			[serviceStarted("09:05:00", exposesRdp)],
			[serviceWritten("10:00:00", foreignToken)],
			[serviceRuns("10:00:05")],
		]);

		expect(approved[2]?.sightings[0]?.ownership.verdict).toBe("ours");
		expect(foreign[2]?.sightings[0]?.ownership.verdict).toBe("cannot-tell");
	});

	test("what an approved installation taught no longer hides the connector that reads its token from a file", async () => {
		const install: Row = {
			time: "08:00:00",
			columns: {
				FileName: "cloudflared.exe",
				SHA1,
				FolderPath: exe,
				ProcessCommandLine: `"${exe}" service install ${approvedToken}`,
				...startedBy("cmd.exe"),
			},
		};
		const connector = (time: string) => serviceRuns(time, "tunnel run --token-file C:\\ProgramData\\cloudflared\\token");
		const [, before, , after] = await deviceStory([
			[install],
			[connector("08:00:05")],
			[serviceStarted("09:05:00", exposesRdp)],
			[connector("09:05:01")],
		]);

		expect(before?.sightings[0]?.quiet).toBe("connector");
		expect(after?.sightings[0]?.quiet).toBeUndefined();
	});
});

test("what was learned of a service holds until something that nobody approved is done to it, and a new start counts again", () => {
	const at = new Date("2026-11-25T09:00:00Z");
	const written = { at, kind: "written", approved: true } as const;
	const started = { at, kind: "started-with-arguments", approved: false } as const;

	expect(changedSince([started], new Date("2026-11-25T08:59:59.999Z"))).toBe(true);
	expect(changedSince([started], at)).toBe(false);
	expect(changedSince([written], new Date("2026-11-25T08:00:00Z"))).toBe(false);
	expect(runsOtherArguments([started, written])).toBe(false);
	expect(runsOtherArguments([started, written, started])).toBe(true);
});
