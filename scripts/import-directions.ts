// Writes the import directions into biome.json. Run `npm run directions` after a change of the table below; a test compares the two.
import { readFileSync, writeFileSync } from "node:fs";

/** The rooms of lib/, ground first: a room may import from those before it and from itself. */
export const rooms = [
	"defender",
	"secrets",
	"detect",
	"sighting",
	"verdict",
	"families",
	"store",
	"knowledge",
	"findings",
	"outbox",
	"watch",
	"notify",
	"actions",
	"inspect.ts",
	"pipeline.ts",
	"app",
] as const;

type Room = (typeof rooms)[number];

/** What stands around lib/: no room may import from it. */
export const around = ["functions", "cli", "scripts", "test"] as const;

/** The thin files that talk to the world. Every other file below lib/app decides. */
export const thinFiles = ["lib/store/table-store.ts", "lib/store/sqlite-table.ts", "lib/notify/http/http.ts"];

/** Parts of Node that only compute. */
const pureModules = ["node:crypto", "node:zlib", "node:util"];

/** Globals that reach the world, or wait for it: files that decide get such things as arguments. */
const worldGlobals = ["fetch", "WebSocket", "process", "setTimeout", "setInterval"];

interface Pattern {
	readonly group: readonly string[];
	readonly message: string;
}

function override(includes: readonly string[], patterns: readonly Pattern[], globals: object = {}): unknown {
	return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } }, ...globals } } } };
}

function importPattern(room: string): string {
	return room.endsWith(".ts") ? `**/${room}` : `**/${room}/**`;
}

/** Which rooms and neighbours a room may not import from. */
export function above(room: Room): readonly string[] {
	return [...rooms.slice(rooms.indexOf(room) + 1), ...around];
}

function upward(room: Room): Pattern {
	return {
		group: above(room).map(importPattern),
		message: `lib/${room} may not import from above: ${above(room).join(", ")}. See docs/architecture.md.`,
	};
}

const thinOnly = "This file decides; what talks to the world sits in the thin files named in scripts/import-directions.ts.";

const pure: Pattern = { group: ["@azure/*", "node:*", "node:*/**", ...pureModules.map((name) => `!${name}`)], message: thinOnly };

const pureGlobals = {
	noRestrictedGlobals: { level: "error", options: { deniedGlobals: Object.fromEntries(worldGlobals.map((name) => [name, thinOnly])) } },
};

/** The overrides of biome.json that hold the directions. */
export function directionOverrides(): readonly unknown[] {
	const folders = rooms.map((room) => {
		if (room === "app") return override([`lib/${room}/**`], [upward(room)]);
		const exceptThin = thinFiles.filter((file) => file.startsWith(`lib/${room}/`)).map((file) => `!${file}`);
		return override([room.endsWith(".ts") ? `lib/${room}` : `lib/${room}/**`, ...exceptThin], [upward(room), pure], pureGlobals);
	});
	const thin = thinFiles.map((file) => {
		const room = rooms.find((name) => file.startsWith(`lib/${name}/`));
		return override([file], room === undefined ? [] : [upward(room)]);
	});
	const belowApp = rooms.filter((room) => room !== "app").map((room) => `**/lib/${room}${room.endsWith(".ts") ? "" : "/**"}`);
	const fromFunctions = ["**/cli/**", "**/scripts/**", "**/test/**", ...belowApp];
	return [
		...folders,
		...thin,
		override(["functions/**"], [{ group: fromFunctions, message: "functions/ may import from lib/app only." }]),
		override(["cli/**"], [{ group: ["**/functions/**", "**/test/**"], message: "cli/ may not import from functions/ or test/." }]),
	];
}

interface Biome {
	readonly overrides: readonly { readonly linter: { readonly rules: { readonly style?: object | undefined } } }[];
}

/** Splits the overrides of biome.json into ours and those that people write. */
export function splitOverrides({ overrides }: Biome): { readonly directions: readonly unknown[]; readonly others: readonly unknown[] } {
	const { directions = [], others = [] } = Object.groupBy(overrides, ({ linter }) =>
		"noRestrictedImports" in (linter.rules.style ?? {}) ? "directions" : "others",
	);
	return { directions, others };
}

if (import.meta.main) {
	const biome = JSON.parse(readFileSync("biome.json", "utf8")) as Biome;
	const overrides = [...directionOverrides(), ...splitOverrides(biome).others];
	writeFileSync("biome.json", `${JSON.stringify({ ...biome, overrides }, null, "\t")}\n`);
}
