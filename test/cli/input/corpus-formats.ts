import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import avro from "avsc";
import { isTable } from "../../../lib/defender/tables.ts";

type Row = Readonly<Record<string, unknown>>;

interface Enveloped {
	readonly category: string;
	readonly tenantId: string;
	readonly time: string;
	readonly properties: Row;
}

const corpus = join(import.meta.dirname, "..", "..", "fixtures", "corpus", "messages.ndjson");
export const corpusLines = readFileSync(corpus, "utf8")
	.split("\n")
	.filter((line) => line !== "");
const messages = corpusLines.map((line): unknown => JSON.parse(line));
const records = messages.flatMap((message) => (message as { readonly records: readonly Enveloped[] }).records);
const pretty = (value: unknown) => JSON.stringify(value, undefined, "  ");
const bom = "\uFEFF";

/** Columns alone cannot say that a record is of a table nobody knows, as two of the corpus are. */
const ofKnownTables = records.filter(
	({ category }) => isTable(category.slice("AdvancedHunting-".length)) && category.startsWith("AdvancedHunting-"),
);
const huntingRows: readonly Row[] = ofKnownTables.map((record) => record.properties);
const analyticsRows: readonly Row[] = ofKnownTables.map(({ time, tenantId, category, properties }) => ({
	TimeGenerated: time,
	TenantId: tenantId,
	Type: category.slice("AdvancedHunting-".length),
	...properties,
}));
const columns = [...new Set(huntingRows.flatMap((row) => Object.keys(row)))];
const analyticsColumns = ["Type", ...columns];

function cell(value: unknown, delimiter: string): string {
	if (value === null || value === undefined) return "";
	const text = typeof value === "string" ? value : JSON.stringify(value);
	return /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(delimiter: string, header = (name: string) => name, lineEnd = "\r\n"): string {
	const rows = huntingRows.map((row) => columns.map((name) => cell(row[name], delimiter)).join(delimiter));
	return [columns.map(header).join(delimiter), ...rows].map((line) => line + lineEnd).join("");
}

/** As the service writes it: https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview */
export async function capture(bodies: readonly Uint8Array[], codec: "null" | "deflate"): Promise<Buffer> {
	const type = avro.Type.forSchema({
		type: "record",
		name: "EventData",
		namespace: "Microsoft.ServiceBus.Messaging",
		fields: [
			{ name: "SequenceNumber", type: "long" },
			{ name: "Offset", type: "string" },
			{ name: "EnqueuedTimeUtc", type: "string" },
			{ name: "SystemProperties", type: { type: "map", values: ["long", "double", "string", "bytes"] } },
			{ name: "Properties", type: { type: "map", values: ["long", "double", "string", "bytes", "null"] } },
			{ name: "Body", type: ["null", "bytes"] },
		],
	});
	const encoder = new avro.streams.BlockEncoder(type, { codec });
	for (const [n, body] of bodies.entries()) {
		encoder.write({
			SequenceNumber: n,
			Offset: String(n),
			EnqueuedTimeUtc: "11/18/2026 8:03:00 AM",
			SystemProperties: {},
			Properties: {},
			Body: Buffer.from(body),
		});
	}
	encoder.end();
	const parts: Buffer[] = [];
	for await (const part of encoder as AsyncIterable<Buffer>) parts.push(part);
	return Buffer.concat(parts);
}

/** The same records in every format that people have. */
export async function corpusInEveryFormat(): Promise<Readonly<Record<string, Uint8Array | string>>> {
	const bodies = corpusLines.map((line) => Buffer.from(line));
	return {
		"messages per line": corpusLines.join("\n"),
		"messages per line, CRLF and blank lines": corpusLines.join("\r\n\r\n"),
		"messages per line with a byte order mark": bom + corpusLines.join("\n"),
		"messages per line in UTF-16 LE": Buffer.from(bom + corpusLines.join("\n"), "utf16le"),
		"messages per line in UTF-16 BE": Buffer.from(bom + corpusLines.join("\n"), "utf16le").swap16(),
		"messages per line in UTF-16 LE without a mark": Buffer.from(corpusLines.join("\n"), "utf16le"),
		"messages per line, gzip": gzipSync(corpusLines.join("\n")),
		"messages per line, gzip in gzip": gzipSync(gzipSync(corpusLines.join("\n"))),
		"messages per line, two gzip members": Buffer.concat([
			gzipSync(`${corpusLines.slice(0, 9).join("\n")}\n`),
			gzipSync(corpusLines.slice(9).join("\n")),
		]),
		"messages per line, zstd": zstdCompressSync(corpusLines.join("\n")),
		"messages in one list": JSON.stringify(messages),
		"messages in one list, pretty": pretty(messages),
		"messages one after the other, pretty": messages.map(pretty).join("\n"),
		"records per line (storage export)": records.map((record) => `${JSON.stringify(record)}\r\n`).join(""),
		"records in one list": JSON.stringify(records),
		"records in one list, pretty": pretty(records),
		"records in one message, pretty": pretty({ records }),
		"records with their category last": records.map(({ category, ...rest }) => JSON.stringify({ ...rest, category })).join("\n"),
		"Log Analytics export per line": analyticsRows.map((row) => JSON.stringify(row)).join("\n"),
		"Log Analytics export in messages": analyticsRows.map((row) => JSON.stringify({ records: [row] })).join("\n"),
		"Log Analytics query (API)": JSON.stringify({
			tables: [
				{
					name: "PrimaryResult",
					columns: analyticsColumns.map((name) => ({ name, type: "string" })),
					rows: analyticsRows.map((row) => analyticsColumns.map((name) => row[name] ?? null)),
				},
			],
		}),
		"Log Analytics query (az)": pretty(analyticsRows.map((row) => ({ ...row, TableName: "PrimaryResult" }))),
		"Kusto answer in frames": JSON.stringify([
			{ FrameType: "DataSetHeader", Version: "v2.0" },
			{
				FrameType: "DataTable",
				TableKind: "PrimaryResult",
				Columns: analyticsColumns.map((name) => ({ ColumnName: name })),
				Rows: analyticsRows.map((row) => analyticsColumns.map((name) => row[name] ?? null)),
			},
			{ FrameType: "DataTable", TableKind: "QueryCompletionInformation", Columns: [{ ColumnName: "Level" }], Rows: [["4"]] },
		]),
		"hunting API": JSON.stringify({ Stats: {}, Schema: [], Results: huntingRows }),
		"hunting through Graph, pretty": pretty({ "@odata.context": "…", schema: [], results: huntingRows }),
		"hunting rows per line": huntingRows.map((row) => JSON.stringify(row)).join("\n"),
		"hunting rows in a list, pretty": pretty(huntingRows),
		"hunting CSV": bom + csv(","),
		"hunting CSV with line feeds": csv(",", (name) => name, "\n"),
		"hunting CSV with semicolons": csv(";"),
		"hunting CSV with tabs in UTF-16": Buffer.from(bom + csv("\t"), "utf16le"),
		"hunting CSV as Excel writes it": `sep=;\r\n${csv(";", (name) => `"${name}"`)}`,
		"hunting CSV from a portal": csv(",", (name) => (name === "Timestamp" ? "Timestamp [UTC]" : name)),
		"hunting CSV with names in lower case, gzip": gzipSync(csv(",", (name) => name.toLowerCase())),
		"events with a body": JSON.stringify(messages.map((body, n) => ({ sequenceNumber: n, body }))),
		"events with a body as text": messages.map((body) => JSON.stringify({ Body: JSON.stringify(body) })).join("\n"),
		"events with a body in base64": pretty(bodies.map((body) => ({ EventBody: body.toString("base64") }))),
		"Event Hub Capture": await capture(bodies, "null"),
		"Event Hub Capture, deflate": await capture(bodies, "deflate"),
		"Event Hub Capture, gzip bodies": await capture(
			bodies.map((body) => gzipSync(body)),
			"null",
		),
	};
}
