import type { Redacted } from "../../cloudflared/redacted.ts";
import type { Finding } from "../../findings/finding.ts";
import { type Inert, idText, inert, say, shortWords } from "../text.ts";
import { isTold, plain, type Room, type Row, row } from "./story.ts";
import { knownTunnel } from "./tunnel-words.ts";

/** What *Details* shows: everything needed to search for the same thing elsewhere, and why the rules fired. */
export function findingDetails(finding: Finding, room: Room): readonly Row[] {
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	const { tunnel } = knownTunnel(finding);
	const value = (text: Redacted): Inert => shortWords(inert(text, room.detail), 48);
	return [
		row(say`Path`, plain(value(program.path))),
		row(say`SHA-256`, plain(idText(program.sha256))),
		row(say`Account`, plain(idText(tunnel?.account ?? ""))),
		row(say`Tunnel`, plain(idText(tunnel?.tunnelId ?? ""))),
		row(
			say`Secret`,
			plain(tunnel === undefined || tunnel.fingerprint === "" ? say`` : say`removed; SHA-256 starts ${idText(tunnel.fingerprint)}`),
		),
		row(say`SHA-1`, plain(idText(program.sha1))),
		row(say`Device ID`, plain(value(device.id))),
		row(say`Record`, plain(say`${idText(sighting.table)} ${value(sighting.reportId)} at ${value(sighting.timestamp)}`)),
		...sighting.rules.slice(0, 4).map((rule) => {
			const tests = rule.evidence.slice(0, 4).map(({ column, test, value: held }) => `${column} ${test}: ${held}`);
			// Column and test are the rule's own; the value is redacted already.
			return row(say`Rule`, plain(value(`${rule.id}: ${tests.join("; ")}` as Redacted)));
		}),
	]
		.filter(isTold)
		.slice(0, room.details);
}
