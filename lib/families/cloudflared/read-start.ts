import type { Claim, Decoding, ProgramKind } from "../../sighting/reading.ts";
import type { FolderClass, Mode, Tunnel } from "../../sighting/sighting.ts";
import { givenIn } from "./claims.ts";
import { type Command, readCommand } from "./command.ts";
import { claimsOf, credentialOf, hasSecond } from "./credential.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { folderOf, isPublicFolder } from "./folders.ts";
import { nameKind, programName } from "./names.ts";
import { originOf } from "./origin.ts";
import { isCut, type Start } from "./start.ts";
import { modeIn, opensTunnel } from "./start-mode.ts";
import { choosesOther } from "./surroundings.ts";
import { takesText } from "./takes-text.ts";
import { defaultQuickService, type Lookup, lookupIn, nothingSet, type Runs, type Sources, whatRuns } from "./what-runs.ts";

/** One start, read as cloudflared itself would read it. */
export interface StartReading {
	readonly start: Start;
	readonly kind: Exclude<ProgramKind, "wrapper">;
	readonly certain: boolean;
	readonly pretends: boolean;
	readonly calledOtherwise: boolean;
	readonly folderClass: FolderClass;
	readonly mode: Mode;
	readonly decoding: Decoding;
	readonly tunnel: Tunnel | undefined;
	readonly claims: readonly Claim[];
	readonly secondCredential: boolean;
	readonly detours: readonly string[];
	readonly tokenFile: string;
	readonly credentialsFile: string;
	readonly config: string;
	readonly tunnelName: string;
	readonly hostname: string;
	readonly exposes: readonly string[];
	readonly flags: readonly string[];
	readonly opensInOldReleases: boolean;
	/** What stands around the start can change which program runs, or what it reads. */
	readonly altered: boolean;
}

/** Where secrets and logs lie, what is reachable, how it hides, who may look at it. */
const tellingFlags =
	"config origincert credentials-file token-file no-autoupdate protocol region edge metrics logfile log-directory pidfile label tag bastion socks5 ssh-server no-tls-verify lb-pool post-quantum".split(
		" ",
	);
const detourFlags = ["edge", "cacert", "api-url", "quick-service"] as const;

/** What besides its arguments speaks for a program under another name. */
export interface Signs {
	/** Its hash is that of a published release. */
	readonly official: boolean;
	/** A second sign, where the arguments alone do not decide. */
	readonly suspicious: boolean;
}

/** Reads mode, tunnel, exposed targets and flags from one start. Pure: config, token and credentials files are named, never opened. */
export function readStart(start: Start, signs: Signs): StartReading {
	const values = start.args.map(({ value }) => value);
	const command = readCommand(values);
	if (start.environment.size === 0 && saysNothing(command)) return ofNothing(start, command, signs);
	const sources = sourcesOf(start.environment);
	const runs = whatRuns(command, sources);
	const lookup = lookupIn(command, sources);
	const isSet = lookup !== nothingSet;
	const place = folderOf(start.image);
	const { kind, certain, pretends } = programOf(
		start,
		() => evidenceOf(command, runs, start.args, start.environment.keys()),
		runs,
		place,
		signs,
	);
	const credential = credentialOf(runs, start, command);
	const given = givenIn(start.args, start.environment, credential);
	const mode = kind === "other" ? "unknown" : modeIn(start, runs, credential?.decoding);
	const shown = command.levels.every(({ flags }) => flags.size === 0) ? [] : command.levels.flatMap(({ flags }) => [...flags.keys()]);
	const opens = opensTunnel(mode);
	const { tunnel, decoding } = credential ?? { tunnel: undefined, decoding: "not-visible" as const };
	const conclusive = decoding === "readable" && credential?.conclusive === true;
	return {
		start,
		kind,
		certain,
		pretends,
		calledOtherwise: isCalledOtherwise(start),
		folderClass: place,
		mode,
		decoding,
		tunnel: conclusive || decoding === "ambiguous" ? tunnel : undefined,
		claims: kind === "other" ? [] : claimsOf(given, tunnel),
		secondCredential: hasSecond(runs, lookup, given, command, tunnel),
		detours: isSet ? detourFlags.filter((flag) => isDetour(flag, lookup(flag)?.value)) : none,
		tokenFile: lookup("token-file")?.value ?? "",
		credentialsFile: lookup("credentials-file")?.value ?? "",
		config: lookup("config")?.value ?? "",
		tunnelName: runs.kind === "adhoc" ? runs.name.value : runs.kind === "credentials" ? (runs.tunnel?.value ?? "") : "",
		hostname: lookup("hostname")?.value ?? farHost(command),
		exposes: opens ? exposed(lookup, sources) : [],
		flags: shown.length === 0 ? none : tellingFlags.filter((flag) => shown.includes(flag)),
		opensInOldReleases: mode === "would-fail" && ["bastion", "socks5", "unix-socket"].some((flag) => shown.includes(flag)),
		altered: start.trail.altered || isAltered(start),
	};
}

function isAltered({ environment, image }: Start): boolean {
	return environment.size > 0 && [...environment].some(([name, value]) => choosesOther(name, value, image));
}

const none: readonly string[] = [];
const noSources: Sources = { environment: new Map(), config: new Map() };

function sourcesOf(environment: Start["environment"]): Sources {
	if (environment.size === 0) return noSources;
	return { ...noSources, environment: new Map([...environment].map(([name, { value }]) => [name, value])) };
}

/** The first argument is no command and sets nothing that cloudflared knows: so begins nearly every other program's line. */
function saysNothing(command: Command): boolean {
	if (command.outcome === "mistake") return command.levels.length === 0;
	if (command.outcome !== "command" || command.path.length > 0 || command.positionals.length === 0) return false;
	return command.levels.every(({ flags }) => flags.size === 0);
}

/** What is read of such a line; cloudflared would refuse it. */
function ofNothing(start: Start, command: Command, signs: Signs): StartReading {
	const place = folderOf(start.image);
	const { kind, certain, pretends } = programOf(start, () => evidenceOf(command, refused, start.args, none), refused, place, signs);
	return {
		start,
		kind,
		certain,
		pretends,
		calledOtherwise: isCalledOtherwise(start),
		folderClass: place,
		mode: kind === "other" ? "unknown" : modeIn(start, refused, undefined),
		decoding: "not-visible",
		tunnel: undefined,
		claims: kind === "other" ? [] : claimsOf(givenIn(start.args, start.environment, undefined), undefined),
		secondCredential: false,
		detours: none,
		tokenFile: "",
		credentialsFile: "",
		config: "",
		tunnelName: "",
		hostname: "",
		exposes: none,
		flags: none,
		opensInOldReleases: false,
		altered: start.trail.altered,
	};
}

const refused: Runs = { kind: "nothing", why: "no command of its own" };

/** The file is the tool's by its name, and the command line calls it something else. */
function isCalledOtherwise({ image, argument0 }: Start): boolean {
	return argument0 !== "" && nameKind(argument0) === undefined && nameKind(image) !== undefined;
}

/** The file on disk counts; what the command line calls itself is the starter's choice. */
function programOf(
	start: Start,
	evidenceOfArguments: () => Evidence,
	runs: Runs,
	place: FolderClass,
	{ official, suspicious }: Signs,
): Pick<StartReading, "kind" | "certain" | "pretends"> {
	const { image, argument0, trail } = start;
	const own = nameKind(image);
	const claimed = nameKind(argument0);
	const pretends = own === undefined && claimed !== undefined && image !== "?";
	if (own !== undefined) return { kind: trail.container === "mirror" ? "variant" : own, certain: true, pretends: false };
	// The hash says what it is, whatever it is called and whatever its arguments are.
	if (official) return { kind: "renamed", certain: true, pretends };
	const evidence = evidenceOfArguments();
	// A service's parameters without its program: what they say is all there is.
	if (image === "?") return { kind: evidence === "none" ? "other" : "named", certain: false, pretends: false };
	// `logger cloudflared tunnel run …`: what such a program is given is text, unless it would start something as cloudflared.
	// Of a text that was cut nobody knows.
	const starts = (runs.kind !== "nothing" && runs.kind !== "help") || isCut(start);
	if (!starts && !pretends && evidence !== "none" && takesText(programName(image))) return { kind: "other", certain: false, pretends };
	if (evidence === "strong" || (pretends && evidence !== "none")) return { kind: "renamed", certain: true, pretends };
	const odd = place === "temp" || place === "odd" || place === "network" || isPublicFolder(image);
	const anywhere = odd || place === "user" || place === "program-data";
	const likely = (evidence === "weak" && (odd || suspicious)) || (evidence === "leading" && (anywhere || suspicious));
	return { kind: likely ? "renamed" : "other", certain: false, pretends };
}

function isDetour(flag: (typeof detourFlags)[number], value: string | undefined): boolean {
	if (value === undefined || value === "") return false;
	if (flag === "quick-service") return value !== defaultQuickService;
	return flag !== "api-url" || !/^https:\/\/api(?:\.fed)?\.cloudflare\.com\//.test(value);
}

function exposed(lookup: Lookup, sources: Sources): readonly string[] {
	const { kind, target, socks } = originOf(lookup, sources);
	switch (kind) {
		case "bastion":
			return ["bastion"];
		case "url":
			if (socks) return ["socks-proxy", target];
			return target === "" ? [] : [target];
		case "unix-socket":
			return [`unix:${target}`];
		// What it then leads to, nobody has said: the account can set any target.
		case "none":
			return socks ? ["socks-proxy"] : [];
		// A page that the program makes itself: nothing of the device is reachable.
		case "hello-world":
		case "ingress":
			return [];
	}
}

/** `access rdp --hostname H`, also as `--tunnel-host` and `-T`. */
function farHost(command: Command): string {
	if (command.path[0] !== "access") return "";
	const level = command.levels.at(-1);
	return ["hostname", "tunnel-host", "T"].map((name) => level?.flags.get(name)?.at(-1)).find((one) => one !== undefined) ?? "";
}
