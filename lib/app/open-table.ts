import { DefaultAzureCredential } from "@azure/identity";
import { emulatorConnection } from "../store/emulator.ts";
import type { Table } from "../store/table.ts";
import { createTableStore } from "../store/table-store.ts";
import { isLocal } from "./settings.ts";
import { signIn } from "./sign-in.ts";

/** The emulator on this machine has a public key; everything else is reached by identity only. */
export function openTable(endpoint: string, tableName: string): Table {
	return isLocal(endpoint)
		? createTableStore({ tableName, connectionString: emulatorConnection(endpoint) })
		: createTableStore({ tableName, endpoint, credential: signIn(DefaultAzureCredential) });
}
