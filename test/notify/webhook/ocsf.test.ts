import { describe, expect, test } from "vitest";
import { ocsfEvent } from "../../../lib/notify/webhook/ocsf.ts";
import { aFinding } from "../../builders.ts";
import { aNotice, answerSamples, anUnapprovedFinding, knowledge, singles } from "../samples.ts";

type Event = Readonly<Record<string, unknown>>;

function event(notice: Parameters<typeof ocsfEvent>[0]): Event {
	return JSON.parse(JSON.stringify(ocsfEvent(notice, knowledge)));
}

describe.each(Object.entries(singles))("the OCSF event '%s'", (_name, notice) => {
	test("has every field that class 2004 demands, and a type that is class and activity", () => {
		const one = event(notice);
		expect(one).toMatchObject({
			class_uid: 2004,
			category_uid: 2,
			metadata: { version: "1.8.0", uid: notice.id, product: { name: "Tunnelwatch" } },
			finding_info: { uid: expect.stringMatching(/^cf-/), title: expect.any(String) },
		});
		expect(one["type_uid"]).toBe(200_400 + Number(one["activity_id"]));
		expect([1, 2, 3, 4, 5]).toContain(one["severity_id"]);
	});

	test("writes every moment as whole milliseconds", () => {
		const one = event(notice);
		const text = JSON.stringify(one);
		expect(one["time"]).toBe(notice.now.getTime());
		for (const [, value] of text.matchAll(/"\w*(?:time|_at)":([^,}]+)/g)) {
			expect(value).toMatch(/^\d{13}$|^"2026-1[12]-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"$/);
		}
	});
});

test("a first notice creates, a later one updates, and the one about a closed finding closes", () => {
	expect(event(aNotice())).toMatchObject({ activity_id: 1, type_uid: 200_401, status_id: 1 });
	expect(event(aNotice({ n: 2, kinds: ["still"] }))).toMatchObject({ activity_id: 2, type_uid: 200_402, status_id: 1 });
	expect(event(aNotice({ finding: aFinding({ status: "closed" }) }))).toMatchObject({ activity_id: 1, type_uid: 200_401, status_id: 4 });
	expect(event(answerSamples.closed)).toMatchObject({
		activity_id: 3,
		type_uid: 200_403,
		status_id: 4,
		status: "Resolved",
	});
	expect(event(answerSamples.silenced)).toMatchObject({ activity_id: 2, status_id: 3, status: "Suppressed" });
	expect(event(answerSamples.acknowledged)).toMatchObject({ activity_id: 2, status_id: 2, status: "In Progress" });
});

test("a finding keeps its id in all its events, each event has its own", () => {
	const events = [aNotice(), aNotice({ id: "cf-3f9c2a7d5110-2", n: 2, kinds: ["worse"] })].map(event);
	expect(events.map((one) => one["finding_info"])).toMatchObject([{ uid: "cf-3f9c2a7d5110" }, { uid: "cf-3f9c2a7d5110" }]);
	expect(events.map((one) => one["metadata"])).toMatchObject([{ uid: "cf-3f9c2a7d5110-1" }, { uid: "cf-3f9c2a7d5110-2" }]);
});

test("a finding tells rule, techniques, program, owner and next steps", () => {
	expect(event(aNotice({ finding: anUnapprovedFinding() }))).toMatchObject({
		severity_id: 4,
		count: 3,
		metadata: { original_time: "2026-11-21T19:34:11.4021337Z", logged_time: Date.UTC(2026, 10, 21, 19, 36, 8, 118) },
		unmapped: { signer: "Unknown, Unsigned" },
		start_time: Date.UTC(2026, 10, 21, 19, 34, 11, 402),
		end_time: Date.UTC(2026, 10, 21, 19, 36, 4, 118),
		device: { uid: "a3f1c0d94be2475f8c61d2e09b7745aa10c3d9fe", hostname: "fin-lt-0142.corp.example.com", type_id: 0 },
		finding_info: {
			analytic: { uid: "cloudflared-usage", type_id: 1 },
			related_analytics: [{ uid: "cloudflared-portable-execution" }],
			attacks: [
				{ technique: { uid: "T1572" } },
				{ technique: { uid: "T1090" } },
				{ technique: { uid: "T1090" }, sub_technique: { uid: "T1090.001" } },
			],
		},
		evidences: [
			{
				process: {
					cmd_line: "cloudflared.exe tunnel --no-autoupdate run --token [removed: 184 characters]",
					parent_process: { name: "powershell.exe" },
					user: { name: "CONTOSO\\j.meyer" },
				},
			},
		],
		enrichments: [{ data: { ownership: "not-ours", account_tag: "9f86d081884c7d659a2feaa0c55ad015" } }],
		remediation: { desc: expect.stringMatching(/^Ask CONTOSO\\j\.meyer whether they started .* on fin-lt-0142\./) },
	});
});
