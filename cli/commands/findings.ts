import { type Command, InvalidArgumentError, Option } from "commander";
import { severities } from "../../lib/detect/severity-scale.ts";
import { resolutions } from "../../lib/findings/answered.ts";
import type { AnswerOptions } from "../answer-finding.ts";
import type { CardOptions } from "../card.ts";
import type { ListOptions } from "../findings.ts";
import { refuseUnknown } from "./refuse-unknown.ts";

/** `tunnelwatch findings` and `card` */
export function addFindings(program: Command): void {
	program
		.command("card")
		.description("write a page that shows messages as a chat does: light and dark, on a desktop and a phone")
		.argument("[which]", "a finding's id, `all` that are stored, or `sample`", "sample")
		.option("--out <file>", "where to write it (default: cards.html in the data folder)")
		.option("--open", "open it in the browser")
		.option("--as <destination>", "chat whose messages are drawn (default: the first that can be)")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch card --open
  tunnelwatch card cf-2e47a13c8270 --out card.html`,
		)
		.action(async (which: string, options: CardOptions) => {
			process.exitCode = await (await import("../card.ts")).card(which, options);
		});

	const found = program.command("findings").description("list what was found, the severest first, and what became of its notices");
	found
		.command("list", { isDefault: true })
		.description("list findings (the default)")
		.option("--dead", "only those with notices that failed for good", false)
		.addOption(new Option("--severity <least>", "only this severe or more").choices(severities))
		.addOption(new Option("--verdict <verdict>", "only with this verdict").choices(["ours", "not-ours", "cannot-tell"]))
		.option("--device <text>", "only devices with this in their name, or with this id")
		.option("--open", "only those that are not closed", false)
		.option("--silenced", "only those that are silenced now", false)
		.addOption(new Option("--sort <by>", "what comes first").choices(["severity", "time", "count", "device"]).default("severity"))
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch findings --severity high --open
  tunnelwatch findings --device srv- --sort time
  tunnelwatch findings --silenced
  tunnelwatch findings --dead

Exit code: 0 listed, also if there are none · 1 the table or a finding in it cannot be read · 2 wrong usage or settings`,
		)
		.action(async (options: ListOptions) => {
			process.exitCode = await (await import("../findings.ts")).listFindings(options);
		});
	found
		.command("retry")
		.description("requeue notices that failed for good, once the destination is fixed")
		.argument("[id]", "a finding's id; without one, all")
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch findings retry cf-2e47a13c8270
  tunnelwatch findings retry`,
		)
		.action(async (id: string | undefined) => {
			process.exitCode = await (await import("../findings.ts")).retryFindings(id);
		});
	addAnswers(found);
	refuseUnknown(found);
}

/** What a person can say about a finding. */
function addAnswers(found: Command): void {
	found
		.command("show")
		.description("show one finding: what holds now, and who said what")
		.argument("<id>", "the finding's id, cf-…")
		.option("--json", "one JSON object", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch findings show cf-2e47a13c8270`,
		)
		.action(async (id: string, options: { readonly json: boolean }) => {
			process.exitCode = await (await import("../answer-finding.ts")).showFinding(id, options);
		});
	const answers = [
		["ack", "acknowledge", "say that you are on it: no reminder for 24 hours; anything new or worse still alerts"],
		["silence", "silence", "hold back what its newest and its worst event showed, for a time; anything else still alerts"],
		["unsilence", "lift", "end a silence now"],
		["escalate", "not-ours", "confirm that the tunnel is not yours: everyone who was told is alerted again"],
		["close", "close", "close it; if it is seen again, it alerts again"],
	] as const;
	for (const [name, kind, description] of answers) {
		const command = found
			.command(name)
			.description(description)
			.argument("<id>", "the finding's id, cf-…")
			.option("--note <text>", "kept in the audit trail and told to everyone")
			.option("--by <name>", "who says so, where no sign-in tells (default: your user name here)")
			.option("--json", "print the finding as one JSON object", false);
		if (kind === "silence") {
			command
				.option("--for <time>", "how long: 12h, 7d; 30 days at most (default: 24h)", period)
				.addOption(new Option("--until <date>", "last moment: 2026-12-24 or 2026-12-24T18:00Z").argParser(moment).conflicts("for"));
		}
		if (kind === "close") command.addOption(new Option("--as <what>", "how it turned out").choices(resolutions).default("cleaned"));
		command
			.addHelpText(
				"after",
				`\nExamples:\n  tunnelwatch findings ${name} cf-3f9c2a7d5110${examples[kind]}\n\nExit code: 0 done · 1 refused, or no such finding · 2 wrong usage or settings`,
			)
			.action(async (id: string, options: AnswerOptions) => {
				process.exitCode = await (await import("../answer-finding.ts")).answerFinding(id, kind, options);
			});
	}
}

const examples = {
	acknowledge: ' --note "asking the owner"',
	silence: ' --for 7d --note "change 4711"',
	lift: "",
	"not-ours": "",
	close: " --as false-positive",
} as const;

function period(text: string): number {
	const [, number, unit] = /^([1-9]\d{0,3})(h|d)$/.exec(text) ?? [];
	if (number === undefined) throw new InvalidArgumentError("Write hours or days, such as 12h or 7d.");
	return Number(number) * (unit === "h" ? 3_600_000 : 86_400_000);
}

function moment(text: string): Date {
	const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
	const date = new Date(isDay ? `${text}T23:59:59Z` : text);
	if (!(isDay || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text)) || Number.isNaN(date.getTime())) {
		throw new InvalidArgumentError("Write a day, such as 2026-12-24, or a moment with its zone, such as 2026-12-24T18:00Z.");
	}
	return date;
}
