import fc from "fast-check";
import type { DeviceContext } from "../../../lib/defender/device.ts";
import { createMatcher } from "../../../lib/detect/match.ts";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { families } from "../../../lib/families/index.ts";
import { rulesOfSet } from "../../../lib/families/select.ts";
import type { Redacted } from "../../../lib/secrets/redacted.ts";
import type { Reading } from "../../../lib/sighting/reading.ts";
import { createSight } from "../../../lib/sighting/sight.ts";
import type { Mode } from "../../../lib/sighting/sighting.ts";
import { type Approval, readApprovals } from "../../../lib/verdict/approvals.ts";
import { judge } from "../../../lib/verdict/judge.ts";
import type { Remembered } from "../../../lib/verdict/remembered.ts";
import {
	approvedToken,
	argumentsOf,
	columnsOf,
	credentialText,
	fileOf,
	foreignToken,
	type Generated,
	generated,
	lineOf,
	ownAccount,
	ownTunnel,
	remembered,
} from "./generated-records.ts";
import { recordOf } from "./identity-cases.ts";

/** What nobody may change with a text: who is told, how loudly, and whose tunnel it is said to be. */
interface Outcome {
	readonly told: boolean;
	readonly severity: number;
	readonly verdict: "ours" | "not-ours" | "cannot-tell" | "none";
	readonly mode: Mode;
	readonly kind: string;
	readonly renamed: boolean;
}

const now = new Date("2026-11-25T10:00:00Z");
const match = createMatcher(rulesOfSet("all"));
// Redaction has its own promises; here it would only take time.
const asItIs = (text: string): Redacted => text as Redacted;
const sight = createSight(families, asItIs);
const account = { account: ownAccount, tunnels: [ownTunnel], owner: "a@example.com", reason: "r", until: "2030-01-01" };
const lists: Readonly<Record<Generated["approves"], readonly Approval[]>> = {
	account: approvals([account]),
	nothing: [],
	weak: approvals([account, { user: "a.b", owner: "a@example.com", reason: "r", until: "2030-01-01" }]),
	fleet: approvals([
		account,
		{
			device: "d".repeat(40),
			path: "C:\\Program Files\\cloudflared\\cloudflared.exe",
			sha1: "1".repeat(40),
			owner: "a@example.com",
			reason: "r",
			until: "2030-01-01",
		},
	]),
};

function approvals(entries: readonly unknown[]): readonly Approval[] {
	const read = readApprovals(JSON.stringify({ approvals: entries }), now);
	if (!read.ok) throw new Error(read.mistakes.join("\n"));
	return read.approvals;
}

function deviceOf(kind: Generated["device"]): DeviceContext {
	const empty = { tenantId: "", deviceId: "", name: "", os: "", group: "", publicIp: "", exposure: "" };
	return { ...empty, kind, adapters: [], users: [], internetFacing: undefined, at: now };
}

function outcomeOf(one: Generated, columns = columnsOf(one), memory: readonly Remembered[] = []): Outcome {
	const record = recordOf({ table: one.table, record: { ...columns } });
	const [sighting] = sight(record, match(record));
	if (sighting === undefined) return { told: false, severity: 0, verdict: "none", mode: "unknown", kind: "none", renamed: false };
	const knowledge = { approvals: lists[one.approves], remembered: memory, device: deviceOf(one.device), firstInTenant: undefined, now };
	const judged = judge(sighting, { ...knowledge, redact: asItIs });
	return {
		told: judged.quiet === undefined,
		severity: judged.quiet === undefined ? severities.indexOf(judged.severity) : 0,
		verdict: judged.ownership.verdict,
		mode: judged.mode,
		kind: judged.program.kind ?? "",
		renamed: judged.program.renamed,
	};
}

/** The reading that the verdict rests on. */
function readingOf(one: Generated): Reading | undefined {
	const record = recordOf({ table: one.table, record: { ...columnsOf(one) } });
	return sight(record, match(record))[0]?.reading;
}

function text(columns: Readonly<Record<string, unknown>>, column: string): string {
	const value = columns[column];
	return typeof value === "string" ? value : "";
}

/** The record with a text in a place that decides nothing about what runs. */
function withText(one: Generated, added: string): readonly Readonly<Record<string, unknown>>[] {
	const columns = columnsOf(one);
	const json = text(columns, "AdditionalFields");
	const fields: unknown = json === "" ? {} : JSON.parse(json);
	const labelled = lineOf([fileOf(one), "--label", added, ...argumentsOf(one.command)]);
	return [
		// Of a connection it is the program's own command, where text is an argument.
		...(one.table === "DeviceNetworkEvents"
			? []
			: [{ ...columns, InitiatingProcessCommandLine: `${text(columns, "InitiatingProcessCommandLine")} # ${added}` }]),
		{ ...columns, PreviousRegistryValueData: added },
		{ ...columns, PreviousRegistryValueData: `"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token ${added}` },
		{ ...columns, FileOriginReferrerUrl: `https://example.com/${added}`, FileOriginUrl: `https://example.com/${added}` },
		{ ...columns, InitiatingProcessParentFileName: columns["InitiatingProcessParentFileName"] ?? "", RemoteDeviceName: added },
		{ ...columns, AdditionalFields: JSON.stringify({ ...(typeof fields === "object" ? fields : {}), Comment: added }) },
		...(one.table === "DeviceProcessEvents" ? [columnsOf(one, labelled)] : []),
	];
}

/** Nobody who was told is told less. */
function notQuieter(before: Outcome, after: Outcome): boolean {
	return (
		(!before.told || after.told) && after.severity >= before.severity && (before.verdict !== "not-ours" || after.verdict === "not-ours")
	);
}

const someText = fc.oneof(
	fc.constantFrom(
		"cloudflared",
		"tunnel run",
		"echo",
		"rem",
		"trycloudflare.com",
		"services.exe",
		"https://github.com/cloudflare/cloudflared/releases/",
	),
	fc.constantFrom(
		"C:\\Program Files\\cloudflared\\cloudflared.exe",
		"--token x",
		"approved",
		ownTunnel,
		ownAccount,
		"node_modules",
		".wrangler",
		"&& rem",
	),
	fc.string({ maxLength: 12 }),
);

const first = <T>(items: readonly T[], bad: (item: T) => boolean): boolean => !items.some(bad);

/** A promise, tried on so many generated records. Throws with the smallest one that breaks it. */
interface Invariant {
	readonly name: string;
	readonly assert: (numRuns: number, seed?: number) => void;
}

function promise<T>(name: string, holds: fc.IProperty<T>): Invariant {
	return { name, assert: (numRuns, seed) => fc.assert(holds, { numRuns, ...(seed === undefined ? {} : { seed }) }) };
}

export const invariants: readonly Invariant[] = [
	promise(
		"I1 an approved token anywhere else silences nothing, lowers nothing and clears no foreign account",
		fc.property(generated, (one) => {
			const before = outcomeOf(one);
			return first(withText(one, approvedToken), (changed) => {
				const after = outcomeOf(one, changed);
				return !notQuieter(before, after) || (after.verdict === "ours" && before.verdict !== "ours");
			});
		}),
	),
	promise(
		"I1 no other text anywhere else does so either",
		fc.property(generated, someText, (one, added) => {
			const before = outcomeOf(one);
			return first(withText(one, added), (changed) => !notQuieter(before, outcomeOf(one, changed)));
		}),
	),
	promise(
		"I2 a foreign token anywhere else raises no trust",
		fc.property(generated, (one) => {
			const before = outcomeOf(one);
			return first(withText(one, foreignToken), (changed) => {
				const after = outcomeOf(one, changed);
				return after.severity < before.severity || (after.verdict === "ours" && before.verdict !== "ours") || (before.told && !after.told);
			});
		}),
	),
	promise(
		"I3 without the token that counts it is never ours",
		fc.property(generated, (one) => {
			const { credential } = one.command;
			if (credential === undefined) return outcomeOf(one).verdict !== "ours";
			const { run, install } = one.command;
			const emptied = (words: readonly string[]) => words.map((word) => (word === credentialText[credential] ? "x" : word));
			const command = {
				...one.command,
				...(run === undefined ? {} : { run: emptied(run) }),
				...(install === undefined ? {} : { install: emptied(install) }),
			};
			return outcomeOf({ ...one, command }).verdict !== "ours";
		}),
	),
	promise(
		"I4 a temporary folder makes it no quieter and never ours",
		fc.property(generated, (one) => {
			if (!one.name.startsWith("cloudflared")) return true;
			const moved = { ...one, folder: one.os === "windows" ? "C:\\Windows\\Temp\\" : "/tmp/" };
			const [before, after] = [outcomeOf(one), outcomeOf(moved)];
			return notQuieter(before, after) && after.verdict !== "ours";
		}),
	),
	promise(
		"I4 another name makes a command that shows a token of its own no quieter and never ours",
		fc.property(generated, (one) => {
			if (one.name !== "cloudflared" || one.command.credential !== "foreign" || one.table !== "DeviceProcessEvents") return true;
			const after = outcomeOf({ ...one, name: "svchost" });
			return notQuieter(outcomeOf(one), after) && after.verdict !== "ours";
		}),
	),
	promise(
		"I4 another first argument makes it no quieter",
		fc.property(generated, (one) => {
			if (one.table !== "DeviceProcessEvents" || one.name !== "cloudflared") return true;
			const after = columnsOf(one, lineOf(["C:\\Windows\\System32\\svchost.exe", ...argumentsOf(one.command)]));
			return notQuieter(outcomeOf(one), outcomeOf(one, after));
		}),
	),
	promise(
		"I5 a starter around a command is not renamed, clears nothing and lowers to medium at most",
		fc.property(generated, (one) => {
			if (one.table !== "DeviceProcessEvents" || one.name !== "cloudflared") return true;
			const before = outcomeOf({ ...one, parent: { name: "explorer.exe", line: "explorer.exe" } });
			const inner = lineOf([fileOf(one), ...argumentsOf(one.command)]);
			return first(wrapped(one, inner), (columns) => {
				const after = outcomeOf({ ...one, parent: { name: "explorer.exe", line: "explorer.exe" } }, columns);
				const least = Math.min(before.severity, severities.indexOf(before.verdict === "not-ours" ? "high" : "medium"));
				return (
					after.renamed ||
					after.severity < least ||
					(before.told && !after.told) ||
					(before.verdict === "not-ours" && after.verdict !== "not-ours")
				);
			});
		}),
	),
	promise(
		"I6 AdditionalFields reads the same as text and as an object",
		fc.property(generated, (one) => {
			const columns = columnsOf(one);
			const json = text(columns, "AdditionalFields");
			if (json === "") return true;
			return JSON.stringify(outcomeOf(one, { ...columns, AdditionalFields: JSON.parse(json) })) === JSON.stringify(outcomeOf(one));
		}),
	),
	promise(
		"I7 letter case of Windows names, dashes, equals signs and quotes change nothing",
		fc.property(generated, (one) => {
			if (one.table === "DeviceEvents" || one.os !== "windows" || !one.name.startsWith("cloudflared")) return true;
			const before = JSON.stringify(outcomeOf(one));
			const words = [fileOf(one), ...argumentsOf(one.command)];
			const same = [
				columnsOf({ ...one, folder: one.folder.toUpperCase(), name: one.name.toUpperCase() }, lineOf(words)),
				columnsOf(one, words.map((word) => `"${word.replaceAll('"', '\\"')}"`).join(" ")),
				columnsOf(one, lineOf(words.map((word) => word.replace(/^--(?=[a-z])/, "-")))),
				columnsOf(one, lineOf(glued(words))),
			];
			return first(same, (columns) => JSON.stringify(outcomeOf(one, columns)) !== before);
		}),
	),
	promise(
		"I8 a token that is cut, hidden, broken, incomplete or ambiguous is never ours",
		fc.property(generated, (one) => {
			const { credential } = one.command;
			const unreadable = credential !== undefined && credential !== "approved";
			return !unreadable || outcomeOf(one).verdict !== "ours";
		}),
	),
	promise(
		"ours is only a plain, approved, single credential in cloudflared itself",
		fc.property(generated, (one) => {
			if (outcomeOf(one).verdict !== "ours") return true;
			const reading = readingOf(one);
			return (
				reading !== undefined &&
				one.command.credential === "approved" &&
				one.command.exposes === undefined &&
				/^cloudflared/.test(one.name) &&
				!/Temp|Public|Downloads|tmp|shm|home|srv/.test(one.folder) &&
				reading.decoding === "readable" &&
				reading.claims.every(({ tunnel }) => tunnel.account === ownAccount) &&
				!reading.secondCredential &&
				reading.inner !== "renamed" &&
				reading.detours.length === 0 &&
				!reading.unread
			);
		}),
	),
	promise(
		"memory never makes it ours, lowers one step at most and silences only what an approved installation set up",
		fc.property(generated, (one) => {
			const before = outcomeOf(one);
			const tunnel = { account: ownAccount, tunnelId: ownTunnel, endpoint: "", fingerprint: "" };
			const path = fileOf(one) as Redacted;
			return [false, true].every((approvedInstall) => {
				const earlier = remembered(new Date("2026-11-25T09:55:00Z"), tunnel, {
					path,
					sha1: one.hash,
					folderClass: "standard",
					approvedInstall,
				});
				const after = outcomeOf(one, columnsOf(one), [earlier]);
				const silenced = before.told && !after.told;
				const silences =
					approvedInstall && /Program Files/.test(one.folder) && before.verdict === "cannot-tell" && one.command.exposes === undefined;
				return (
					after.verdict === before.verdict &&
					(silenced ? silences : after.severity >= Math.min(before.severity, Math.max(1, before.severity - 1)))
				);
			});
		}),
	),
];

/** `--name value` as `--name=value`, where a value follows that is no flag itself. */
function glued(words: readonly string[]): readonly string[] {
	const joined: string[] = [];
	const takes = /^--(?:label|logfile|tag|pidfile|metrics|protocol|edge|cacert|config|loglevel|url|token|token-file|credentials-file)$/;
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? "";
		const next = words[at + 1];
		if (takes.test(word) && next !== undefined) {
			joined.push(`${word}=${next}`);
			at++;
		} else joined.push(word);
	}
	return joined;
}

/** The same command behind a shell, sudo or an encoded command. */
function wrapped(one: Generated, inner: string): readonly Readonly<Record<string, unknown>>[] {
	const row = (path: string, line: string): Readonly<Record<string, unknown>> => ({
		...columnsOf(one),
		FileName: path.split(/[\\/]/).at(-1),
		FolderPath: path,
		SHA1: "9".repeat(40),
		ProcessCommandLine: line,
	});
	if (one.os === "linux")
		return [row("/usr/bin/sudo", `sudo -n ${inner}`), row("/usr/bin/nohup", `nohup ${inner}`), row("/bin/sh", `sh -c ${inner}`)];
	const quoted = inner.includes('"');
	const cmd = "C:\\Windows\\System32\\cmd.exe";
	const powershell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
	const script = Buffer.from(`& '${fileOf(one)}' ${lineOf(argumentsOf(one.command))}`, "utf16le").toString("base64");
	return [
		...(quoted ? [] : [row(cmd, `cmd.exe /c ${inner}`), row(cmd, `cmd.exe /c "${inner}"`)]),
		row(powershell, `powershell.exe -NoProfile -EncodedCommand ${script}`),
	];
}
