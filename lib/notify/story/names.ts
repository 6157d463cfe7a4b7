import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Program, Target } from "../../sighting/sighting.ts";
import { targetWords } from "../../sighting/target-words.ts";
import { type Inert, idText, inert, inertText, plainName, shortWords } from "../text.ts";
import { accountKind } from "./people.ts";
import { relatedWords, shortId } from "./tunnel-row.ts";
import { knownTunnel } from "./tunnel-words.ts";

/** Names that are short enough for a sentence; empty if unknown. */
export interface Names {
	readonly device: Inert;
	readonly user: Inert;
	/** Whom to ask: the user, or the owner of a service account; empty where the account is the system's. */
	readonly asked: Inert;
	/** The program that a sighting is about; empty where something else only starts it. */
	readonly file: Inert;
	/** What starts the program: a shell, a container engine; its own name is in the command line then. */
	readonly wrapper: Inert;
	readonly folder: Inert;
	/** What a renamed file was called before. */
	readonly former: Inert;
	/** What started the program. */
	readonly parent: Inert;
	readonly account: Inert;
	readonly tunnel: Inert;
	/** Other devices on which the account was seen before. */
	readonly related: Inert;
	readonly tokenFile: Inert;
	/** What a client reaches through a tunnel, or under which name a tunnel is reached. */
	readonly hostname: Inert;
	/** Far end of a connection. */
	readonly remote: Inert;
	/** "RDP (localhost:3389)" */
	readonly target: Inert;
}

/** The names in a finding's worst sighting. `word`: most characters in one unbroken word; longer ones are shortened. */
export function namesOf(finding: Finding, word: number): Names {
	const { device, worst } = finding;
	const { program } = worst;
	const { tunnel } = knownTunnel(finding);
	const short = (text: Redacted): Inert => shortWords(inert(text, 80), word);
	const [target] = worst.exposes;
	const isWrapped = program.kind === "wrapper";
	const isNoName = /^\d+$/.test(program.user) || (program.user !== "" && program.user === program.fileName);
	const user = isNoName ? inertText`the user ${short(program.user)}` : short(program.user);
	return {
		device: plainName(device.name, device.id),
		user,
		asked: askedWords(program, user),
		file: isWrapped ? inertText`` : short(program.fileName),
		wrapper: isWrapped ? short(program.fileName) : inertText``,
		folder: isWrapped ? inertText`` : short(parentFolder(program.path)),
		former: short(worst.formerName ?? ("" as Redacted)),
		parent: short(program.chain.at(-2) ?? ("" as Redacted)),
		account: shortId(tunnel?.account ?? ""),
		tunnel: idText(tunnel?.tunnelId ?? ""),
		related: relatedWords(worst.prevalence?.account),
		tokenFile: short(worst.tokenFile ?? ("" as Redacted)),
		// A placeholder, such as the `%h` of ssh, is no name.
		hostname: /^[%$]/.test(worst.hostname) ? inertText`` : short(worst.hostname),
		remote: short(worst.remote ?? ("" as Redacted)),
		target: target === undefined ? inertText`` : targetText(target, short),
	};
}

function askedWords({ user, fileName }: Program, words: Inert): Inert {
	switch (accountKind(user, fileName)) {
		case "person":
			return words;
		case "service":
			return inertText`the owner of ${words}`;
		case "system":
			return inertText``;
	}
}

function targetText(target: Target, short: (text: Redacted) => Inert): Inert {
	const address = short(withoutScheme(target));
	const word = inert(targetWords[target.class]);
	if (word === "") return address;
	return address === "" ? word : inertText`${word} (${address})`;
}

/** The word before it says RDP already; `rdp://` would only have to be made harmless. */
export function withoutScheme({ text, class: kind }: Target): Redacted {
	const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? "";
	const known = scheme.toLowerCase() === `${kind}://` || /^(https?|tcp):\/\/$/i.test(scheme);
	return (known ? text.slice(scheme.length) : text) as Redacted;
}

/** Everything before the last separator; it only ever shortens, so redacted text stays redacted. */
export function parentFolder(path: Redacted): Redacted {
	const end = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
	return path.slice(0, Math.max(0, end)) as Redacted;
}
