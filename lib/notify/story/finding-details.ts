import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Sighting, Tunnel } from "../../sighting/sighting.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, idText, inert, joined, say, shortWords } from "../text.ts";
import { attackWords, ruleTitle } from "./rule-words.ts";
import { isTold, note, plain, type Room, type Row, row } from "./story.ts";
import { exactDuration } from "./time.ts";
import { spreadWords } from "./tunnel-row.ts";
import { knownTunnel } from "./tunnel-words.ts";

/** What *Details* shows: everything needed to search for the same thing elsewhere, and why the rules fired. */
export function findingDetails(finding: Finding, room: Room, rules: FindRule): readonly Row[] {
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	const { tunnel } = knownTunnel(finding);
	const value = (text: Redacted): Inert => shortWords(inert(text, room.detail), 48);
	const values = (list: readonly Redacted[]): Inert => joined(list.slice(0, 5).map(value), say`, `);
	const fingerprint = idText(tunnel?.fingerprint ?? "");
	const { facts } = device;
	return [
		row(say`Severity`, plain(sighting.severityReason === undefined ? say`` : value(sighting.severityReason))),
		row(say`Account`, plain(idText(tunnel?.account ?? ""))),
		row(say`Tunnel`, plain(idText(tunnel?.tunnelId ?? ""))),
		row(say`Path`, plain(value(program.path))),
		row(say`SHA-256`, plain(idText(program.sha256)), note(spreadWords(sighting.prevalence?.binary))),
		row(say`Also seen`, plain(joined((sighting.otherTunnels ?? []).slice(0, 3).map(tunnelWords), say`; `))),
		row(say`Token file`, plain(sighting.tokenFile === undefined ? say`` : value(sighting.tokenFile))),
		row(say`Secret`, plain(fingerprint === "" ? fingerprint : say`removed; SHA-256 starts ${fingerprint}`)),
		row(say`SHA-1`, plain(idText(program.sha1))),
		row(say`Signer`, plain(program.signer === undefined ? say`` : value(program.signer))),
		row(say`Device ID`, plain(value(device.id))),
		row(say`Addresses`, plain(facts === undefined ? say`` : values([facts.publicIp, ...facts.addresses]))),
		row(say`Logged on`, plain(facts === undefined ? say`` : values(facts.users))),
		row(say`Exposure`, plain(facts === undefined ? say`` : value(facts.exposure))),
		row(say`Record`, plain(say`${idText(sighting.table)} ${value(sighting.reportId)} at ${value(sighting.timestamp)}`)),
		row(say`Delay`, plain(delayWords(sighting))),
		row(say`ATT&CK`, plain(attackWords(finding, rules))),
		row(
			say`All rules`,
			plain(
				finding.rules.length < 2
					? say``
					: joined(
							finding.rules.slice(0, 8).map((id) => ruleTitle(id, rules)),
							say`, `,
						),
			),
		),
		...sighting.rules.slice(0, 4).map((rule) => {
			const tests = rule.evidence.slice(0, 4).map(({ column, test, value: held }) => `${column} ${test}: ${held}`);
			// Column and test are the rule's own; the value is redacted already.
			return row(say`Rule`, plain(value(`${rule.id}: ${tests.join("; ")}` as Redacted)));
		}),
	]
		.filter(isTold)
		.slice(0, room.details);
}

/** Without a time from the sensor, or with a wrong clock, there is no delay that could be told. */
function delayWords({ at, exportedAt }: Sighting): Inert {
	const delayMs = exportedAt === undefined ? 0 : exportedAt.getTime() - at.getTime();
	return delayMs <= 0 ? say`` : say`${exactDuration(delayMs)} from the sensor to the export`;
}

function tunnelWords({ account, tunnelId }: Tunnel): Inert {
	return joined([idText(account), idText(tunnelId)], say` `);
}
