import { describe, expect, test } from "vitest";
import { createPost } from "../../lib/notify/http/http.ts";
import { destinationKinds } from "../../lib/notify/index.ts";
import type { DestinationKind } from "../../lib/notify/kind.ts";
import type { Delivery, Destination } from "../../lib/outbox/delivery.ts";
import { at } from "../builders.ts";
import { closedPort, listen, receiver, status } from "./loopback.ts";
import { aNotice, knowledge, singles, variants } from "./samples.ts";

// Every destination that speaks HTTP keeps the same promises. A new one is tested by being in the list.

/** Its example settings with every address on a server of the test's own; what is secret in them is a canary. */
function settingsAt(kind: DestinationKind, base: string): Record<string, string> {
	const here = (value: string): string => value.replace(/^https:\/\/[^/]+/, base);
	return Object.fromEntries(Object.entries(kind.example).map(([name, value]) => [name, here(value).replaceAll("example", "CANARY0")]));
}

function destination(kind: DestinationKind, base: string): Destination {
	const { configured, mistakes } = kind.configure(settingsAt(kind, base), { allowLoopback: true });
	expect(mistakes).toEqual([]);
	if (configured === undefined) throw new Error(`${kind.name} is off`);
	return configured.open({
		post: createPost({ timeoutMs: 60_000 }),
		clock: () => at("21T19:36:12"),
		getToken: () => Promise.reject(new Error("no identity here")),
		knowledge,
		allowLoopback: true,
	});
}

const never = new AbortController().signal;

function short(delivery: Delivery): string {
	if (delivery.ok) return delivery.proof;
	const wait = delivery.retryAfterMs === undefined ? "" : ` ${delivery.retryAfterMs} ms`;
	return `${delivery.reason} ${delivery.scope}${wait}${delivery.ambiguous ? " ambiguous" : ""}`;
}

describe.each(destinationKinds)("$name", (kind) => {
	test("its example is in the form that it accepts where it is deployed", () => {
		const { configured, mistakes } = kind.configure(kind.example, { allowLoopback: false });
		expect({ name: configured?.name, mistakes }).toEqual({ name: kind.name, mistakes: [] });
	});

	test("a user name or a password in an address is refused", () => {
		const addresses = Object.entries(kind.example).filter(([, value]) => URL.canParse(value));
		for (const [name, value] of addresses) {
			for (const who of ["user@", ":pw@", "user:pw@"]) {
				const settings = { ...kind.example, [name]: value.replace("://", `://${who}`) };
				expect(kind.configure(settings, { allowLoopback: false }).mistakes).toEqual([
					expect.stringMatching(new RegExp(`^${name}: .*user name or a password`)),
				]);
			}
		}
	});

	test("it is off without its address, and its secrets are settings of its own", () => {
		const { [kind.address]: _, ...others } = kind.example;
		expect(kind.configure(others, { allowLoopback: false })).toEqual({ configured: undefined, mistakes: [] });
		for (const name of kind.secrets) expect(Object.keys(kind.settings)).toContain(name);
	});

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
		expect(short(await destination(kind, base).send(aNotice(), never))).toBe(expected);
	});

	test("a server that hangs costs one deadline, and the notice may have arrived", async () => {
		const deadline = new AbortController();
		const { base } = await receiver(() => deadline.abort());
		expect(short(await destination(kind, base).send(aNotice(), deadline.signal))).toBe("timeout row ambiguous");
	});

	test("a server that drips its headers costs one deadline", async () => {
		const deadline = new AbortController();
		const base = await listen((request) => {
			request.socket.write("HTTP/1.1 200 OK\r\nx-slow: ", () => deadline.abort());
		});
		expect(short(await destination(kind, base).send(aNotice(), deadline.signal))).toBe("timeout row ambiguous");
	});

	test("nothing listens: surely not delivered", async () => {
		expect(short(await destination(kind, await closedPort()).send(aNotice(), never))).toBe("network row");
	});

	test("a connection that breaks off after the request may have delivered it", async () => {
		const base = await listen((request) => request.socket.destroy());
		expect(short(await destination(kind, base).send(aNotice(), never))).toBe("network row ambiguous");
	});

	test("nothing in a result names the address, its key, its host or what the far end wrote", async () => {
		const chatty = [200, 301, 400, 401, 404, 410, 413, 429, 500, 503].map((code) =>
			receiver(status(code, { location: "https://CANARY.example", "retry-after": "CANARY" }, "CANARY returned HTTP error 500")),
		);
		const bases = [...(await Promise.all(chatty)).map(({ base }) => base), await closedPort()];
		for (const base of bases) {
			const delivery = await destination(kind, base).send(aNotice(), never);
			expect(JSON.stringify(delivery)).not.toMatch(/CANARY|127\.0\.0\.1|https?:/);
			expect(JSON.stringify(delivery)).not.toContain(new URL(base).port);
		}
	});

	test("the id of a notice is the same in each attempt", async () => {
		const { base, received } = await receiver(status(503), status(500), status(202));
		const one = destination(kind, base);
		for (const now of ["21T19:36:10", "21T19:36:40", "21T19:41:00"]) await one.send(aNotice({ now: at(now) }), never);
		expect(received).toHaveLength(3);
		for (const { headers, body } of received) expect(`${headers["webhook-id"]} ${body}`).toContain("cf-3f9c2a7d5110");
		expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
	});

	test.each(Object.entries(kind.audience === "chat" ? variants : singles))(
		"what is sent for '%s' is JSON of moderate size",
		async (variant, notice) => {
			const { base, received } = await receiver(status(202));
			const delivery = await destination(kind, base).send(notice, never);
			// An incident that was acknowledged stays so: PagerDuty has no event that takes it back.
			if (kind.name === "pagerduty" && variant === "unsilenced") {
				expect(delivery).toEqual({ ok: true, proof: "confirmed" });
				expect(received).toHaveLength(0);
				return;
			}
			expect(delivery).toEqual({ ok: true, proof: "queued" });
			expect(received).toHaveLength(1);
			expect(received[0]?.headers["content-type"]).toBe("application/json; charset=utf-8");
			expect(Object.keys(JSON.parse(received[0]?.body ?? "")).length).toBeGreaterThan(1);
			expect(received[0]?.body.length).toBeLessThan(20_480);
		},
	);
});
