import type { Redacted } from "../../cloudflared/redacted.ts";
import type { FolderClass, Target } from "../../cloudflared/sighting.ts";
import type { Notice } from "../../findings/delivery.ts";
import type { Finding } from "../../findings/finding.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, idText, inert, say, shortWords } from "../text.ts";
import { ruleTitle } from "./rule-words.ts";
import { isTold, note, plain, type Room, type Row, row, type Span, strong, subtle } from "./story.ts";
import { counted, utc } from "./time.ts";
import { knownTunnel, modeWords, targetWords } from "./tunnel-words.ts";

/** Who, what, from where, how often: the table under the head. */
export function findingRows(notice: Notice, room: Room, rules: FindRule): readonly Row[] {
	const { finding } = notice;
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	const name = (text: Redacted): Inert => shortWords(inert(text, room.name), room.word);
	const told = finding.rules.map((id) => ruleTitle(id, rules)).filter((title) => title !== "");
	const rows = {
		device: row(say`Device`, strong(name(device.name)), note(device.group === "" ? say`` : say`group ${name(device.group)}`)),
		user: row(say`User`, strong(name(program.user)), note(program.user !== "" && program.elevated ? say`elevated` : say``)),
		tunnel: tunnelRow(finding, name),
		exposes: row(
			say`Exposes`,
			...sighting.exposes.slice(0, 2).flatMap((target) => [strong(targetWords[target.class]), plain(name(withoutScheme(target)))]),
		),
		startedBy: row(say`Started by`, ...chainSpans(program.chain.slice(-room.chain).map(name))),
		folder: row(
			say`Folder`,
			plain(shortWords(inert(folderOf(program.path), room.name), room.word + 4)),
			note([folderNotes[program.folderClass], program.renamed ? say`cloudflared under another name` : say``].reduce(comma, say``)),
		),
		seen: row(say`Seen`, strong(counted(finding.count, say`event`, say`events`)), note(say`since ${utc(finding.firstSeen)}`)),
		rules: row(say`Rules`, plain(told.slice(0, 6).reduce(plus, say``))),
	};
	return (room.rows === "all" ? Object.values(rows) : [rows.device, rows.tunnel, rows.rules]).filter(isTold);
}

function tunnelRow(finding: Finding, name: (text: Redacted) => Inert): Row | undefined {
	const { hostname, mode } = finding.worst;
	const { tunnel: shown, learnedAt } = knownTunnel(finding);
	const facts = [
		shown === undefined ? say`` : labelled(say`account`, shortId(shown.account)),
		shown === undefined ? say`` : labelled(say`tunnel`, shortId(shown.tunnelId)),
		learnedAt === undefined ? say`` : say`learned ${utc(learnedAt)}`,
		hostname === "" ? say`` : say`public name ${name(hostname)}`,
	];
	return row(say`Tunnel`, strong(modeWords[mode]), note(facts.reduce(comma, say``)));
}

/** `9f86d081…0ad015`: enough to compare at a glance; the details hold all of it. */
export function shortId(id: string): Inert {
	const whole = idText(id);
	return (whole.length > 20 ? `${whole.slice(0, 8)}…${whole.slice(-6)}` : whole) as Inert;
}

function chainSpans(names: readonly Inert[]): readonly Span[] {
	return names.flatMap((name, index) => [
		...(index === 0 ? [] : [subtle(say`→`)]),
		index === names.length - 1 ? strong(name) : plain(name),
	]);
}

/** The word before it says RDP already; `rdp://` would only have to be made harmless. */
function withoutScheme({ text, class: kind }: Target): Redacted {
	return (text.toLowerCase().startsWith(`${kind}://`) ? text.slice(kind.length + 3) : text) as Redacted;
}

/** Everything before the last separator; it only ever shortens, so redacted text stays redacted. */
function folderOf(path: Redacted): Redacted {
	const end = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
	return path.slice(0, Math.max(0, end)) as Redacted;
}

const folderNotes: Readonly<Record<FolderClass, Inert>> = {
	network: say`network share`,
	temp: say`temporary folder`,
	odd: say`no place for programs`,
	"package-manager": say`package manager`,
	standard: say`usual folder`,
	"program-data": say`data folder`,
	user: say`user's own folder`,
	"admin-folder": say``,
	container: say`container`,
	unknown: say``,
};

function labelled(label: Inert, text: Inert): Inert {
	return text === "" ? text : say`${label} ${text}`;
}

function comma(left: Inert, right: Inert): Inert {
	if (right === "") return left;
	return left === "" ? right : say`${left}, ${right}`;
}

function plus(left: Inert, right: Inert): Inert {
	return left === "" ? right : say`${left} + ${right}`;
}
