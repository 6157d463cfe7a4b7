import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { classify } from "../../../lib/notify/http/classify.ts";
import { createPost } from "../../../lib/notify/http/http.ts";
import { bareServer } from "../loopback.ts";

const sent = (url: string, timeoutMs = 60_000) =>
	createPost({ timeoutMs })({ url, headers: {}, body: "{}", signal: new AbortController().signal });

/** Says something once the request has arrived. */
const whenAsked = (answer: (socket: Socket) => void) => (socket: Socket) => {
	socket.once("data", () => answer(socket));
};
const saying = (text: string) => whenAsked((socket) => void socket.write(text));

/** Keeps writing until the connection is gone. */
const dripping = (head: string, drop: string) =>
	whenAsked((socket) => {
		socket.write(head);
		const drip = setInterval(() => socket.write(drop), 10);
		socket.once("close", () => clearInterval(drip));
	});

describe("whatever a receiver does on the wire, a send ends within its deadline and has failed", () => {
	test.each<[string, (socket: Socket) => void]>([
		[
			"answers 101 and changes the protocol",
			saying("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
		],
		["answers 101 without an upgrade", saying("HTTP/1.1 101 Switching Protocols\r\n\r\n")],
		["answers 100 and nothing more", saying("HTTP/1.1 100 Continue\r\n\r\n")],
		["sends early hints for ever", dripping("", "HTTP/1.1 103 Early Hints\r\nLink: <a>; rel=preload\r\n\r\n")],
		["sends one header for ever", dripping("HTTP/1.1 200 OK\r\nx: ", "a")],
		["sends headers for ever", dripping("HTTP/1.1 200 OK\r\n", "x: y\r\n")],
		["sends more headers than anyone reads", saying(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(10_000)}`)],
		["accepts and says nothing", () => undefined],
		["closes its half and says nothing", (socket) => void socket.end()],
		["closes its half after the request", whenAsked((socket) => void socket.end())],
		["breaks off at once", (socket) => void socket.destroy()],
		["resets the connection", (socket) => void socket.resetAndDestroy()],
		["breaks off in the status line", whenAsked((socket) => void socket.end("HTTP/1.1 2"))],
		["is no web server", saying("220 mail.example.com ESMTP\r\n")],
		["answers with zeros", saying("\0".repeat(1_000))],
		["promises a body in impossible pieces", saying("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")],
		["is HTTP/2 only", saying("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64")],
	])("%s", async (_what, behaviour) => {
		const answer = await sent(await bareServer(behaviour), 300);
		expect(classify(answer, new Date("2026-11-25T08:00:00Z"))).toMatchObject({ ok: false });
	});

	test("a status that has come counts, however the body breaks off", async () => {
		const base = await bareServer(whenAsked((socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthanks")));
		expect(await sent(base)).toMatchObject({ kind: "answered", status: 200, body: "thanks" });
	});

	test("nothing is left behind: no connection stays open after 101", async () => {
		let open = 0;
		const base = await bareServer((socket) => {
			open += 1;
			socket.once("close", () => {
				open -= 1;
			});
			saying("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")(socket);
			// The server sees the end of a connection only when it reads on.
			socket.resume().once("end", () => void socket.end());
		});
		expect(await sent(base)).toMatchObject({ kind: "answered", status: 101 });
		await expect.poll(() => open).toBe(0);
	});
});
