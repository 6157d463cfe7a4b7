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
	"pipeline.ts",
	"app",
] as const;

/** Imports from before the rooms had walls; each line goes with the change that ends it. */
const stillUpward: Readonly<Partial<Record<(typeof rooms)[number], readonly string[]>>> = {
	secrets: ["families"],
	detect: ["families"],
	sighting: ["families"],
	verdict: ["families"],
};

/** The thin files that talk to the world; every other file below lib/app decides. */
const thinFiles = ["lib/store/table-store.ts", "lib/store/sqlite-table.ts", "lib/notify/http/http.ts"];

const io = ["@azure/*", "node:http", "node:https", "node:net", "node:fs", "node:fs/*", "node:child_process", "node:sqlite"];

interface Pattern {
	readonly group: readonly string[];
	readonly message: string;
}

function override(includes: readonly string[], patterns: readonly Pattern[]): unknown {
	return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } } } } } };
}

function importPattern(room: string): string {
	return room.endsWith(".ts") ? `**/${room}` : `**/${room}/**`;
}

function upward(room: (typeof rooms)[number]): Pattern {
	const above = [...rooms.slice(rooms.indexOf(room) + 1), "functions", "cli"].filter((name) => !stillUpward[room]?.includes(name));
	return {
		group: above.map(importPattern),
		message: `lib/${room} may not import from above: ${above.join(", ")}. See docs/architecture.md.`,
	};
}

const pure: Pattern = {
	group: io,
	message: "This folder decides; what talks to the world sits in the thin files named in scripts/import-directions.ts.",
};

export function directionOverrides(): readonly unknown[] {
	const folders = rooms.map((room) =>
		override([room.endsWith(".ts") ? `lib/${room}` : `lib/${room}/**`], room === "app" ? [upward(room)] : [upward(room), pure]),
	);
	const thin = thinFiles.map((file) => {
		const room = rooms.find((name) => file.startsWith(`lib/${name}/`));
		return override([file], room === undefined ? [] : [upward(room)]);
	});
	const outside = rooms.filter((room) => room !== "app").map((room) => `**/lib/${room}${room.endsWith(".ts") ? "" : "/**"}`);
	return [
		...folders,
		...thin,
		override(["functions/**"], [{ group: ["**/cli/**", ...outside], message: "functions/ talk to lib/app only." }]),
		override(["cli/**"], [{ group: ["**/functions/**"], message: "cli/ and functions/ do not know each other." }]),
	];
}

if (import.meta.main) {
	const biome = JSON.parse(readFileSync("biome.json", "utf8")) as { overrides: { linter: { rules: { style?: object } } }[] };
	const others = biome.overrides.filter(({ linter }) => !("noRestrictedImports" in (linter.rules.style ?? {})));
	writeFileSync("biome.json", `${JSON.stringify({ ...biome, overrides: [...directionOverrides(), ...others] }, null, "\t")}\n`);
}
