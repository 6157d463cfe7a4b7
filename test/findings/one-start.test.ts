import { describe, expect, test } from "vitest";
import { deviceStory, foreignToken, type Row } from "../verdict/device-story.ts";

const start = "tunnel --url http://localhost:8080";

/** A shell whose text holds the command. */
const shell = (time: string, args = start, columns: Row["columns"] = {}): Row => ({
	time,
	columns: {
		FileName: "cmd.exe",
		FolderPath: "C:\\Windows\\System32\\cmd.exe",
		SHA256: "a".repeat(64),
		ProcessCommandLine: `cmd.exe /c C:\\Tools\\cloudflared.exe ${args}`,
		ProcessId: 4120,
		ProcessCreationTime: "2026-11-25T08:59:59.5Z",
		InitiatingProcessFileName: "winword.exe",
		InitiatingProcessCommandLine: "winword.exe report.docx",
		AccountName: "ana",
		...columns,
	},
});
/** The program that the shell starts. */
const child = (time: string, args = start, columns: Row["columns"] = {}): Row => ({
	time,
	columns: {
		FileName: "cloudflared.exe",
		FolderPath: "C:\\Tools\\cloudflared.exe",
		SHA256: "b".repeat(64),
		ProcessCommandLine: `C:\\Tools\\cloudflared.exe ${args}`,
		ProcessId: 4124,
		ProcessCreationTime: "2026-11-25T08:59:59.9Z",
		InitiatingProcessFileName: "cmd.exe",
		InitiatingProcessFolderPath: "C:\\Windows\\System32\\cmd.exe",
		InitiatingProcessCommandLine: `cmd.exe /c C:\\Tools\\cloudflared.exe ${args}`,
		InitiatingProcessId: 4120,
		InitiatingProcessCreationTime: "2026-11-25T08:59:59.5Z",
		AccountName: "ana",
		...columns,
	},
});

async function reasons(...batches: readonly (readonly Row[])[]): Promise<readonly string[]> {
	return (await deviceStory(batches)).map(({ reason }) => reason);
}

describe("one start that is seen through a shell and through its child", () => {
	test("is told once, whichever row comes first, and a later row of the same file is no news either", async () => {
		expect(await reasons([shell("09:00:00")], [child("09:01:00")])).toEqual(["new", "held"]);
		expect(await reasons([child("09:00:00")], [shell("09:01:00")])).toEqual(["new", "held"]);
		expect(await reasons([shell("09:00:00"), child("09:00:00")])).toEqual(["new"]);

		const [, , again] = await deviceStory([[shell("09:00:00")], [child("09:01:00")], [child("09:30:00")]]);
		expect(again?.reason).toBe("held");
	});

	test.each([
		[
			"unique ids alone",
			{ ProcessId: null, ProcessUniqueId: "901" },
			{ InitiatingProcessId: null, InitiatingProcessUniqueId: "901", InitiatingProcessCommandLine: "cmd.exe" },
		],
		["numbers and start times alone", {}, { InitiatingProcessCommandLine: "cmd.exe" }],
		["its command line alone", { ProcessId: null }, { InitiatingProcessId: null }],
	])("is known by %s", async (_, ofShell, ofChild) => {
		expect(await reasons([shell("09:00:00", start, ofShell)], [child("09:01:00", start, ofChild)])).toEqual(["new", "held"]);
	});

	test("is told again where the child does something else", async () => {
		const other = await reasons([shell("09:00:00")], [child("09:01:00", "tunnel --url http://localhost:9090 --name box")]);
		const rdp = await reasons([shell("09:00:00")], [child("09:01:00", "tunnel --url rdp://localhost:3389")]);
		const account = await reasons([shell("09:00:00")], [child("09:01:00", `tunnel run --token ${foreignToken}`)]);

		expect([other.at(-1), rdp.at(-1), account.at(-1)].every((reason) => reason === "changed" || reason === "worse")).toBe(true);
	});

	test("is told again where another process starts the same from another file", async () => {
		const elsewhere = {
			InitiatingProcessId: 7000,
			InitiatingProcessCommandLine: "explorer.exe",
			InitiatingProcessFileName: "explorer.exe",
		};
		expect(await reasons([shell("09:00:00")], [child("09:01:00", start, elsewhere)])).toEqual(["new", "changed"]);
	});

	test("is told again where the child runs under another name", async () => {
		const renamed = { FileName: "svc.exe", FolderPath: "C:\\Tools\\svc.exe", ProcessCommandLine: `cloudflared.exe ${start}` };
		const [, second] = await reasons([shell("09:00:00")], [child("09:01:00", start, renamed)]);
		expect(["changed", "worse"]).toContain(second);
	});
});
