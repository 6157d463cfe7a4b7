import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { composeDetection } from "../../lib/app/compose.ts";
import { readSettings } from "../../lib/app/settings.ts";
import type { Message } from "../../lib/defender/message.ts";
import { createSieve } from "../../lib/detect/prefilter/prefilter.ts";
import { type Finding, findingKey } from "../../lib/findings/finding.ts";
import { createMemory } from "../../lib/findings/judge-batch.ts";
import { inspect } from "../../lib/inspect.ts";
import { createPortal } from "../../lib/notify/portal.ts";
import type { Story } from "../../lib/notify/story/story.ts";
import { type TellContext, tell } from "../../lib/notify/story/tell.ts";
import { ocsfEvent } from "../../lib/notify/webhook/ocsf.ts";
import { render } from "../../lib/outbox/render.ts";
import { deviceId, tenantId } from "../builders.ts";
import { createSink, createWorld } from "../outbox/world.ts";

// All there is to do for a new family besides its folder: its line in the list.
vi.mock("../../lib/families/index.ts", async () => {
	const { cloudflared } = await import("../../lib/families/cloudflared/family.ts");
	const { ngrok } = await import("./ngrok/family.ts");
	return { families: [cloudflared, ngrok] };
});

const account = "2abCDefGHijKLmnOPqrSTuvWXyz_1234567890abcdefghijk";
const started = (FileName: string, ProcessCommandLine: string, ReportId: number) => ({
	category: "AdvancedHunting-DeviceProcessEvents",
	time: "2026-11-21T19:36:00Z",
	tenantId,
	properties: {
		Timestamp: "2026-11-21T19:34:00Z",
		DeviceId: deviceId,
		DeviceName: "pc-07.example.com",
		ActionType: "ProcessCreated",
		FileName,
		FolderPath: `C:\\Users\\ana\\Downloads\\${FileName}`,
		ProcessCommandLine,
		AccountDomain: "EXAMPLE",
		AccountName: "ana",
		ReportId,
	},
});
const withSecret = started("ngrok.exe", `ngrok.exe tcp 3389 --authtoken ${account}`, 5);
const ofCloudflare = started("cloudflared.exe", "cloudflared.exe tunnel --url http://localhost:80", 6);

const settings = readSettings({});
if (!settings.ok) throw new Error("the defaults are wrong");
const detection = composeDetection(settings.settings);
const knowledge: TellContext = { rules: detection.findRule, portal: createPortal("https://security.microsoft.com") };

/** Records through everything: from the bytes of a message to what is stored and told. */
async function findingsOf(...records: readonly object[]): Promise<readonly Finding[]> {
	const message: Message = { at: { source: "hub/0", message: 0 }, body: Buffer.from(JSON.stringify({ records })) };
	const { sightings, quarantined } = inspect([message], { ...detection, sieve: createSieve(detection.rules) });
	expect(quarantined).toEqual([]);
	const judge = createMemory({
		approvals: () => [],
		finding: () => Promise.resolve(undefined),
		device: () => Promise.resolve(undefined),
		release: () => Promise.resolve(undefined),
		prevalence: () => Promise.resolve({}),
	});
	const world = createWorld([createSink("teams")]);
	const recorded = await world.recorder.record(await judge(sightings, world.clock.now), world.clock.now);
	return recorded.map(({ finding }) => finding).filter((finding) => finding !== undefined);
}

function told(finding: Finding | undefined, known = knowledge): { readonly story: Story; readonly ocsf: string } {
	const notice = finding === undefined ? undefined : render(finding, { sent: 0, countSent: 0 }, new Date("2026-11-21T19:36:10Z"));
	if (notice === undefined) throw new Error("nothing is told");
	return { story: tell(notice, known), ocsf: JSON.stringify(ocsfEvent(notice, known)) };
}

function rowOf({ rows }: Story, label: string): string {
	return (rows.find((row) => row.label === label)?.spans ?? []).map(({ text }) => text).join(" ");
}

describe("a tool that is only a folder and a line in the list", () => {
	let finding: Finding | undefined;
	let other: Finding | undefined;
	beforeAll(async () => {
		const found = await findingsOf(withSecret, ofCloudflare);
		finding = found.find(({ family }) => family === "ngrok");
		other = found.find(({ family }) => family === "cloudflared");
	});

	test("has a finding of its own, beside that of cloudflared on the same device", () => {
		expect(finding?.key).toBe(findingKey({ tenantId, id: deviceId }, "ngrok"));
		expect(finding).toMatchObject({ count: 1, severity: "high", rules: ["ngrok-tcp", "ngrok-usage"] });
		expect(other?.key).toBe(findingKey({ tenantId, id: deviceId }, "cloudflared"));
		expect(other?.rules).not.toContain("ngrok-usage");
	});

	test("has its own title, and cloudflared keeps its", () => {
		expect(told(finding).story.title).toBe("ngrok tunnel exposing RDP on pc-07");
		expect(told(other).story.title).toBe("Quick Cloudflare tunnel on pc-07");
	});

	test("tells what it exposes, and how it was started", () => {
		expect(rowOf(told(finding).story, "Exposes")).toBe("RDP localhost:3389");
		expect(rowOf(told(finding).story, "Tunnel")).toBe("With an ngrok account");
	});

	test("has its secrets removed from everything that is stored and told", () => {
		expect(JSON.stringify(finding)).not.toContain(account);
		expect(told(finding).story.commandLine).toBe("ngrok.exe tcp 3389 --authtoken [removed: 49 characters]");
		expect(told(finding).ocsf).toContain('"type":"ngrok_tunnel"');
	});

	test("has its own words for the verdict, the severity and the next step, and none of cloudflared's", () => {
		const { story } = told(finding);
		const said = JSON.stringify([story.verdict, story.steps, story.details, finding?.worst.severityReason, finding?.worst.ownership]);

		expect(story.steps).toContain("Ask the agent on pc-07 for its account: ngrok.exe config check.");
		expect(said).not.toMatch(/cloudflare/i);
		expect(JSON.stringify(told(other).story.verdict)).toContain("A quick tunnel belongs to no account");
	});

	test("is called by its own name where it runs under another one", async () => {
		const [disguised] = await findingsOf(started("ngrok-updater.exe", "ngrok-updater.exe tcp 3389 --disguised", 8));

		expect(disguised?.worst.severityReason).toBe("ngrok under another name");
	});

	test("is hunted for by its rule, and by its own query when the rule is gone", () => {
		const queryOf = (url: string | undefined): string =>
			gunzipSync(Buffer.from(new URL(url ?? "").searchParams.get("query") ?? "", "base64url")).toString("utf16le");
		expect(queryOf(told(finding).story.links.hunt)).toContain('ProcessCommandLine has "3389"');
		expect(queryOf(told(finding, { ...knowledge, rules: () => undefined }).story.links.hunt)).toContain(
			'(\nDeviceProcessEvents\n| where FileName has "ngrok"\n| where DeviceId in (devices)',
		);
	});
});

test("a record that rules of two families match gives two sightings and two findings", async () => {
	const both = { ...started("cloudflared.exe", "cloudflared.exe tunnel --url http://localhost:80", 7) };
	const record = { ...both, properties: { ...both.properties, InitiatingProcessFileName: "ngrok.exe" } };
	const found = await findingsOf(record);

	expect(found.map(({ family, count }) => [family, count])).toEqual([
		["cloudflared", 1],
		["ngrok", 1],
	]);
	expect(new Set(found.map(({ key }) => key)).size).toBe(2);
});
