import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultPolicy } from "../../lib/findings/policy.ts";
import { settle, takeLease } from "../../lib/outbox/lease.ts";
import { raise, told } from "../../lib/outbox/owed.ts";
import { owedAddress, owedValues, readOwed, settledAddress } from "../../lib/outbox/owed-row.ts";
import { createRecorder } from "../../lib/outbox/record.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { aFinding, aSighting, at } from "../builders.ts";

const now = at("21T19:36:10");

let azurite: Azurite;
beforeAll(async () => {
	azurite = await startAzurite();
	await createTableStore({ connectionString: azurite.connectionString(), tableName: "leases" }).ensure();
});
afterAll(() => azurite.close());

/** Forwards everything; while armed it drops the answer to the next write, closes the socket and is disarmed. */
async function startLossyProxy(target: string) {
	let armed = false;
	let dropped = 0;
	const server = createServer((incoming, outgoing) => {
		const forwarded = request(new URL(incoming.url ?? "/", target), { method: incoming.method, headers: incoming.headers }, (answer) => {
			if (armed && incoming.method !== "GET") {
				armed = false;
				dropped += 1;
				answer.resume().on("end", () => incoming.socket.destroy());
				return;
			}
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		incoming.pipe(forwarded);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		// The emulator checks signatures over the path, not the host.
		url: `http://127.0.0.1:${port}`,
		loseNextAnswer: () => {
			armed = true;
		},
		dropped: () => dropped,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

test("a lost answer and the SDK's own retry lose neither a claim, nor its mark, nor a finding", async () => {
	const proxy = await startLossyProxy(azurite.url);
	const table = createTableStore({ connectionString: azurite.connectionString(proxy.url), tableName: "leases" });
	const finding = aFinding();
	const owed = raise(undefined, { reason: "new", finding, urgency: "ordinary", dueAt: now });
	const address = owedAddress(finding.key, "teams");
	await table.create({ ...address, values: owedValues(owed) });
	const row = await table.get(address);
	if (row === undefined) throw new Error("the row was just written");

	proxy.loseNextAnswer();
	const lease = await takeLease(table, [{ ...readOwed(row), owed }], "mine", now);
	expect(lease).toMatchObject({ id: "mine", members: [{ owed: { state: "leased" } }] });
	expect(proxy.dropped()).toBe(1);
	expect(await takeLease(table, [{ ...readOwed(row), owed }], "other", now)).toEqual({ id: "other", members: [] });

	proxy.loseNextAnswer();
	expect(await settle(table, lease, (leased) => told(leased, 1, 1, "queued", now))).toEqual([]);
	expect(proxy.dropped()).toBe(2);
	expect(await table.get(address)).toBeUndefined();
	expect((await table.get(settledAddress(finding.key, "teams")))?.values).toMatchObject({ state: "done", sent: 1 });

	proxy.loseNextAnswer();
	let ids = 0;
	const recorder = createRecorder({
		table,
		destinations: ["teams"],
		policy: defaultPolicy,
		random: () => 0.5,
		sleep: async () => undefined,
		newId: () => `token${++ids}`,
	});
	expect(await recorder.record([aSighting()], now)).toMatchObject([{ reason: "new", fresh: 1, repeats: 0, finding: { count: 1 } }]);
	expect(proxy.dropped()).toBe(3);
	proxy.close();
});
