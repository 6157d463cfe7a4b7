import type { Notice } from "../../outbox/delivery.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Device, FolderClass, Sighting } from "../../sighting/sighting.ts";
import { targetWords } from "../../sighting/target-words.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, inert, inertText, joined, shortWords } from "../text.ts";
import { parentFolder, withoutScheme } from "./names.ts";
import { rulesLine } from "./rule-words.ts";
import { isTold, note, plain, type Room, row, type StoryRow, type StyledText, strong, subtle } from "./story.ts";
import { counted, utc } from "./time.ts";
import { tunnelRow } from "./tunnel-row.ts";
import { toolWords } from "./tunnel-words.ts";

/** Who, what, from where, how often: the table under the head. */
export function findingRows(notice: Notice, room: Room, rules: FindRule): readonly StoryRow[] {
	const { finding } = notice;
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	// The folder was judged as a place for the tool: of a shell that starts it, that says nothing.
	const isTool = program.kind !== "wrapper" && program.kind !== "other" && program.kind !== "mention";
	const name = (text: Redacted): Inert => shortWords(inert(text, room.name), room.word);
	const long = (text: Redacted): Inert => shortWords(inert(text, room.sentence), room.word);
	const rows = {
		device: row(
			inertText`Device`,
			strong(shortWords(inert(device.name || device.id, room.name), room.deviceWord)),
			note(deviceNote(device, name)),
		),
		user: row(
			inertText`User`,
			strong(name(program.user)),
			note(program.user !== "" && program.elevated ? inertText`elevated` : inertText``),
		),
		tunnel: tunnelRow(finding, name),
		exposes: row(
			inertText`Exposes`,
			...sighting.exposes.slice(0, 2).flatMap((target) => [strong(inert(targetWords[target.class])), plain(name(withoutScheme(target)))]),
		),
		reached: row(inertText`Reached`, strong(sighting.remote === undefined ? inertText`` : name(sighting.remote))),
		registry: row(
			inertText`Registry`,
			plain(sighting.registry === undefined ? inertText`` : long(sighting.registry.key)),
			note(
				sighting.registry === undefined
					? inertText``
					: joined([name(sighting.registry.name), long(sighting.registry.value)], inertText` = `),
			),
		),
		startedBy: row(
			inertText`Started by`,
			...chainSpans(program.chain.slice(-room.chain).map(name)),
			note(program.launcher === undefined ? inertText`` : inertText`launched by ${name(program.launcher)}`),
		),
		was: row(inertText`Was`, plain(sighting.formerName === undefined ? inertText`` : name(sighting.formerName))),
		folder: row(
			inertText`Folder`,
			plain(shortWords(inert(parentFolder(program.path), room.name), room.word + 4)),
			note(joined(isTool ? [folderNotes[program.folderClass], renamedNote(sighting)] : [], inertText`, `)),
		),
		seen: row(
			inertText`Seen`,
			strong(counted(finding.count, inertText`event`, inertText`events`)),
			note(finding.count === 1 ? inertText`at ${utc(finding.firstSeen)}` : inertText`since ${utc(finding.firstSeen)}`),
		),
		rules: row(inertText`Rules`, plain(rulesLine(finding, rules))),
	};
	return (room.rows === "all" ? Object.values(rows) : [rows.device, rows.tunnel, rows.rules]).filter(isTold);
}

/** "Windows11 23H2, server, group Finance, faces the internet" */
function deviceNote({ group, facts }: Device, name: (text: Redacted) => Inert): Inert {
	const known = [
		facts === undefined ? inertText`` : name(facts.os),
		facts === undefined ? inertText`` : kindWords(facts),
		group === "" ? inertText`` : inertText`group ${name(group)}`,
		facts?.internetFacing === true ? inertText`faces the internet` : inertText``,
	];
	return joined(known, inertText`, `);
}

/** "Windows Server 2022" says server already. */
function kindWords({ kind, os }: NonNullable<Device["facts"]>): Inert {
	if (kind === "domain-controller") return inertText`domain controller`;
	return kind === "server" && !/server/i.test(os) ? inertText`server` : inertText``;
}

function renamedNote(sighting: Sighting): Inert {
	const { likely, renamed } = sighting.program;
	if (!renamed) return inertText``;
	return likely === true ? inertText`behaves like ${toolWords(sighting)}` : inertText`${toolWords(sighting)} under another name`;
}

function chainSpans(names: readonly Inert[]): readonly StyledText[] {
	return names.flatMap((name, index) => [
		...(index === 0 ? [] : [subtle(inertText`→`)]),
		index === names.length - 1 ? strong(name) : plain(name),
	]);
}

const folderNotes: Readonly<Record<FolderClass, Inert>> = {
	network: inertText`network share`,
	temp: inertText`temporary folder`,
	odd: inertText`unusual place for a program`,
	"package-manager": inertText`package manager`,
	standard: inertText`usual folder`,
	"program-data": inertText`data folder`,
	user: inertText`user's own folder`,
	"admin-folder": inertText``,
	container: inertText`container`,
	unknown: inertText``,
};
