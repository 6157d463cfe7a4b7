import { describe, expect, test } from "vitest";
import { createMatcher } from "../../../lib/detect/match.ts";
import { allRules } from "../../../lib/families/all-rules.ts";
import { cloudflaredWords } from "../../../lib/families/cloudflared/card-words.ts";
import { publishedReleases } from "../../../lib/families/cloudflared/releases/published-releases.ts";
import { redact } from "../../../lib/families/redact.ts";
import type { Sighting } from "../../../lib/sighting/sighting.ts";
import { judge } from "../../../lib/verdict/judge.ts";
import { sightOne } from "../../sighting/sight-one.ts";
import { recordOf } from "./identity-cases.ts";

/** Windows, 2026.10.0, as published. */
const published = "86aee4017b26625cee8484c113558f48effa4cd47f7aa05fcf425604e5d2b23c";
const match = createMatcher(allRules);
const standIn = [{ rule: { id: "stand-in", family: "cloudflared", severity: "low" as const }, evidence: [] }];

function seen(record: Readonly<Record<string, unknown>>, table = "DeviceProcessEvents"): Sighting {
	const found = recordOf({ table, record });
	const matches = match(found);
	const sighting = sightOne(found, matches.length === 0 ? standIn : matches);
	return judge(sighting, {
		approvals: [],
		remembered: [],
		device: undefined,
		firstInTenant: undefined,
		now: new Date("2026-11-25T10:00:00Z"),
		redact,
		words: cloudflaredWords,
	});
}

const svchost = { FileName: "svchost.exe", FolderPath: "C:\\ProgramData\\svchost.exe", SHA256: published };

describe("the hash of a published release", () => {
	test("tells the tool from its parent, which is one too", () => {
		const parent = { InitiatingProcessFileName: "cloudflared.exe", InitiatingProcessCommandLine: "cloudflared.exe tunnel run" };
		const { program } = seen({ ...svchost, ...parent, ProcessCommandLine: "svchost.exe -k netsvcs" });

		expect(program).toMatchObject({ kind: "renamed", fileName: "svchost.exe" });
	});

	test("names the program whatever it is called and whatever its arguments are", () => {
		const { program, mode, severity, severityReason } = seen({
			...svchost,
			ProcessCommandLine: "svchost.exe tunnel run",
			SHA256: published.toUpperCase(),
		});

		expect(program).toMatchObject({ kind: "renamed", renamed: true, release: { version: "2026.10.0", asset: "windows-amd64.exe" } });
		expect({ mode, severity, severityReason }).toEqual({
			mode: "named-env",
			severity: "high",
			severityReason: "an official release of cloudflared under another name",
		});
	});

	test("sees through the name of a shell or another starter", () => {
		const shell = {
			FileName: "cmd.exe",
			FolderPath: "C:\\Users\\Public\\cmd.exe",
			ProcessCommandLine: "cmd.exe tunnel --url http://localhost:80",
		};

		expect(seen({ ...shell, SHA256: published }).program).toMatchObject({ kind: "renamed", renamed: true });
		expect(seen({ ...shell, SHA256: published }).mode).toBe("quick");
	});

	test("neither lowers nor raises what is called as it should be", () => {
		const own = {
			FileName: "cloudflared.exe",
			FolderPath: "C:\\Program Files (x86)\\cloudflared\\cloudflared.exe",
			ProcessCommandLine:
				'"C:\\Program Files (x86)\\cloudflared\\cloudflared.exe" tunnel run --token-file C:\\ProgramData\\cloudflared\\token',
			InitiatingProcessFileName: "services.exe",
		};
		const [known, unknown] = [seen({ ...own, SHA256: published }), seen({ ...own, SHA256: "a".repeat(64) })];

		expect(known.program).toMatchObject({ kind: "named", renamed: false, release: { version: "2026.10.0" } });
		expect(unknown.program.release).toBeUndefined();
		expect(known.severity).toBe(unknown.severity);
		expect(known.ownership).toEqual(unknown.ownership);
	});

	test("tells of the process that connects, too", () => {
		const connection = {
			ActionType: "ConnectionSuccess",
			InitiatingProcessFileName: "updater.exe",
			InitiatingProcessFolderPath: "c:\\programdata\\updater.exe",
			InitiatingProcessCommandLine: "updater.exe",
			InitiatingProcessSHA256: published,
			RemoteIP: "198.41.192.7",
			RemotePort: 7844,
		};

		const { program, severity } = seen(connection, "DeviceNetworkEvents");

		expect(program).toMatchObject({ kind: "renamed", release: { version: "2026.10.0" } });
		expect(severity).toBe("high");
	});

	test("of a saved file: a copy under another name is one, an installer's cache and a download on its way are not", () => {
		const saved = (FileName: string, folder: string) =>
			seen({ ActionType: "FileCreated", FileName, FolderPath: `${folder}\\${FileName}`, SHA256: published }, "DeviceFileEvents").program
				.kind;

		expect(saved("report.exe", "C:\\Users\\Public")).toBe("renamed");
		expect(saved("1f2a3b.msi", "C:\\Windows\\Installer")).toBe("release");
		expect(saved("Unconfirmed 1234.crdownload", "C:\\Users\\ana\\Downloads")).toBe("release");
		expect(saved("cloudflared-2026.10.0.msi", "C:\\Deploy")).toBe("release");
		expect(saved("cloudflared.exe", "C:\\Deploy")).toBe("named");
	});

	test("a hash that is not listed proves nothing", () => {
		expect(seen({ ...svchost, SHA256: "b".repeat(64), ProcessCommandLine: "svchost.exe -k netsvcs" }).program.kind).toBe("other");
		expect(publishedReleases.find("")).toBeUndefined();
	});
});

describe("a hash that another row has taught", () => {
	const learned = { version: "2026.10.0", asset: "windows-amd64.exe" };
	const judgeWith = (record: Readonly<Record<string, unknown>>, release: typeof learned | undefined) => {
		const sighting = sightOne(recordOf({ table: "DeviceProcessEvents", record }), standIn);
		const context = {
			approvals: [],
			remembered: [],
			device: undefined,
			firstInTenant: undefined,
			now: new Date("2026-11-25T10:00:00Z"),
			redact,
			words: cloudflaredWords,
		};
		return judge(sighting, { ...context, release });
	};
	const onlySha1 = {
		FileName: "svchost.exe",
		FolderPath: "C:\\ProgramData\\svchost.exe",
		ProcessCommandLine: "svchost.exe -k",
		SHA1: "c".repeat(40),
	};

	test("counts where a row carries only SHA-1", () => {
		expect(judgeWith(onlySha1, undefined).quiet).toBe("bystander");
		expect(judgeWith(onlySha1, learned)).toMatchObject({ severity: "high", program: { kind: "renamed", release: learned } });
		expect(judgeWith(onlySha1, learned).quiet).toBeUndefined();
	});

	test("leaves the name of what is called as it should be", () => {
		const named = {
			FileName: "cloudflared.exe",
			FolderPath: "C:\\Tools\\cloudflared.exe",
			ProcessCommandLine: "cloudflared.exe tunnel run",
			SHA1: "c".repeat(40),
		};
		expect(judgeWith(named, learned)).toMatchObject({ program: { kind: "named", renamed: false, release: learned } });
	});
});
