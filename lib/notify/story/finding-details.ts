import type { Finding } from "../../findings/finding.ts";
import type { Redacted } from "../../secrets/redacted.ts";
import type { Sighting, Tunnel } from "../../sighting/sighting.ts";
import type { FindRule } from "../rule-facts.ts";
import { type Inert, idText, inert, inertText, joined, shortWords } from "../text.ts";
import { attackWords, ruleTitle } from "./rule-words.ts";
import { isTold, note, plain, type Room, row, type StoryRow } from "./story.ts";
import { exactDuration } from "./time.ts";
import { spreadWords } from "./tunnel-row.ts";
import { knownTunnel } from "./tunnel-words.ts";

/** What *Details* shows: everything needed to search for the same thing elsewhere, and why the rules fired. */
export function findingDetails(finding: Finding, room: Room, rules: FindRule): readonly StoryRow[] {
	const { device, worst: sighting } = finding;
	const { program } = sighting;
	const { tunnel } = knownTunnel(finding);
	const value = (text: Redacted): Inert => shortWords(inert(text, room.detail), 48);
	const values = (list: readonly Redacted[]): Inert => joined(list.slice(0, 5).map(value), inertText`, `);
	const fingerprint = idText(tunnel?.fingerprint ?? "");
	const { facts } = device;
	return [
		row(inertText`Severity`, plain(sighting.severityReason === undefined ? inertText`` : value(sighting.severityReason))),
		row(inertText`Account`, plain(idText(tunnel?.account ?? ""))),
		row(inertText`Tunnel`, plain(idText(tunnel?.tunnelId ?? ""))),
		row(inertText`Path`, plain(value(program.path))),
		row(inertText`Release`, plain(releaseWords(sighting))),
		row(inertText`SHA-256`, plain(idText(program.sha256)), note(spreadWords(sighting.prevalence?.binary))),
		row(inertText`Also seen`, plain(joined((sighting.otherTunnels ?? []).slice(0, 3).map(tunnelWords), inertText`; `))),
		row(inertText`Token file`, plain(sighting.tokenFile === undefined ? inertText`` : value(sighting.tokenFile))),
		row(inertText`Secret`, plain(fingerprint === "" ? fingerprint : inertText`removed; SHA-256 starts ${fingerprint}`)),
		row(inertText`SHA-1`, plain(idText(program.sha1))),
		row(inertText`Signer`, plain(program.signer === undefined ? inertText`` : value(program.signer))),
		row(inertText`Device ID`, plain(value(device.id))),
		row(inertText`Addresses`, plain(facts === undefined ? inertText`` : values([facts.publicIp, ...facts.addresses]))),
		row(inertText`Logged on`, plain(facts === undefined ? inertText`` : values(facts.users))),
		row(inertText`Exposure`, plain(facts === undefined ? inertText`` : value(facts.exposure))),
		row(inertText`Record`, plain(inertText`${idText(sighting.table)} ${value(sighting.reportId)} at ${value(sighting.timestamp)}`)),
		row(inertText`Delay`, plain(delayWords(sighting))),
		row(inertText`ATT&CK`, plain(attackWords(finding, rules))),
		row(
			inertText`All rules`,
			plain(
				finding.rules.length < 2
					? inertText``
					: joined(
							finding.rules.slice(0, 8).map((id) => ruleTitle(id, rules)),
							inertText`, `,
						),
			),
		),
		...sighting.rules.slice(0, 4).map((rule) => {
			const tests = rule.evidence.slice(0, 4).map(({ column, test, value: held }) => `${column} ${test}: ${held}`);
			// Column and test are the rule's own; the value is redacted already.
			return row(inertText`Rule`, plain(value(`${rule.id}: ${tests.join("; ")}` as Redacted)));
		}),
	]
		.filter(isTold)
		.slice(0, room.details);
}

/** "2026.10.0, windows-amd64.exe": published by its maker, whatever it is called here. */
function releaseWords({ program: { release } }: Sighting): Inert {
	return release === undefined ? inertText`` : inertText`${idText(release.version)}, ${idText(release.asset)}`;
}

/** Without a time from the sensor, or with a wrong clock, there is no delay that could be told. */
function delayWords({ at, exportedAt }: Sighting): Inert {
	const delayMs = exportedAt === undefined ? 0 : exportedAt.getTime() - at.getTime();
	return delayMs <= 0 ? inertText`` : inertText`${exactDuration(delayMs)} from the sensor to the export`;
}

function tunnelWords({ account, tunnelId }: Tunnel): Inert {
	return joined([idText(account), idText(tunnelId)], inertText` `);
}
