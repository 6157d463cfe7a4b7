import { readReviewFile } from "../lib/app/read-review-file.ts";
import { inert } from "../lib/notify/text.ts";
import { type Approval, isExpired, isFleet, readApprovals } from "../lib/verdict/approvals.ts";
import { cannotReadFile } from "./file-trouble.ts";
import { jsonText, printJson } from "./json-text.ts";
import { printLine, printText } from "./print-line.ts";
import { replaceFile } from "./replace-file.ts";

/** What `tunnelwatch approvals add` takes; the names are those of the file. */
export interface NewApproval {
	readonly name?: string;
	readonly account?: string;
	readonly tunnel?: readonly string[];
	readonly anyTunnel?: boolean;
	readonly sha256?: string;
	readonly sha1?: string;
	readonly signer?: string;
	readonly path?: string;
	readonly device?: string;
	readonly deviceName?: string;
	readonly deviceGroup?: string;
	readonly user?: string;
	readonly owner: string;
	readonly reason: string;
	readonly until: string;
}

/** `tunnelwatch approvals check`: exit code 0 when the file is good, warnings or not. */
export async function reportApprovals(file: string): Promise<number> {
	const read = await load(file);
	if (read === undefined) return 1;
	for (const warning of read.warnings) printText(`warning  ${warning}`);
	printText(
		`${count(read.approvals.length)} in ${file}: good${read.warnings.length === 0 ? "" : `, with ${read.warnings.length} to look at`}.`,
	);
	return 0;
}

/** Can a run use the file that was named for it? If not, says why. */
export async function isUsable(file: string): Promise<boolean> {
	return (await load(file)) !== undefined;
}

/** `tunnelwatch approvals list` */
export async function listApprovals(file: string, { json }: { readonly json: boolean }): Promise<number> {
	const read = await load(file);
	if (read === undefined) return 1;
	const now = new Date();
	for (const one of read.approvals) {
		if (json) printJson(one);
		else printText(line(one, now));
	}
	if (!json) printText(`${count(read.approvals.length)}.`);
	return 0;
}

/** `tunnelwatch approvals add`: writes the file only if all of it is good afterwards. */
export async function addApproval(file: string, { tunnel, anyTunnel, ...rest }: NewApproval): Promise<number> {
	const text = await readReviewFile(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return '{"approvals":[]}';
		throw error;
	});
	if (mistakesIn(text, file)) return 1;
	const known = JSON.parse(text.replace(/^\uFEFF/, "")) as { readonly approvals: readonly unknown[] };
	// The option says so in its name's own words: only of an account that nobody else uses may every tunnel count.
	const tunnels = anyTunnel === true ? { tunnels: "any", shared: false } : tunnel === undefined ? {} : { tunnels: tunnel };
	const entry = { ...rest, ...tunnels };
	const next = `${jsonText({ ...known, approvals: [...known.approvals, entry] }, "\t")}\n`;
	if (mistakesIn(next, "The new entry")) return 2;
	await replaceFile(file, next);
	printText(`Added to ${file}. Have it reviewed like any change of the deployment.`);
	return reportApprovals(file);
}

async function load(file: string): Promise<{ readonly approvals: readonly Approval[]; readonly warnings: readonly string[] } | undefined> {
	let text: string;
	try {
		text = await readReviewFile(file);
	} catch (error) {
		printLine(cannotReadFile(file, error));
		return undefined;
	}
	const read = readApprovals(text, new Date());
	if (read.ok) return read;
	tellMistakes(read.mistakes, file);
	return undefined;
}

function mistakesIn(text: string, where: string): boolean {
	const read = readApprovals(text, new Date());
	if (!read.ok) tellMistakes(read.mistakes, where);
	return !read.ok;
}

function tellMistakes(mistakes: readonly string[], where: string): void {
	printLine(`${where} is wrong; nothing in it would count:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
}

function line(one: Approval, now: Date): string {
	const strength = one.account !== undefined ? "strong" : isFleet(one) ? "fleet " : "weak  ";
	const names = [
		one.account,
		one.tunnels === "any" ? "any tunnel" : `${one.tunnels.length} tunnels`,
		one.device,
		one.deviceName,
		one.deviceGroup,
		one.user,
		one.path,
		one.sha256,
		one.sha1,
		one.signer,
	];
	const what = names.filter((part) => part !== undefined && part !== "0 tunnels").join(" · ");
	return `${isExpired(one, now) ? "ended " : strength}  until ${one.until}  ${inert(one.label, 40)}: ${what} (${inert(one.owner, 60)})`;
}

function count(n: number): string {
	return n === 1 ? "1 approval" : `${n} approvals`;
}
