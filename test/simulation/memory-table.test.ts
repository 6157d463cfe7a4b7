import { tableContract } from "../contracts/table-contract.ts";
import { createMemoryTable } from "./memory-table.ts";

tableContract(
	"The table in memory",
	async () => createMemoryTable(),
	async () => createMemoryTable(() => new Date(), false),
);
