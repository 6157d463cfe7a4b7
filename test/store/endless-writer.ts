import { openSqliteTable } from "../../lib/store/sqlite-table.ts";

// Says how many rows it was told are stored, until somebody kills it.
const table = await openSqliteTable(process.argv[2] ?? "", "tunnelwatch");
await table.ensure();
for (let n = 1; n < 50_000; n++) {
	const written = await table.create({ partitionKey: "p", rowKey: String(n).padStart(8, "0"), values: { n } });
	if (written.outcome !== "written") throw new Error(written.outcome);
	process.stdout.write(`${n}\n`);
}
