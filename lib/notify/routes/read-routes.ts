import { families } from "../../families/index.ts";
import { type ReviewedJson, readReviewedJson } from "../../verdict/reviewed-json.ts";
import { takenBefore } from "./choose-line.ts";
import { fold, type RouteLine, type RouteMember, routeLine, routesFile } from "./route-line.ts";

/** What a name in a file can mean. */
export interface KnownNames {
	/** Destinations that are set, by name; `undefined`: not known here, and only the form is looked at. */
	readonly destinations: readonly Destinationlike[] | undefined;
	/** Hears only what another one has not taken. */
	readonly fallback: string | undefined;
	/** The setting that a name would need; `undefined`: no destination can be called so. */
	readonly settingFor: (name: string) => string | undefined;
}

interface Destinationlike {
	readonly name: string;
	readonly kind: { readonly audience: "chat" | "machine" };
}

/** More than a list of routes can be. */
const maxLength = 1024 * 1024;

/**
 * Reads the text of a routes file; all mistakes at once, each with the line's place and name. A file with a mistake
 * counts as a whole as wrong: half of a table could silence what the other half tells.
 */
export function readRoutes(json: string, known: KnownNames): ReviewedJson<readonly RouteLine[]> {
	if (json.length > maxLength) return { ok: false, mistakes: ["the file: is larger than 1 MB"] };
	const read = readReviewedJson(json, routesFile, "routes");
	if (!read.ok) return read;
	const lines = read.value.map(routeLine);
	const mistakes = lines.flatMap((line, index) => mistakesIn(line, index, lines, known));
	return mistakes.length === 0 ? { ok: true, value: lines } : { ok: false, mistakes };
}

const rules = new Set(families.flatMap((family) => family.rules.map(({ id }) => fold(id))));
const familyIds = new Set(families.map(({ id }) => fold(id)));

function mistakesIn(line: RouteLine, index: number, lines: readonly RouteLine[], known: KnownNames): readonly string[] {
	const place = `routes[${index}] (${line.name})`;
	const same = lines.slice(0, index).findIndex(({ name }) => fold(name) === fold(line.name));
	const takers = takenBefore(lines.slice(0, index), line);
	const unknown = (member: RouteMember, ids: ReadonlySet<string>, what: string) =>
		[...(line.when[member] ?? [])].filter((id) => !ids.has(id)).map((id) => `${place}.when.${member}: there is no ${what} ${named(id)}`);
	return [
		...(same === -1 ? [] : [`${place}.name: routes[${same}] has this name too`]),
		...unknown("rule", rules, "rule"),
		...unknown("family", familyIds, "family"),
		...line.to.flatMap((name, at) =>
			destinationMistake(name, line.to.indexOf(name) < at, known).map((what) => `${place}.to[${at}]: ${what}`),
		),
		...digestMistake(line, known).map((what) => `${place}.digestOnly: ${what}`),
		...(takers === undefined ? [] : [`${place}: can never be reached, because ${takenBy(takers)}`]),
	];
}

function destinationMistake(name: string, isRepeat: boolean, { destinations, fallback, settingFor }: KnownNames): readonly string[] {
	if (isRepeat) return [`${named(name)} is named twice`];
	const setting = settingFor(name);
	if (setting === undefined) return [`there is no destination ${named(name)}`];
	if (name === fallback) return [`${name} is the fallback, which hears what another destination has not taken; take it out`];
	const isSet = destinations === undefined || destinations.some((one) => one.name === name);
	return isSet ? [] : [`${name} is not set; set ${setting}`];
}

/** Only a chat has a digest: a line for machines alone would be nowhere. */
function digestMistake({ digestOnly, to }: RouteLine, { destinations, fallback }: KnownNames): readonly string[] {
	if (!digestOnly || destinations === undefined) return [];
	const isChat = ({ name, kind }: Destinationlike) => kind.audience === "chat" && name !== fallback;
	if (!destinations.some(isChat)) return ["only a chat has a digest, and none is set: nobody would hear of it"];
	return to
		.filter((name) => destinations.some((one) => one.name === name && one.kind.audience === "machine"))
		.map((name) => `${name} has no digest; name a chat`);
}

function takenBy(takers: readonly RouteLine[]): string {
	const names = takers.slice(0, 3).map(({ name }) => `"${name}"`);
	const more = takers.length > 3 ? [`${takers.length - 3} more`] : [];
	if (takers.length > 1) return `${[...names, ...more].join(", ")} together hold for all of it; move it up, or remove it`;
	const isAll = Object.keys(takers[0]?.when ?? {}).length === 0;
	return `${names[0] ?? ""} ${isAll ? "has no `when` and holds for everything" : "holds whenever it does"}; move it up, or remove it`;
}

/** Mistakes are told to many. What is long and does not look like a name may be an address or a key in the wrong place. */
function named(text: string): string {
	const isName = text.length <= 20 || /^[a-z]{1,20}(-[a-z0-9]{1,20}){0,5}$/.test(text);
	return isName ? text : "of the name that stands there";
}
