import { describe, expect, test } from "vitest";
import { checkpointsIn, createHostCheckpoints } from "../../lib/app/host-checkpoints.ts";
import { at } from "../builders.ts";
import { closedPort, listen } from "../notify/loopback.ts";

const created = at("01T00:00:00");
const prefix = "contoso.servicebus.windows.net/defender/tunnelwatch/checkpoint/";

function blob(name: string, sequencenumber: string, modified = "Sat, 21 Nov 2026 10:00:00 GMT"): string {
	const metadata = `<Metadata><sequencenumber>${sequencenumber}</sequencenumber><offset>4294967296</offset></Metadata>`;
	return `<Blob><Name>${name}</Name><Properties><Last-Modified>${modified}</Last-Modified><Content-Length>0</Content-Length></Properties>${metadata}</Blob>`;
}

function list(...blobs: readonly string[]): string {
	return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${blobs.join("")}</Blobs><NextMarker /></EnumerationResults>`;
}

describe("the host's checkpoints", () => {
	test("are the numbers in the metadata, by partition", () => {
		expect([...checkpointsIn(list(blob(`${prefix}0`, "884"), blob(`${prefix}11`, "7")), prefix, created)]).toEqual([
			["0", 884],
			["11", 7],
		]);
	});

	test.each([
		["an empty number, as the host writes before its first checkpoint", blob(`${prefix}0`, "")],
		["one that is no number", blob(`${prefix}0`, "12x")],
		["a blob of another hub", blob(`contoso.servicebus.windows.net/other/tunnelwatch/checkpoint/0`, "5")],
		["one written before the hub was made anew", blob(`${prefix}0`, "5", "Sat, 31 Oct 2026 10:00:00 GMT")],
		["one without a time", blob(`${prefix}0`, "5", "")],
		["half a blob", `<Blob><Name>${prefix}0</Name><sequencenumber>5`],
	])("%s counts as none", (_what, one) => {
		expect(checkpointsIn(list(one), prefix, created).size).toBe(0);
	});
});

describe("asking for them", () => {
	const ask = (blobs: string, timeoutMs = 5_000) =>
		createHostCheckpoints({
			blobs,
			namespace: "Contoso.servicebus.windows.net",
			hub: "Defender",
			group: "tunnelwatch",
			getToken: () => Promise.resolve("a-token"),
			timeoutMs,
		})(created);

	test("is one list of blobs with a token, under names in lower case", async () => {
		const seen: string[] = [];
		const base = await listen((request, response) => {
			seen.push(`${request.method} ${decodeURIComponent(request.url ?? "")} ${request.headers.authorization}`);
			response.end(list(blob(`${prefix}0`, "884")));
		});
		expect([...((await ask(base)) ?? [])]).toEqual([["0", 884]]);
		expect(seen).toEqual([`GET /azure-webjobs-eventhub?restype=container&comp=list&include=metadata&prefix=${prefix} Bearer a-token`]);
	});

	test("a container that is not there yet holds none", async () => {
		const base = await listen((_request, response) => void response.writeHead(404).end());
		expect(await ask(base)).toEqual(new Map());
	});

	test("a refusal, a redirect, an answer without end and a closed port are no answer, and never fail the minute", async () => {
		const refused = await listen((_request, response) => void response.writeHead(403).end());
		const moved = await listen((_request, response) => void response.writeHead(302, { location: "https://example.com/" }).end());
		const silent = await listen(() => undefined);
		for (const base of [refused, moved, await closedPort()]) expect(await ask(base)).toBeUndefined();
		expect(await ask(silent, 50)).toBeUndefined();
	});

	test("an answer larger than any list of checkpoints is not read to its end", async () => {
		const base = await listen((_request, response) => void response.end("x".repeat(3 * 1024 * 1024)));
		expect(await ask(base)).toBeUndefined();
	});
});
