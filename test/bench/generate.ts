import { type TableName, tables, type unionTables } from "../../lib/defender/tables.ts";
import { createRandom, type Random } from "./random.ts";
import { valueFor } from "./values.ts";

/** How a producer writes JSON: key order and escapes differ, the content does not. */
export type Style = "live" | "sorted" | "escaped";

export interface Recipe {
	readonly seed: number;
	readonly megabytes: number;
	/** Share of records that a rule matches. */
	readonly matches: number;
	/** Share of records that hold a literal of a rule without matching. */
	readonly nearMisses: number;
	/** `mixed` takes them in turn, message by message; `escaped` is how System.Text.Json writes. */
	readonly style: Style | "mixed";
	/** Size of each message; absent = 50 to 300 KB, as the export sends them. */
	readonly messageBytes?: number;
	/** Every letter of what matches is written as `\u00XX`. */
	readonly spelled?: boolean;
}

export interface Corpus {
	readonly messages: readonly Buffer[];
	readonly bytes: number;
	readonly records: number;
	readonly matches: number;
}

/** Text that only an active rule can be after, and text that looks like it. */
const matching = [
	{ FileName: "cloudflared.exe", ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:8080" },
	{ InitiatingProcessFileName: "cloudflared.exe" },
	{ InitiatingProcessCommandLine: '"C:\\Windows\\Temp\\svc.exe" tunnel --no-autoupdate run --token AAAABBBBCCCC' },
] as const;
const near = [
	{ InitiatingProcessCommandLine: "node.exe build.js --token 8f14e45f --out dist" },
	{ InitiatingProcessFolderPath: "c:\\tools\\cloudflared\\readme\\viewer.exe" },
	{ InitiatingProcessCommandLine: "ssh.exe -N -L 8080:localhost:80 tunnel" },
	{ InitiatingProcessParentFileName: "cloudflared.exe" },
	{ InitiatingProcessCommandLine: "code.exe tunnel --accept-server-license-terms" },
	{ InitiatingProcessFileName: "cloudflareddns.exe" },
] as const;

const shares: Readonly<Record<(typeof unionTables)[number] | "DeviceLogonEvents", number>> = {
	DeviceEvents: 14,
	DeviceProcessEvents: 26,
	DeviceNetworkEvents: 24,
	DeviceFileEvents: 18,
	DeviceRegistryEvents: 8,
	DeviceImageLoadEvents: 7,
	DeviceLogonEvents: 3,
};

/** Messages like those of the streaming export: 50–300 KB, all tables with their real columns. The same for a seed. */
export function generate(recipe: Recipe): Corpus {
	const random = createRandom(recipe.seed);
	const messages: Buffer[] = [];
	let bytes = 0;
	let records = 0;
	let matches = 0;
	// A fixed rhythm rather than chance, so that a small corpus has the stated share too.
	const every = recipe.matches === 0 ? Number.POSITIVE_INFINITY : Math.round(1 / recipe.matches);
	while (bytes < recipe.megabytes * 1e6) {
		const style =
			recipe.style === "mixed" ? ((["live", "live", "sorted", "escaped"] as const)[messages.length % 4] ?? "live") : recipe.style;
		const target = recipe.messageBytes ?? 50_000 + random.below(250_000);
		const parts: string[] = [];
		for (let size = 0; size < target; ) {
			records++;
			const isMatch = records % every === 0;
			if (isMatch) matches++;
			const part = oneRecord(random, style, isMatch, recipe);
			parts.push(part);
			size += part.length;
		}
		const message = Buffer.from(`{"records":[${parts.join(",")}]}`);
		messages.push(message);
		bytes += message.byteLength;
	}
	return { messages, bytes, records, matches };
}

function oneRecord(random: Random, style: Style, isMatch: boolean, recipe: Recipe): string {
	const table: TableName = isMatch ? "DeviceProcessEvents" : random.weighted(shares);
	const isNear = !isMatch && random.chance(recipe.nearMisses);
	const special: Readonly<Record<string, string>> = isMatch ? random.pick(matching) : isNear ? random.pick(near) : {};
	const columns = Object.entries(tables[table]).map(
		([column, type]) => [column, special[column] ?? valueFor(column, type, random)] as const,
	);
	const record = {
		time: "2026-11-18T08:02:54.0082674Z",
		tenantId: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60",
		operationName: "Publish",
		category: `AdvancedHunting-${table}`,
		_TimeReceivedBySvc: "2026-11-18T08:01:08.0082678Z",
		properties: Object.fromEntries(style === "sorted" ? columns.toSorted(([one], [other]) => (one < other ? -1 : 1)) : columns),
		Tenant: "DefaultTenant",
	};
	const json = JSON.stringify(style === "sorted" ? sorted(record) : record);
	if (recipe.spelled === true && isMatch) return spelledOut(json, Object.values(special));
	return style === "escaped" ? escaped(json) : json;
}

function sorted(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What System.Text.Json escapes by default: quotes, HTML's characters and everything that is not ASCII. */
function escaped(json: string): string {
	return json.replace(/\\.|['<>&+`\u0080-\uffff]/g, (part) => {
		if (part.length === 1) return hex(part);
		return part === '\\"' ? hex('"') : part;
	});
}

function spelledOut(json: string, values: readonly string[]): string {
	return values.reduce((text, value) => text.replaceAll(JSON.stringify(value), `"${value.replace(/./gs, hex)}"`), json);
}

function hex(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
