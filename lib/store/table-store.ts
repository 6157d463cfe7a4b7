import { odata, RestError, TableClient, type TableServiceClientOptions, type TransactionAction } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { conditionalRemovals } from "./conditional-removals.ts";
import type { NewRow, Page, PageOptions, Range, Row, Table, Transacted, Value, Values, Write, Written } from "./table.ts";
import { causeOf, troubled, wordsOf } from "./trouble.ts";

export type TableConfig =
	| { readonly tableName: string; readonly endpoint: string; readonly credential: TokenCredential }
	/** For the emulator on this machine; the service itself is reached by identity only. */
	| { readonly tableName: string; readonly connectionString: string };

// The SDK waits up to a minute between tries unless told otherwise, and knows no time limit at all.
const retryOptions = { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };
const deadlineMs = 10_000;

/** Azure Table Storage. The only layer that retries a request is the SDK. */
export function createTableStore(config: TableConfig): Table {
	const client = connect(config);
	const keepEtags = conditionalRemovals(client.pipeline);
	const limited = () => ({ abortSignal: AbortSignal.timeout(deadlineMs) });
	return {
		async get({ partitionKey, rowKey }) {
			const found = await unless(404, "reading", client.getEntity(partitionKey, rowKey, limited()));
			return found === undefined ? undefined : toRow(found);
		},
		async create(row) {
			return written("writing", async () => (await client.createEntity(toEntity(row), limited())).etag);
		},
		async replace(row, etag) {
			return written("writing", async () => (await client.updateEntity(toEntity(row), "Replace", { etag, ...limited() })).etag);
		},
		async remove({ partitionKey, rowKey }, etag) {
			try {
				await client.deleteEntity(partitionKey, rowKey, { etag, ...limited() });
				return "removed";
			} catch (error) {
				const outcome = expected(error);
				if (outcome === "stale" || outcome === "missing") return outcome;
				throw surprise("deleting", error);
			}
		},
		async transact(writes) {
			return transacted(async () => {
				const { abortSignal } = limited();
				keepEtags(abortSignal, writes);
				const { subResponses } = await client.submitTransaction(writes.map(toAction), { abortSignal });
				return writes.map((write, index) => (write.kind === "remove" ? "" : (subResponses[index]?.etag ?? "")));
			});
		},
		async page(range, options = {}) {
			return readPage(client, range, options, limited());
		},
		async ensure() {
			await unless(409, "creating the table", client.createTable(limited()));
		},
	};
}

function connect(config: TableConfig): TableClient {
	const options: TableServiceClientOptions = { retryOptions };
	return "connectionString" in config
		? TableClient.fromConnectionString(config.connectionString, config.tableName, { ...options, allowInsecureConnection: true })
		: new TableClient(config.endpoint, config.tableName, config.credential, options);
}

async function readPage(
	client: TableClient,
	{ partitionKey, from, to }: Range,
	{ next, size = 1_000, columns }: PageOptions,
	limit: { readonly abortSignal: AbortSignal },
): Promise<Page> {
	let at: Date | undefined;
	const select = columns === undefined ? {} : { select: ["PartitionKey", "RowKey", ...columns] };
	const filter = odata`PartitionKey eq ${partitionKey} and RowKey ge ${from} and RowKey lt ${to}`;
	const pages = client
		.listEntities({ ...limit, queryOptions: { filter, ...select }, onResponse: (answer) => (at = readDate(answer.headers.get("date"))) })
		.byPage({ maxPageSize: size, ...(next === undefined ? {} : { continuationToken: next }) });
	const result = await unless(404, "listing", pages.next());
	const rows = result === undefined || result.done === true ? [] : result.value;
	return {
		rows: rows.map(toRow),
		next: result === undefined || result.done === true ? undefined : result.value.continuationToken,
		at: at ?? new Date(),
	};
}

function readDate(header: string | undefined): Date | undefined {
	const at = new Date(header ?? "");
	return Number.isNaN(at.getTime()) ? undefined : at;
}

function toEntity({ partitionKey, rowKey, values }: NewRow) {
	return { ...values, partitionKey, rowKey };
}

function toAction(write: Write): TransactionAction {
	switch (write.kind) {
		case "create":
			return ["create", toEntity(write.row)];
		case "replace":
			return ["update", toEntity(write.row), "Replace", { etag: write.etag }];
		case "remove":
			return ["delete", { partitionKey: write.row.partitionKey, rowKey: write.row.rowKey }];
		case "put":
			return ["upsert", toEntity(write.row), "Replace"];
	}
}

function toRow(entity: Readonly<Record<string, unknown>>): Row {
	const { partitionKey, rowKey, etag, timestamp: _, "odata.metadata": __, ...columns } = entity;
	return { partitionKey: String(partitionKey), rowKey: String(rowKey), etag: String(etag), values: toValues(columns) };
}

function toValues(columns: Readonly<Record<string, unknown>>): Values {
	const values: Record<string, Value> = {};
	for (const [name, value] of Object.entries(columns)) {
		// A column that somebody else added in another type is not ours to read.
		if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") values[name] = value;
	}
	return values;
}

/** The word for a status that a caller can handle; `undefined` for everything else. */
function expected(error: unknown): "conflict" | "stale" | "missing" | "tableMissing" | undefined {
	if (!(error instanceof RestError)) return undefined;
	if (error.statusCode === 409) return codeOf(error) === "TableBeingDeleted" ? undefined : "conflict";
	if (error.statusCode === 412) return "stale";
	if (error.statusCode === 404) return codeOf(error) === "TableNotFound" ? "tableMissing" : "missing";
	return undefined;
}

function refusal(error: unknown): 400 | 413 | undefined {
	if (!(error instanceof RestError)) return undefined;
	return error.statusCode === 400 || error.statusCode === 413 ? error.statusCode : undefined;
}

async function written(doing: string, request: () => Promise<string | undefined>): Promise<Written> {
	try {
		return { outcome: "written", etag: (await request()) ?? "" };
	} catch (error) {
		const outcome = expected(error);
		if (outcome !== undefined) return { outcome };
		const status = refusal(error);
		if (status !== undefined) return { outcome: "refused", status };
		throw surprise(doing, error);
	}
}

async function transacted(request: () => Promise<readonly string[]>): Promise<Transacted> {
	try {
		return { outcome: "written", etags: await request() };
	} catch (error) {
		const outcome = expected(error);
		if (outcome !== undefined) return { outcome, index: failedIndex(error) };
		const status = refusal(error);
		if (status !== undefined) return { outcome: "refused", status, index: failedIndex(error) };
		throw surprise("writing", error);
	}
}

/** The message of a failed transaction starts with the index of its failed operation. */
function failedIndex(error: unknown): number | undefined {
	const digits = error instanceof Error ? /^(\d{1,3}):/.exec(error.message)?.[1] : undefined;
	return digits === undefined ? undefined : Number(digits);
}

/** Resolves to `undefined` for the one status that the caller expects. */
async function unless<T>(status: number, doing: string, request: Promise<T>): Promise<T | undefined> {
	try {
		return await request;
	} catch (error) {
		if (error instanceof RestError && error.statusCode === status) return undefined;
		throw surprise(doing, error);
	}
}

/** In a single operation the code lies deeper than in a transaction. */
function codeOf(error: RestError): string {
	const details: unknown = error.details;
	const inner = typeof details === "object" && details !== null && "odataError" in details ? details.odataError : undefined;
	const code = typeof inner === "object" && inner !== null && "code" in inner ? inner.code : undefined;
	return typeof code === "string" ? code : (error.code ?? "");
}

/** The SDK's own errors carry the request with its URL and headers, so they are not passed on as a cause. */
function surprise(doing: string, error: unknown): Error {
	const failed = `Table Storage failed while ${doing}`;
	if (error instanceof Error && error.name === "AbortError") {
		return troubled(`${failed}: no answer within ${deadlineMs / 1_000} s`, "time-out");
	}
	const cause = causeOf(error);
	const words = ["identity", "certificate", "dns"].includes(cause) ? `. ${wordsOf(cause, "The storage account").slice(0, -1)}` : "";
	if (!(error instanceof RestError)) return troubled(`${failed}: ${error instanceof Error ? error.name : "unknown error"}${words}`, cause);
	if (error.statusCode === 403 || error.statusCode === 401) {
		return troubled(
			`${failed}: ${error.statusCode}. Give the app's identity the role "Storage Table Data Contributor" on the account`,
			"role",
		);
	}
	const codes = [error.statusCode, codeOf(error)].filter((part) => part !== undefined && part !== "").join(" ");
	return troubled(`${failed}: ${codes}${words}`, cause);
}
