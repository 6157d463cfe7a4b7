import { writeFile } from "node:fs/promises";
import { readReviewFile } from "../lib/app/read-review-file.ts";
import { readSettings } from "../lib/app/settings.ts";
import { groupDigits } from "../lib/notify/group-digits.ts";
import { inert } from "../lib/notify/text.ts";
import { type Approval, readApprovals } from "../lib/verdict/approvals.ts";
import { readHistory } from "./backtest/read-history.ts";
import { type Replayed, replay } from "./backtest/replay.ts";
import { shellWord } from "./first-screen.ts";
import { isStandardInput } from "./input/find-inputs.ts";
import { jsonText, printJson } from "./json-text.ts";
import { wrongSettings } from "./open-app.ts";
import { printLine, printText } from "./print-line.ts";
import { type ProposedApproval, proposeApprovals } from "./propose/propose.ts";
import { replaceFile } from "./replace-file.ts";
import { cannotRead } from "./run.ts";

export interface ProposeOptions {
	/** Where the approvals so far are. */
	readonly file: string;
	/** Where to write the file with the proposals added; without it, nothing is written. */
	readonly out?: string;
	readonly owner: string;
	readonly json: boolean;
}

/** `tunnelwatch approvals propose`: what could be approved by what was seen. Returns the exit code. */
export async function proposeFromHistory(paths: readonly string[], { file, out, owner, json }: ProposeOptions): Promise<number> {
	const read = readSettings(process.env);
	if (!read.ok) return wrongSettings(read.mistakes);
	const now = new Date();
	const text = await readReviewFile(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return '{"approvals":[]}';
		throw error;
	});
	const known = readApprovals(text, now);
	if (!known.ok) {
		printLine(`${file} is wrong:\n${known.mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
		return 2;
	}
	const history = await readHistory(paths, read.settings, { since: undefined, until: undefined, device: undefined }).catch(cannotRead);
	if (history === undefined) return 1;
	for (const line of history.inputs.lines) printLine(line);
	const before = await replay(history.sightings, known.approvals, read.settings);
	const { proposals, rejected } = proposeApprovals(before.sightings, known.approvals, now);
	const next = withProposals(text, proposals, owner);
	const after = await replay(history.sightings, approvalsOf(next, now), read.settings);
	if (json) {
		for (const one of proposals) printJson({ type: "proposal", ...one });
		for (const one of rejected) printJson({ type: "rejected", ...one });
		printJson({ type: "summary", proposals: proposals.length, noticesBefore: before.notices.length, noticesAfter: after.notices.length });
	} else {
		printText(report(proposals, rejected, before, after));
		if (out === undefined && proposals.length > 0)
			process.stdout.write(`\nThe file with the proposals added (write it with --out FILE):\n\n${next}`);
	}
	if (out !== undefined) {
		printLine(await writeProposals(out, next, proposals.length));
		if (!paths.some(isStandardInput))
			printLine(`Next: npx tunnelwatch run --what-if ${paths.map(shellWord).join(" ")} --approvals ${shellWord(out)}`);
	}
	if (history.inputs.failed) return 1;
	return 0;
}

/** A list that is there already is not touched for nothing; one that is not is begun, so that the next command finds it. */
async function writeProposals(out: string, text: string, count: number): Promise<string> {
	try {
		if (count === 0) await writeFile(out, text, { flag: "wx" });
		else await replaceFile(out, text);
	} catch (error) {
		if (count === 0 && error instanceof Error && "code" in error && error.code === "EEXIST") return `Left ${out} as it is.`;
		throw error;
	}
	return count === 0
		? `Wrote ${out} with the entries so far; add what you know is yours: tunnelwatch approvals add --help.`
		: `Wrote ${out}. Look at every entry, name its owner, and have it reviewed like any change of the deployment.`;
}

function withProposals(text: string, proposals: readonly ProposedApproval[], owner: string): string {
	// Read by its schema before.
	const known = JSON.parse(text.replace(/^\uFEFF/, "")) as { readonly approvals: readonly unknown[] };
	const entries = proposals.map(({ account, tunnelId, evidence, until }) => ({
		name: `Tunnel ${tunnelId.slice(0, 8)}`,
		account,
		tunnels: [tunnelId],
		owner,
		reason: `Proposed by Tunnelwatch: ${evidence.join("; ")}`,
		until,
	}));
	return `${jsonText({ ...known, approvals: [...known.approvals, ...entries] }, "\t")}\n`;
}

function approvalsOf(text: string, now: Date): readonly Approval[] {
	const read = readApprovals(text, now);
	if (!read.ok) throw new Error(`the proposals do not fit: ${read.mistakes.join("; ")}`);
	return read.approvals;
}

function report(
	proposals: readonly ProposedApproval[],
	rejected: ReturnType<typeof proposeApprovals>["rejected"],
	before: Replayed,
	after: Replayed,
): string {
	const told = new Set(after.notices.map(({ key }) => key));
	const silent = new Set(before.notices.map(({ key }) => key).filter((key) => !told.has(key)));
	const devices = [...silent].map((key) => before.findings.get(key)?.device).filter((device) => device !== undefined);
	return [
		proposals.length === 0
			? "Nothing to propose: no account and tunnel has two things that speak for it."
			: `${count(proposals.length, "tunnel")} could be approved:`,
		...proposals.map(
			({ account, tunnelId, evidence, until }) =>
				`  account ${account}\n  tunnel  ${tunnelId}\n  because it was ${evidence.join(", ")}; until ${until}`,
		),
		...(rejected.length === 0 ? [] : ["Not proposed:"]),
		...rejected.map(({ account, tunnelId, why }) => `  account ${account} tunnel ${tunnelId}: ${why}`),
		`On the same data, ${count(before.notices.length, "notice")} would become ${groupDigits(after.notices.length)}.`,
		...(devices.length === 0
			? []
			: [
					`Silent from then on: ${devices
						.slice(0, 20)
						.map(({ name, id }) => inert(name || id, 40))
						.join(", ")}${devices.length > 20 ? ` and ${devices.length - 20} more` : ""}.`,
				]),
	].join("\n");
}

function count(n: number, one: string): string {
	return `${groupDigits(n)} ${n === 1 ? one : `${one}s`}`;
}
