import { afterAll, beforeAll } from "vitest";
import { createTableStore } from "../../lib/findings/table-store.ts";
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
