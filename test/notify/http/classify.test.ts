import { describe, expect, test } from "vitest";
import { classify, type FindQuirk } from "../../../lib/notify/http/classify.ts";
import { at } from "../../builders.ts";

const now = at("21T19:36:10");

function answered(status: number, { body = "", retryAfter = "" } = {}): Parameters<typeof classify>[0] {
	return { kind: "answered", status, body, retryAfter };
}

function outcome(status: number): string {
	const delivery = classify(answered(status), now);
	return delivery.ok ? delivery.proof : `${delivery.reason} ${delivery.scope}${delivery.ambiguous ? " ambiguous" : ""}`;
}

describe("every status has one meaning", () => {
	const special: Readonly<Record<number, string>> = {
		202: "queued",
		401: "auth down",
		403: "auth down",
		404: "moved down",
		408: "server row",
		410: "gone down",
		429: "rateLimited destination",
		502: "server row ambiguous",
		503: "rateLimited destination",
		504: "server row ambiguous",
	};
	const usual = ["server row", "server row", "confirmed", "moved down", "rejected dead", "server row"];

	test.each(Array.from({ length: 500 }, (_, index) => index + 100))("%i", (status) => {
		const expected = special[status] ?? usual[Math.floor(status / 100)];
		expect(outcome(status)).toBe(expected);
	});

	test("no status at all is a problem of the receiver, tried again", () => {
		expect(outcome(0)).toBe("server row");
	});
});

describe("a success whose text tells of a failure is that failure", () => {
	test.each([
		["Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with x", "rateLimited"],
		["RETURNED HTTP ERROR 403", "auth"],
		["returned HTTP error 200", "server"],
		["Message delivery failed with error", "server"],
	])("%s", (body, reason) => {
		expect(classify(answered(200, { body }), now)).toMatchObject({ ok: false, reason });
	});

	test.each(["1", "ok", "", '{"error": null}', "HTTP error"])("%j is a success", (body) => {
		expect(classify(answered(200, { body }), now)).toEqual({ ok: true, proof: "confirmed" });
	});
});

describe("Retry-After", () => {
	test.each([
		["7", 7_000],
		["0", 1_000],
		["3600", 3_600_000],
		["3601", 3_600_000],
		["999999999999", 3_600_000],
		[" 30 ", 30_000],
		["Sat, 21 Nov 2026 19:36:40 GMT", 30_000],
		["Saturday, 21-Nov-26 19:36:40 GMT", 30_000],
		["Sat Nov 21 19:36:40 2026", 30_000],
		["Sat, 21 Nov 2026 19:00:00 GMT", 1_000],
		["Sun, 22 Nov 2026 19:36:40 GMT", 3_600_000],
		["soon", undefined],
		["", undefined],
		["-5", undefined],
		["7.5", undefined],
		["2026-11-21", undefined],
	])("%j waits %s ms", (retryAfter, retryAfterMs) => {
		for (const status of [429, 503]) {
			expect(classify(answered(status, { retryAfter }), now)).toMatchObject({ scope: "destination", retryAfterMs });
		}
	});

	test("is not obeyed where nothing waits for it", () => {
		expect(classify(answered(500, { retryAfter: "7" }), now)).toMatchObject({ scope: "row", retryAfterMs: undefined });
	});
});

test("a receiver's own words for a refusal come before what the status says, and never turn a success", () => {
	const quirk: FindQuirk = (status, body) =>
		body.includes("paused") ? { reason: "moved", scope: "down", detail: `Switched off (${status}).` } : undefined;
	const meets = (status: number, body: string) => classify(answered(status, { body }), now, quirk);
	expect(meets(400, "paused")).toMatchObject({ reason: "moved", scope: "down", detail: "Switched off (400)." });
	expect(meets(500, "paused")).toMatchObject({ reason: "moved", scope: "down" });
	expect(meets(400, "wrong")).toMatchObject({ reason: "rejected", scope: "dead" });
	expect(meets(200, "paused")).toEqual({ ok: true, proof: "confirmed" });
});

test("what failed before the request left is surely not delivered; after it, nobody knows", () => {
	expect(classify({ kind: "failed", failure: "refused", ambiguous: false }, now)).toEqual({
		ok: false,
		reason: "network",
		scope: "row",
		retryAfterMs: undefined,
		ambiguous: false,
		status: undefined,
		detail: "The connection was refused.",
	});
	expect(classify({ kind: "failed", failure: "timeout", ambiguous: true }, now)).toMatchObject({
		reason: "timeout",
		ambiguous: true,
	});
});
