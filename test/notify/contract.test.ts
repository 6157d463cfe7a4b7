import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createPost } from "../../lib/notify/http/http.ts";
import { createDestinations, destinationKinds, notifySettings } from "../../lib/notify/index.ts";
import type { Delivery, Destination } from "../../lib/outbox/delivery.ts";
import { at } from "../builders.ts";
import { closedPort, listen, receiver, status } from "./loopback.ts";
import { aNotice, rules, variants } from "./samples.ts";

// Every destination that speaks HTTP keeps the same promises. A new one is tested by being in the list.

/** The setting that switches a destination on, and an address in the form it wants. */
const addresses: Readonly<Record<string, { readonly setting: string; readonly path: string }>> = {
	teams: { setting: "TEAMS_WEBHOOK_URL", path: "/workflows/CANARY/triggers/manual/paths/invoke?sig=CANARY" },
	webhook: { setting: "WEBHOOK_URL", path: "/hook/CANARY?key=CANARY" },
};

function destination(name: string, base: string, timeoutMs = 10_000): Destination {
	const address = addresses[name];
	if (address === undefined) throw new Error(`give ${name} an address in this suite`);
	const settings = z.object(notifySettings).parse({ [address.setting]: base + address.path });
	const { destinations, mistakes } = createDestinations(settings, {
		post: createPost({ timeoutMs }),
		clock: () => at("21T19:36:12"),
		rules,
		allowLoopback: true,
	});
	expect(mistakes).toEqual([]);
	const [only] = destinations;
	if (only === undefined) throw new Error(`${name} is off`);
	return only;
}

const never = new AbortController().signal;

function short(delivery: Delivery): string {
	if (delivery.ok) return delivery.proof;
	const wait = delivery.retryAfterMs === undefined ? "" : ` ${delivery.retryAfterMs} ms`;
	return `${delivery.reason} ${delivery.scope}${wait}${delivery.ambiguous ? " ambiguous" : ""}`;
}

describe.each(destinationKinds.map(({ name }) => name))("%s", (name) => {
	test.each([
		[202, {}, "", "queued"],
		[200, {}, "", "confirmed"],
		[204, {}, "", "confirmed"],
		[200, {}, "Webhook message delivery failed with error: endpoint returned HTTP error 429", "rateLimited destination"],
		[301, { location: "https://evil.example" }, "", "moved down"],
		[400, {}, "", "rejected dead"],
		[401, {}, "", "auth down"],
		[403, {}, "", "auth down"],
		[404, {}, "", "moved down"],
		[408, {}, "", "server row"],
		[410, {}, "", "gone down"],
		[413, {}, "", "rejected dead"],
		[415, {}, "", "rejected dead"],
		[422, {}, "", "rejected dead"],
		[429, { "retry-after": "7" }, "", "rateLimited destination 7000 ms"],
		[429, { "retry-after": "Sat, 21 Nov 2026 19:36:42 GMT" }, "", "rateLimited destination 30000 ms"],
		[429, { "retry-after": "soon" }, "", "rateLimited destination"],
		[429, {}, "", "rateLimited destination"],
		[500, {}, "", "server row"],
		[502, {}, "", "server row ambiguous"],
		[503, { "retry-after": "7" }, "", "rateLimited destination 7000 ms"],
		[504, {}, "", "server row ambiguous"],
	] as const)("an answer %i %j %s means: %s", async (code, headers, body, expected) => {
		const { base } = await receiver(status(code, headers, body));
		expect(short(await destination(name, base).send(aNotice(), never))).toBe(expected);
	});

	test("a server that hangs costs one deadline, and the notice may have arrived", async () => {
		const { base } = await receiver(() => undefined);
		expect(short(await destination(name, base, 150).send(aNotice(), never))).toBe("timeout row ambiguous");
	});

	test("a server that drips its headers costs one deadline", async () => {
		const base = await listen((request) => {
			request.socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
		});
		expect(short(await destination(name, base, 150).send(aNotice(), never))).toBe("timeout row ambiguous");
	});

	test("nothing listens: surely not delivered", async () => {
		expect(short(await destination(name, await closedPort()).send(aNotice(), never))).toBe("network row");
	});

	test("a connection that breaks off after the request may have delivered it", async () => {
		const base = await listen((request) => request.socket.destroy());
		expect(short(await destination(name, base).send(aNotice(), never))).toBe("network row ambiguous");
	});

	test("nothing in a result names the address, its key, its host or what the far end wrote", async () => {
		const chatty = [200, 301, 400, 401, 404, 410, 413, 429, 500, 503].map((code) =>
			receiver(status(code, { location: "https://CANARY.example", "retry-after": "CANARY" }, "CANARY returned HTTP error 500")),
		);
		const bases = [...(await Promise.all(chatty)).map(({ base }) => base), await closedPort()];
		for (const base of bases) {
			const delivery = await destination(name, base).send(aNotice(), never);
			expect(JSON.stringify(delivery)).not.toMatch(/CANARY|127\.0\.0\.1|https?:/);
			expect(JSON.stringify(delivery)).not.toContain(new URL(base).port);
		}
	});

	test("the id of a notice is the same in each attempt", async () => {
		const { base, received } = await receiver(status(503), status(500), status(202));
		const one = destination(name, base);
		for (const now of ["21T19:36:10", "21T19:36:40", "21T19:41:00"]) await one.send(aNotice({ now: at(now) }), never);
		expect(received).toHaveLength(3);
		for (const { headers, body } of received) expect(`${headers["webhook-id"]} ${body}`).toContain("cf-3f9c2a7d5110");
		expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
	});

	test.each(Object.entries(variants))("what is sent for '%s' is JSON of moderate size", async (_variant, notice) => {
		const { base, received } = await receiver(status(202));
		expect(await destination(name, base).send(notice, never)).toEqual({ ok: true, proof: "queued" });
		expect(received).toHaveLength(1);
		expect(received[0]?.headers["content-type"]).toBe("application/json; charset=utf-8");
		expect(Object.keys(JSON.parse(received[0]?.body ?? ""))).toContain("type");
		expect(received[0]?.body.length).toBeLessThan(20_480);
	});
});
