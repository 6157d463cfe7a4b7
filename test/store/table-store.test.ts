import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Table } from "../../lib/store/table.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { type Azurite, startAzurite } from "../azurite.ts";
import { tableContract } from "../contracts/table-contract.ts";

let azurite: Azurite;
let missing = 0;

beforeAll(async () => {
	azurite = await startAzurite();
	await createTableStore({ connectionString: azurite.connectionString(), tableName: "contract" }).ensure();
});
afterAll(() => azurite.close());

tableContract(
	"Azurite through the SDK",
	async () => createTableStore({ connectionString: azurite.connectionString(), tableName: "contract" }),
	async () => {
		missing += 1;
		return createTableStore({ connectionString: azurite.connectionString(), tableName: `missing${missing}` });
	},
);

/** A table that always answers the same. */
async function startAnswering(status: number, code: string) {
	const server = createServer((request, response) => {
		request.resume();
		response.writeHead(status, { "content-type": "application/json" });
		response.end(JSON.stringify({ "odata.error": { code, message: { lang: "en-US", value: "told at http://127.0.0.1/secret" } } }));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const table = createTableStore({ connectionString: azurite.connectionString(`http://127.0.0.1:${port}`), tableName: "contract" });
	return {
		table,
		port,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

const key = { partitionKey: "p", rowKey: "r" };
const calls: readonly (readonly [string, (table: Table) => Promise<unknown>])[] = [
	["get", (table) => table.get(key)],
	["create", (table) => table.create({ ...key, values: {} })],
	["replace", (table) => table.replace({ ...key, values: {} }, "etag")],
	["remove", (table) => table.remove(key, "etag")],
	["transact", (table) => table.transact([{ kind: "create", row: { ...key, values: {} } }])],
	["page", (table) => table.page({ partitionKey: "p", from: "a", to: "b" })],
	["ensure", (table) => table.ensure()],
];

async function errorOf(work: Promise<unknown>): Promise<Error> {
	try {
		await work;
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error("it should have failed");
}

describe("what goes wrong with the service is told without its address or key", () => {
	test.each(calls)("%s without access names the role that is missing", async (_, call) => {
		const { table, port, close } = await startAnswering(403, "AuthorizationPermissionMismatch");
		const error = await errorOf(call(table));
		close();

		expect(error.message).toContain("403");
		expect(error.message).toContain("Storage Table Data Contributor");
		expect(JSON.stringify([error.message, error.cause])).not.toMatch(
			new RegExp(`${port}|127\\.0\\.0\\.1|secret|devstoreaccount1|AccountKey`),
		);
	});

	test("a service that is busy is named by its status and code", async () => {
		const { table, close } = await startAnswering(501, "ServerBusy");
		expect((await errorOf(table.get(key))).message).toBe("Table Storage failed while reading: 501 ServerBusy");
		close();
	});

	test("a service that cannot be reached is named by what happened", async () => {
		const { table, port, close } = await startAnswering(200, "");
		close();
		const { message } = await errorOf(table.get(key));

		expect(message).toBe("Table Storage failed while reading: ECONNREFUSED");
		expect(message).not.toContain(String(port));
	});
});
