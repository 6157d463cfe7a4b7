import type { Notice } from "../../outbox/delivery.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Device, FolderClass } from "../../sighting/sighting.ts";
import { targetWords } from "../../sighting/target-words.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, inert, joined, say, shortWords } from "../text.ts";
import { folderOf, withoutScheme } from "./names.ts";
import { rulesLine } from "./rule-words.ts";
import { isTold, note, plain, type Room, type Row, row, type Span, strong, subtle } from "./story.ts";
import { counted, utc } from "./time.ts";
import { tunnelRow } from "./tunnel-row.ts";
import { toolWords } from "./tunnel-words.ts";

/** Who, what, from where, how often: the table under the head. */
export function findingRows(notice: Notice, room: Room, rules: FindRule): readonly Row[] {
	const { finding } = notice;
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	const name = (text: Redacted): Inert => shortWords(inert(text, room.name), room.word);
	const long = (text: Redacted): Inert => shortWords(inert(text, room.sentence), room.word);
	const rows = {
		device: row(say`Device`, strong(shortWords(inert(device.name, room.name), room.deviceWord)), note(deviceNote(device, name))),
		user: row(say`User`, strong(name(program.user)), note(program.user !== "" && program.elevated ? say`elevated` : say``)),
		tunnel: tunnelRow(finding, name),
		exposes: row(
			say`Exposes`,
			...sighting.exposes.slice(0, 2).flatMap((target) => [strong(inert(targetWords[target.class])), plain(name(withoutScheme(target)))]),
		),
		reached: row(say`Reached`, strong(sighting.remote === undefined ? say`` : name(sighting.remote))),
		registry: row(
			say`Registry`,
			plain(sighting.registry === undefined ? say`` : long(sighting.registry.key)),
			note(sighting.registry === undefined ? say`` : joined([name(sighting.registry.name), long(sighting.registry.value)], say` = `)),
		),
		startedBy: row(
			say`Started by`,
			...chainSpans(program.chain.slice(-room.chain).map(name)),
			note(program.launcher === undefined ? say`` : say`launched by ${name(program.launcher)}`),
		),
		was: row(say`Was`, plain(sighting.formerName === undefined ? say`` : name(sighting.formerName))),
		folder: row(
			say`Folder`,
			plain(shortWords(inert(folderOf(program.path), room.name), room.word + 4)),
			note(joined([folderNotes[program.folderClass], program.renamed ? say`${toolWords(sighting)} under another name` : say``], say`, `)),
		),
		seen: row(
			say`Seen`,
			strong(counted(finding.count, say`event`, say`events`)),
			note(finding.count === 1 ? say`at ${utc(finding.firstSeen)}` : say`since ${utc(finding.firstSeen)}`),
		),
		rules: row(say`Rules`, plain(rulesLine(finding, rules))),
	};
	return (room.rows === "all" ? Object.values(rows) : [rows.device, rows.tunnel, rows.rules]).filter(isTold);
}

/** "Windows11 23H2, server, group Finance, faces the internet" */
function deviceNote({ group, facts }: Device, name: (text: Redacted) => Inert): Inert {
	const known = [
		facts === undefined ? say`` : name(facts.os),
		facts?.kind === "server" && !/server/i.test(facts.os) ? say`server` : say``,
		group === "" ? say`` : say`group ${name(group)}`,
		facts?.internetFacing === true ? say`faces the internet` : say``,
	];
	return joined(known, say`, `);
}

function chainSpans(names: readonly Inert[]): readonly Span[] {
	return names.flatMap((name, index) => [
		...(index === 0 ? [] : [subtle(say`→`)]),
		index === names.length - 1 ? strong(name) : plain(name),
	]);
}

const folderNotes: Readonly<Record<FolderClass, Inert>> = {
	network: say`network share`,
	temp: say`temporary folder`,
	odd: say`unusual place for a program`,
	"package-manager": say`package manager`,
	standard: say`usual folder`,
	"program-data": say`data folder`,
	user: say`user's own folder`,
	"admin-folder": say``,
	container: say`container`,
	unknown: say``,
};
