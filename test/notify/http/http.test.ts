import { lookup } from "node:dns";
import { describe, expect, test } from "vitest";
import type { HttpAnswer, PostRequest } from "../../../lib/notify/http/answer.ts";
import { createPost } from "../../../lib/notify/http/http.ts";
import { closedPort, listen, receiver, status } from "../loopback.ts";

const patient = createPost({ timeoutMs: 60_000 });

function to(url: string, change: Partial<PostRequest> = {}): PostRequest {
	return { url, headers: { "content-type": "application/json" }, body: '{"text":"ü"}', signal: new AbortController().signal, ...change };
}

test("the body and the headers arrive as they were given", async () => {
	const { base, received } = await receiver(status(202));
	expect(await patient(to(`${base}/hook?sig=x`, { headers: { "x-a": "1" } }))).toEqual({
		kind: "answered",
		status: 202,
		retryAfter: "",
		body: "",
	});
	expect(received).toMatchObject([{ path: "/hook?sig=x", headers: { "x-a": "1", "content-length": "13" }, body: '{"text":"ü"}' }]);
});

test("a redirect is an answer: nothing follows it", async () => {
	const { base, received } = await receiver(status(301, { location: "/elsewhere" }));
	expect(await patient(to(base))).toMatchObject({ status: 301 });
	expect(received).toHaveLength(1);
});

test("of a long answer only the first 4 KiB are read", async () => {
	const { base } = await receiver(status(200, {}, "a".repeat(1_000_000)));
	expect(await patient(to(base))).toMatchObject({ status: 200, body: "a".repeat(4096) });
});

test("Retry-After is handed on as it came", async () => {
	const { base } = await receiver(status(429, { "retry-after": "soon" }));
	expect(await patient(to(base))).toMatchObject({ status: 429, retryAfter: "soon" });
});

describe("what failed is told apart", () => {
	test("nothing listens: surely not delivered", async () => {
		expect(await patient(to(await closedPort()))).toEqual({ kind: "failed", failure: "refused", ambiguous: false });
	});

	test("the far end does not speak TLS: surely not delivered", async () => {
		const base = await listen((_request, response) => response.end());
		expect(await patient(to(base.replace("http:", "https:")))).toEqual({ kind: "failed", failure: "tls", ambiguous: false });
	});

	test("a server that never answers ends at the deadline", async () => {
		const { base } = await receiver(() => undefined);
		expect(await createPost({ timeoutMs: 50 })(to(base))).toMatchObject({ kind: "failed", failure: "timeout" });
	});

	test("a server that has the request when the time is up may have taken it", async () => {
		const caller = new AbortController();
		const { base, received } = await receiver(() => caller.abort());
		expect(await patient(to(base, { signal: caller.signal }))).toEqual({ kind: "failed", failure: "timeout", ambiguous: true });
		expect(received).toHaveLength(1);
	});

	test("a connection that breaks off after the request may have delivered it", async () => {
		const base = await listen((request) => request.socket.destroy());
		expect(await patient(to(base))).toEqual({ kind: "failed", failure: "reset", ambiguous: true });
	});

	test("the caller's signal ends a POST at once", async () => {
		const { base } = await receiver(() => undefined);
		expect(await patient(to(base, { signal: AbortSignal.timeout(50) }))).toMatchObject({ failure: "timeout" });
	});
});

test("an answer whose text drips past the deadline still counts by its status", async () => {
	const { base } = await receiver((response) => {
		response.writeHead(200, { "content-length": "1000" });
		response.write("returned HTTP error 429");
	});
	let answer: HttpAnswer | undefined;
	// On a slow machine the first deadlines can pass before the status has come.
	for (const timeoutMs of [150, 1_500, 15_000]) {
		answer = await createPost({ timeoutMs })(to(base));
		if (answer.kind === "answered") break;
	}
	expect(answer).toMatchObject({ kind: "answered", status: 200, body: "returned HTTP error 429" });
});

test("headers that never end hit the deadline", async () => {
	const caller = new AbortController();
	const base = await listen((request) => {
		request.socket.write("HTTP/1.1 200 OK\r\nx-a: ", () => caller.abort());
	});
	expect(await patient(to(base, { signal: caller.signal }))).toEqual({ kind: "failed", failure: "timeout", ambiguous: true });
});

describe("an address that is not allowed is never connected to", () => {
	test("localhost, when loopback is refused", async () => {
		const { base, received } = await receiver(status(200));
		const asked: string[] = [];
		const allowAddress = (address: string): boolean => {
			asked.push(address);
			return false;
		};
		expect(await patient(to(base.replace("127.0.0.1", "localhost"), { allowAddress }))).toEqual({
			kind: "failed",
			failure: "forbidden-address",
			ambiguous: false,
		});
		expect(asked.length).toBeGreaterThan(0);
		expect(received).toHaveLength(0);
	});

	test("localhost, when it is allowed", async () => {
		const { base, received } = await receiver(status(200));
		const url = base.replace("127.0.0.1", "localhost");
		expect(await patient(to(url, { allowAddress: () => true }))).toMatchObject({ status: 200 });
		expect(received).toHaveLength(1);
	});
});

describe("a name with several addresses", () => {
	/** Stands in for the name service, which on a test machine has one address for each name. */
	const named = (...addresses: readonly string[]) =>
		createPost({
			timeoutMs: 10_000,
			resolveName: Object.assign(
				(_: string, __: object, done: (error: null, found: readonly { address: string; family: number }[]) => void) => {
					done(
						null,
						addresses.map((address) => ({ address, family: 4 })),
					);
				},
				{ __promisify__: lookup.__promisify__ },
			) as typeof lookup,
		});
	const allowAddress = (address: string): boolean => address === "127.0.0.1";

	test.each([
		["the first", ["192.0.2.1", "127.0.0.1"]],
		["the last", ["127.0.0.1", "192.0.2.1"]],
	])("is refused when only %s of them is not allowed", async (_, addresses) => {
		const { base, received } = await receiver(status(200));
		const url = base.replace("127.0.0.1", "hooks.example.com");
		expect(await named(...addresses)(to(url, { allowAddress }))).toMatchObject({ failure: "forbidden-address", ambiguous: false });
		expect(received).toHaveLength(0);
	});

	test("is connected to when all are", async () => {
		const { base, received } = await receiver(status(200));
		const url = base.replace("127.0.0.1", "hooks.example.com");
		expect(await named("127.0.0.1", "127.0.0.1")(to(url, { allowAddress }))).toMatchObject({ status: 200 });
		expect(received).toHaveLength(1);
	});
});

test("no answer and no failure names the host, the port or the key in the URL", async () => {
	const answers = await Promise.all([
		patient(to(`${await closedPort()}/CANARY?sig=CANARY`)),
		patient(to("https://canary-host.invalid/CANARY")),
		createPost({ timeoutMs: 150 })(to(`${(await receiver(() => undefined)).base}/CANARY`)),
	]);
	for (const answer of answers) {
		expect(answer.kind).toBe("failed");
		expect(JSON.stringify(answer)).not.toMatch(/canary|127\.0\.0\.1|\d{4,}/i);
	}
});
