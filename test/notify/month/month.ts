import type { PageResponse } from "../../../lib/actions/page-response.ts";
import type { AnswerKind } from "../../../lib/findings/answered.ts";
import type { TellContext } from "../../../lib/notify/story/tell.ts";
import type { AnyNotice, Delivery } from "../../../lib/outbox/delivery.ts";
import { redacted } from "../../builders.ts";
import { again, readSamples, recordsOf, type SampleRecord } from "./sample-records.ts";
import { messageOf, openSampleWorld } from "./sample-world.ts";

/** "21T19:36:04" → that moment in November 2026, UTC; "1228T…" in another month. */
function at(text: string): Date {
	return new Date(`2026-${text.length > 11 ? `${text.slice(0, 2)}-${text.slice(2)}` : `11-${text}`}Z`);
}

/** Synthetic: the secret says so when it is decoded, and no such tunnel exists. */
function token(account: string, tunnel: string): string {
	const secret = Buffer.from("SYNTHETIC-EXAMPLE-OTHER000000000").toString("base64");
	return Buffer.from(JSON.stringify({ a: account, t: tunnel, s: secret })).toString("base64");
}

const throttled: Delivery = {
	...{ ok: false, reason: "rateLimited", scope: "destination", retryAfterMs: 150_000 },
	...{ ambiguous: false, status: 429, detail: "too many requests" },
} as const;

/** Moments `step` minutes apart. */
function minutesFrom(first: Date, count: number, step = 1): readonly Date[] {
	return Array.from({ length: count }, (_, n) => new Date(first.getTime() + n * step * 60_000));
}

/** What the weeks brought, and what is needed to draw it. */
export interface Month {
	/** The messages of the chat, by what they are about. */
	readonly notices: Readonly<Record<string, AnyNotice>>;
	/** With the product's own rules. */
	readonly knowledge: TellContext;
	/** The same with answers switched on. */
	readonly answerable: TellContext;
	/** The page on which a message is answered, as its link shows it. */
	readonly page: PageResponse;
}

let played: Promise<Month> | undefined;

/** Played once for all tests of a process. */
export function theMonth(): Promise<Month> {
	played ??= playMonth();
	return played;
}

/**
 * The samples, and what follows from them in the weeks after, played through the whole product: each message that a chat
 * is sent, by what it is about. Nothing in them is written by hand but the records of the samples and people's answers.
 */
async function playMonth(): Promise<Month> {
	const world = await openSampleWorld();
	const samples = await readSamples();
	const records = samples.flatMap(({ message }) => recordsOf(message));
	const recordOf = (device: string, file: string, index = 0): SampleRecord => {
		const found = records.filter(({ properties }) => properties.DeviceName === device && properties["FileName"] === file)[index];
		if (found === undefined) throw new Error(`the samples hold no ${file} of ${device}`);
		return found;
	};
	const notices: Record<string, AnyNotice> = {};
	/** Names the newest message about this device, or of this type. */
	const keep = (name: string, about: string): void => {
		const found = world.sent.findLast((one) => (one.type === "finding" ? one.finding.device.name : one.type) === about);
		if (found === undefined || Object.values(notices).includes(found)) throw new Error(`no message for '${name}'`);
		notices[name] = found;
	};
	const receive = (moment: Date, ...those: readonly SampleRecord[]) => world.receive([messageOf(...those)], moment);
	const says = async (
		name: string,
		device: string,
		kind: AnswerKind,
		moment: Date,
		more: Partial<Parameters<typeof world.answer>[1]> = {},
	) => {
		await world.answer(device, { kind, ...more }, moment);
		await world.minute(new Date(moment.getTime() + 10_000));
		keep(name, device);
	};
	const laptop = "fin-lt-0142.corp.example.com";
	const developer = "wks-dev-07.corp.example.com";
	const controller = "srv-dc01.corp.example.com";
	const sales = "wks-sales-09.corp.example.com";
	const [web, mac] = ["lin-web-03", "mac-042"];

	// The day of the samples.
	await world.minute(at("21T00:00:00"));
	for (const { message, arrives } of samples) await world.receive([message], arrives);
	keep("new", laptop);
	keep("new, cannot tell", web);
	keep("new, quick tunnel", controller);
	keep("new, renamed", developer);
	keep("new, client", sales);

	const page = await openPage(world, notices["new"]);

	await says("acknowledged", laptop, "acknowledge", at("21T19:41:20"));
	const until = at("22T20:40:00");
	await says("silenced", web, "silence", at("21T20:40:00"), { until, note: redacted("Patch window of the web team, change 4711.") });
	await receive(at("21T21:10:50"), again(recordOf(web, "cloudflared"), 17.93));
	await says("proposed", laptop, "propose", at("21T20:45:00"), { how: "cli", verified: true });
	await world.answer(sales, { kind: "silence", until }, at("21T21:00:00"));
	await says("unsilenced", sales, "lift", at("21T21:05:00"));

	const account = token("0cc175b9c0f1b6a831c399e269772661", "1b7e4c1a-52d8-4f3b-9a61-7c2e8d5f1046");
	const started = recordOf(laptop, "cloudflared.exe", 1);
	const otherAccount = { ProcessCommandLine: `"cloudflared.exe" tunnel run --token ${account}`, ReportId: 50_001 };
	await receive(at("21T22:07:02"), again(started, 2.5, undefined, otherAccount));
	keep("changed", laptop);
	const ssh = { ProcessCommandLine: "cloudflared tunnel --url ssh://localhost:22", ReportId: 50_002 };
	await receive(at("21T22:18:00"), again(recordOf(mac, "cloudflared"), 10, undefined, ssh));
	keep("worse", mac);

	// The hub fills up, and nothing is read for a while.
	world.hubEndsAt(0);
	world.hubReadTo(0);
	for (const [look, moment] of minutesFrom(at("21T23:00:00"), 7, 3).entries()) {
		if (look === 1) world.hubEndsAt(412);
		await world.minute(moment);
	}
	keep("operations", "operations");
	world.hubReadTo(412);
	for (const moment of minutesFrom(at("21T23:21:00"), 8, 3)) await world.minute(moment);
	keep("operations, over", "operations");
	world.hubEndsAt(undefined);

	await world.minute(at("22T06:00:02"), "with digest");
	keep("digest", "digest");

	// Somebody rolls out a tool for developers.
	const quick = recordOf(mac, "cloudflared");
	const macs = Array.from({ length: 37 }, (_, n) => again(quick, 20.8, { name: `mac-${100 + n * 3}`, group: "Engineering" }));
	await receive(at("22T09:06:00"), ...macs);
	await world.minute(at("22T09:07:00"));
	keep("storm", "storm");

	await receive(at("22T20:05:00"), again(recordOf(controller, "cloudflared.exe"), 23.9));
	await receive(at("22T20:20:00"), again(recordOf(controller, "cloudflared.exe"), 24.15));
	keep("still", controller);
	for (const moment of minutesFrom(at("22T20:40:30"), 2)) await world.minute(moment);
	keep("silence ended", web);
	await says("escalated", web, "not-ours", at("22T20:44:00"));
	await says("closed", controller, "close", at("22T21:30:00"), { as: "cleaned", how: "cli", verified: true });

	// One intruder on many devices, while the chat takes nothing for a while.
	world.answersWith(() => throttled);
	const reached = [
		...Array.from({ length: 19 }, (_, n) => ({ name: `fin-lt-0${143 + n}.corp.example.com`, group: "Finance" })),
		{ name: "srv-fs-01.corp.example.com", group: "Servers" },
	];
	await receive(
		at("23T02:16:00"),
		again(recordOf(controller, "cloudflared.exe"), 30.1, { name: "srv-dc02.corp.example.com", group: "Domain controllers" }),
	);
	// The first two on their own: of those that come together, which one's name is remembered first is chance.
	const [second, third, ...rest] = reached.map((device) => [again(started, 30.65, device)]);
	for (const records of [second ?? [], third ?? [], rest.flat()]) await receive(at("23T02:16:02"), ...records);
	world.answersWith(undefined);
	for (const moment of minutesFrom(at("23T02:17:00"), 5)) await world.minute(moment);
	keep("wave", "wave");

	await receive(at("23T08:00:00"), again(recordOf(controller, "cloudflared.exe"), 35.8));
	keep("back, closed before", controller);
	await receive(at("24T09:15:00"), again(recordOf(sales, "cloudflared.exe"), 66.5));
	await world.minute(at("30T18:00:00"));
	await receive(at("1202T09:14:30"), again(recordOf("wks-hr-011.corp.example.com", "budget.xlsx"), 262.8));
	await world.minute(at("1202T09:15:10"));
	keep("heartbeat", "heartbeat");

	for (const moment of minutesFrom(at("1228T06:00:00"), 2)) await world.minute(moment);
	await receive(at("1228T19:40:00"), again(started, 37 * 24));
	keep("back", laptop);
	world.close();
	return { notices, knowledge: world.knowledge, answerable: { ...world.knowledge, answers: world.answers }, page };
}

/** Follows the link of a message's first answer. */
async function openPage(
	{ answers, page }: Pick<Awaited<ReturnType<typeof openSampleWorld>>, "answers" | "page">,
	notice: AnyNotice | undefined,
) {
	const link = notice?.type === "finding" ? answers?.(notice, "acknowledge") : undefined;
	if (link === undefined) throw new Error("the message offers no answer");
	const token = link.slice(link.lastIndexOf("/") + 1);
	return page({ method: "GET", token, header: () => undefined, body: () => Promise.resolve("") });
}
